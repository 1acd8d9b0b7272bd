from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SurveysConfig(AppConfig):
    name = "chengguan.surveys"
    verbose_name = _("专项普查")

    def ready(self) -> None:
        from chengguan.surveys.selectors.seeing import files
        from chengguan.things.selectors import shows_files

        shows_files.append(files)
