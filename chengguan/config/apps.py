from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConfigConfig(AppConfig):
    """Last in the list: when it is ready, every app is, and their handlers are connected in the order of the river."""

    name = "chengguan.config"
    label = "chengguan_config"
    verbose_name = _("配置")

    def ready(self) -> None:
        from chengguan.config.discovery import app_modules

        for _module in app_modules("handlers"):
            pass
