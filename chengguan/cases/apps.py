from django.apps import AppConfig
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    name = "chengguan.cases"
    verbose_name = _("案件")

    def ready(self) -> None:
        from chengguan.cases import wording
        from chengguan.cases.workflow import ACTIONS
        from chengguan.people.selectors import TO_MEND
        from chengguan.people.words import ACTION_NAMES
        from chengguan.things.selectors import shows_files

        wording.install()
        from chengguan.cases.selectors.seeing import files

        shows_files.append(files)
        from chengguan.cases.selectors.missing_year import to_mend

        TO_MEND.append(to_mend)
        ACTION_NAMES.update({f"case.{slug}": gettext_lazy(name) for slug, name in ACTIONS.items()})
