"""The verbs of a case. `act` is the single mover; everything else prepares, asks or records."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.contrib.gis.geos import Point

    from chengguan.cases.models import Case, Step
    from chengguan.people.selectors import Who
    from chengguan.things.models import Attachment, Component


class Refused(Exception):
    """A move that may not happen. `words` tells the person why; `field` names the field at fault, or ""."""

    def __init__(self, words: str, field: str = "") -> None:
        super().__init__(words)
        self.words = words
        self.field = field


def register(
    who: Who,
    *,
    source: str,
    point: Point | None = None,
    description: str = "",
    matter_code: str = "",
    condition_key: str = "",
    hint: str = "",
    component: Component | None = None,
    address: str = "",
    reporter_name: str = "",
    reporter_phone: str = "",
    photos: Sequence[Attachment] = (),
    occurred_at: datetime | None = None,
    source_key: str | None = None,
    urgent: bool = False,
    now: datetime | None = None,
) -> Case:
    """登记. The same source_key twice gives the same case."""
    raise NotImplementedError


def self_handle(who: Who, *, photos_before: Sequence[Attachment], photos_after: Sequence[Attachment], **given: Any) -> Case:
    """自行处置: registered and handled on the spot by an inspector."""
    raise NotImplementedError


def act(who: Who, case: Case | int, action: str, *, version: int | None = None, now: datetime | None = None, **given: Any) -> Step:
    """Move a case by one row of workflow.TABLE. `given` holds the row's fields by name: texts as str, photos as a
    list of Attachment (or ids), department/crew as Organisation (or id), inspector as Account (or id), position as
    (lon, lat, accuracy_m), until as an aware datetime, into as a Case (or id). Raises Refused; a stale `version` too."""
    raise NotImplementedError
