"""In the demo a device of a story is well again when the crew reports it done."""

from __future__ import annotations

import logging

from django.conf import settings
from django.db import transaction

from chengguan.cases.facts import CaseMoved
from chengguan.cases.models import Case
from chengguan.demo import story
from chengguan.engines.announce import handles

log = logging.getLogger(__name__)


@handles(CaseMoved)
def mend_when_reported(fact: CaseMoved) -> None:
    if settings.DEMO and fact.action in ("submit", "report_back"):
        component = Case.objects.filter(pk=fact.case_id).values_list("component_id", flat=True).first()
        transaction.on_commit(lambda: _mend(component))


def _mend(component: int | None) -> None:
    try:
        story.mend_component(component)
    except OSError as trouble:
        log.warning("the story's device was not told: %s", trouble)
