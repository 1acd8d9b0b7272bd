from django.apps import AppConfig


class FieldConfig(AppConfig):
    name = "chengguan.field"
    verbose_name = "外业"
