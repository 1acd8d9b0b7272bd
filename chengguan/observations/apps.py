from django.apps import AppConfig


class ObservationsConfig(AppConfig):
    name = "chengguan.observations"
    verbose_name = "监测"
