from django.apps import AppConfig


class AlarmsConfig(AppConfig):
    name = "chengguan.alarms"
    verbose_name = "告警"
