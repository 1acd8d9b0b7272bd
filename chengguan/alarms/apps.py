from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AlarmsConfig(AppConfig):
    name = "chengguan.alarms"
    verbose_name = _("告警")

    def ready(self) -> None:
        from chengguan.alarms.words import LIMIT_NAMES
        from chengguan.people.words import FIELD_NAMES

        FIELD_NAMES.update(LIMIT_NAMES)
        post_migrate.connect(declare_rules, sender=self)


def declare_rules(**_: object) -> None:
    """After a migration the rules that trades declare are rows."""
    from chengguan.alarms.services import sync_rules

    sync_rules()
