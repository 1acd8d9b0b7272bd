from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "chengguan.places"
    verbose_name = "地点"
