from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Last in the list: when it is ready, every app is, and their handlers are connected in the order of the river."""

    name = "chengguan.config"
    label = "chengguan_config"
    verbose_name = "配置"

    def ready(self) -> None:
        from chengguan.config.discovery import app_modules

        for _ in app_modules("handlers"):
            pass
