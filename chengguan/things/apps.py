from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ThingsConfig(AppConfig):
    name = "chengguan.things"
    verbose_name = _("部件与设备")
