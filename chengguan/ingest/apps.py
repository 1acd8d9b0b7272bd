from django.apps import AppConfig


class IngestConfig(AppConfig):
    name = "chengguan.ingest"
    verbose_name = "接入"
