"""One move of one case: what the row says, what the person gave, and what the database holds at that moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from chengguan.cases.models import Case, Request, Task
from chengguan.cases.selectors.running import Running
from chengguan.cases.workflow import Row
from chengguan.people.models import Account, Organisation
from chengguan.people.selectors import Who
from chengguan.standards.calendars import WorkCalendar
from chengguan.standards.limits import Settings

C = TypeVar("C", bound=Running)


@dataclass
class Move(Generic[C]):
    who: Who
    role: str
    case: Case
    row: Row
    given: dict[str, Any]
    now: datetime
    settings: Settings
    calendar: WorkCalendar
    clocks: C
    from_state: str
    request: Request | None = None
    task: Task | None = None
    receiver: str = ""
    people: list[Account] = field(default_factory=list)
    organisations: list[Organisation] = field(default_factory=list)
    """Who has to know of it besides those whose move is next."""
    kept: dict[str, Any] = field(default_factory=dict)
    """What of `given` goes into the step, as JSON."""

    def text(self, name: str) -> str:
        return str(self.given.get(name) or "").strip()

    @property
    def opinion(self) -> str:
        """The words of the step, whichever field carried them."""
        for name in ("reason", "opinion", "words", "done", "answer", "evidence", "conclusion", "closing_note"):
            if self.text(name):
                return self.text(name)
        return ""
