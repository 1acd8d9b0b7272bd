"""Photos and documents, by content hash. What a file says it is counts for nothing: it is looked at."""

from __future__ import annotations

from typing import Any

from chengguan.people.selectors import Who
from chengguan.things.models import Attachment


def put_attachment(file: Any, who: Who | None = None, name: str = "") -> Attachment:
    raise NotImplementedError
