from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "chengguan.people"
    verbose_name = "人员"
