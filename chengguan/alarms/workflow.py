"""The life of an alarm: two axes as ISA-18.2 has them, and shelving. One table, read aloud by a duty officer.

Readings move `active`; people move `acknowledged` and `shelved`; an alarm leaves the desk only
when it is normal and acknowledged. Plain Python.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

Action = Literal["raise", "return", "acknowledge", "shelve", "unshelve", "expire", "fold"]
ACTIONS: tuple[Action, ...] = ("raise", "return", "acknowledge", "shelve", "unshelve", "expire", "fold")
BY_PEOPLE: frozenset[Action] = frozenset({"acknowledge", "shelve", "unshelve"})

ACTION_NAMES = {
    "raise": "发生",
    "return": "恢复正常",
    "acknowledge": "确认",
    "shelve": "搁置",
    "unshelve": "取消搁置",
    "expire": "搁置到期",
    "fold": "并入同一起因",
    "register": "自动登记",
    "join": "成员并入",
}


class State(NamedTuple):
    active: bool
    acknowledged: bool
    shelved: bool

    @property
    def on_desk(self) -> bool:
        return self.active or not self.acknowledged


@dataclass(frozen=True)
class Row:
    """`None` on an axis means either. `to` gives the axes that change."""

    action: Action
    active: bool | None
    acknowledged: bool | None
    shelved: bool | None
    to: tuple[tuple[str, bool], ...]
    why: str


TABLE: tuple[Row, ...] = (
    Row("raise", False, None, None, (("active", True), ("acknowledged", False)), "又发生一次，之前的确认不再算数；搁置仍然有效"),
    Row("return", True, None, None, (("active", False),), "读数恢复正常；没有人确认过的仍留在台上"),
    Row("acknowledge", None, False, None, (("acknowledged", True),), "值班员看到了；确认不等于恢复"),
    Row("shelve", True, None, False, (("shelved", True),), "已知原因，暂不打扰；必须写明理由和截止时间"),
    Row("unshelve", None, None, True, (("shelved", False),), "值班员提前收回搁置"),
    Row("expire", None, None, True, (("shelved", False),), "搁置到期，自动回到台上"),
    Row("fold", None, None, None, (("shelved", False),), "属于更大的起因，列为其成员，由该起因继续"),
)

REFUSALS = {
    "raise": "告警已处于未恢复状态",
    "return": "告警已经恢复",
    "acknowledge": "告警已经确认过",
    "shelve": "只有未恢复且未搁置的告警可以搁置",
    "unshelve": "告警没有被搁置",
    "expire": "告警没有被搁置",
    "fold": "告警不能并入",
}


class Refused(ValueError):
    """The table has no such row; the message says why, for the person."""


def find(state: State, action: Action) -> Row | None:
    """The row for that action in that state, or None."""
    for row in TABLE:
        if row.action == action and all(
            wanted is None or wanted == have for wanted, have in zip((row.active, row.acknowledged, row.shelved), state, strict=True)
        ):
            return row
    return None


def move(state: State, action: Action) -> State:
    """The state after the action; Refused when the table does not allow it."""
    row = find(state, action)
    if row is None:
        raise Refused(REFUSALS[action])
    return state._replace(**dict(row.to))
