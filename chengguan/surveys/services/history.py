"""What was done with a survey, appended: who, when, to which patch, with what words."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from chengguan.people.selectors import Who
from chengguan.surveys.models import Patch, Survey, SurveyStep


def note_step(who: Who, survey: Survey, action: str, words: str = "", patch: Patch | None = None, now: datetime | None = None) -> SurveyStep:
    return SurveyStep.objects.create(
        survey=survey, patch=patch, action=action, words=words, at=now or timezone.now(), who_id=who.account_id, who_name=who.name[:60]
    )
