"""One folder per trade, identical anatomy. Being a `SubsystemConfig` is the whole registration."""

from django.apps import AppConfig


class SubsystemConfig(AppConfig):
    """Django app of a trade: `name` is its dotted folder; the manifest is read when Django is ready."""

    manifest_module = "manifest"
    default = False  # this class; every trade's own is the default of its folder

    def __init_subclass__(cls) -> None:
        cls.default = True

    def ready(self) -> None:
        from django.conf import settings

        settings.REGISTER_SUBSYSTEM(self.name)
