from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "chengguan.console"
    verbose_name = "工作台"
