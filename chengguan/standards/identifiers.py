"""Identifiers: 17-digit component codes, 15-digit unit grid codes, case numbers.

Component (GB/T 47678.5-2026 form): 6 area + 2 major + 3 minor + 6 running. Unit grid (GB/T 47678.3
form): 6 county + 3 township + 3 community + 3 running.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from chengguan.standards import codes


class Malformed(ValueError):
    """A code that does not follow its structure; the words say where."""


@dataclass(frozen=True)
class ComponentCode:
    area: str
    class_code: str
    running: int

    def __str__(self) -> str:
        return f"{self.area}{self.class_code}{self.running:06d}"


@dataclass(frozen=True)
class UnitGridCode:
    county: str
    township: str
    community: str
    running: int

    def __str__(self) -> str:
        return f"{self.county}{self.township}{self.community}{self.running:03d}"

    @property
    def community_code(self) -> str:
        return f"{self.county}{self.township}{self.community}"


def _digits(text: str, length: int, what: str) -> str:
    if len(text) != length or not (text.isascii() and text.isdigit()):
        raise Malformed(f"{what}应为 {length} 位数字：{text!r}")
    return text


def component_code(area: str, class_code: str, running: int, on: date | None = None) -> str:
    """Issue the 17-digit code. Malformed when the class is not in the set in force or the number does not fit."""
    _digits(area, 6, "行政区划代码")
    if class_code not in codes.in_force(on).components:
        raise Malformed(f"没有这一类部件：{class_code!r}")
    if not 1 <= running <= 999_999:
        raise Malformed(f"顺序号应在 1 到 999999 之间：{running}")
    return str(ComponentCode(area, class_code, running))


def check_component_code(text: str, on: date | None = None) -> ComponentCode:
    """Read a 17-digit code, or raise Malformed. A 16-digit code of the older standard is named as such."""
    if len(text) == 16 and text.isdigit():
        raise Malformed(f"这是 16 位的旧部件码，小类为两位：{text}")
    _digits(text, 17, "部件标识码")
    found = ComponentCode(text[:6], text[6:11], int(text[11:]))
    if found.class_code not in codes.in_force(on).components:
        raise Malformed(f"没有这一类部件：{found.class_code!r}")
    if not found.running:
        raise Malformed(f"顺序号从 1 开始：{text}")
    return found


def from_older_component_code(text: str) -> str | None:
    """16 digits of the 2013 form to 17, by the mapping; None when the class was dropped. Malformed when not 16 digits."""
    _digits(text, 16, "旧部件码")
    mapped = codes.newer(text[6:10], "component")
    return f"{text[:6]}{mapped.newer}{text[10:]}" if mapped and mapped.newer else None


def unit_grid_code(community: str, running: int) -> str:
    """Issue the 15-digit code inside a 12-digit community."""
    _digits(community, 12, "社区(村)代码")
    if not 1 <= running <= 999:
        raise Malformed(f"顺序号应在 1 到 999 之间：{running}")
    return f"{community}{running:03d}"


def check_unit_grid_code(text: str) -> UnitGridCode:
    _digits(text, 15, "单元网格标识码")
    if not int(text[12:]):
        raise Malformed(f"顺序号从 1 开始：{text}")
    return UnitGridCode(text[:6], text[6:9], text[9:12], int(text[12:]))


def case_number(area: str, on: date, running: int) -> str:
    """No national form exists: 6 area + yyyymmdd + 5 running, 19 digits."""
    _digits(area, 6, "行政区划代码")
    if not 1 <= running <= 99_999:
        raise Malformed(f"顺序号应在 1 到 99999 之间：{running}")
    return f"{area}{on:%Y%m%d}{running:05d}"
