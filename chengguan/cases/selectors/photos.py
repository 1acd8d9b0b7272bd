"""How many photos the county wants to see of a step, by matter."""

from __future__ import annotations

from django.utils.translation import gettext as _

from chengguan.cases.selectors.refusals import Refused
from chengguan.standards.limits import Settings

PHOTOS = {
    "register": "photos.register", "report_back": "photos.report_back", "submit": "photos.report_back",
    "finish_stage": "photos.report_back", "verify": "photos.verify",
}  # fmt: skip
"""action -> the setting that says how many. The crew's handing in, each stretch and the department's reporting back prove the
same: that the work was done."""


def photos_wanted(settings: Settings, action: str, matter: str) -> int:
    return settings.number_for(PHOTOS[action], matter) if action in PHOTOS else 0


def photos_in_words(settings: Settings, action: str, matter: str) -> str:
    """For the form: empty unless more than one is wanted, for a single one is asked for anyway."""
    wanted = photos_wanted(settings, action, matter)
    return _("这类事项至少 %(n)d 张照片") % {"n": wanted} if wanted > 1 or (wanted and action == "register") else ""


def refuse_too_few(settings: Settings, action: str, matter: str, given: int) -> None:
    wanted = photos_wanted(settings, action, matter)
    if given < wanted:
        raise Refused(_("这类事项至少要 %(wanted)d 张照片，现在有 %(given)d 张") % {"wanted": wanted, "given": given}, "photos")
