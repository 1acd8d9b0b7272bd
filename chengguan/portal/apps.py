from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "chengguan.portal"
    verbose_name = "公众"
