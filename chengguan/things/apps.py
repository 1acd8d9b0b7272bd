from django.apps import AppConfig


class ThingsConfig(AppConfig):
    name = "chengguan.things"
    verbose_name = "部件与设备"
