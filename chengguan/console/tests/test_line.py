"""A line of a list: nothing that somebody typed becomes markup, and what is there only sometimes is there only then."""

from __future__ import annotations

from chengguan.cases.selectors.marks import Mark
from chengguan.console.pages.line import lines
from chengguan.console.pages.lists import Row

PLAIN = Row(
    key="7", version="3", url="/cases/7", number="T000007", reported="11-28 09:00", matter="路灯异常", description="灯不亮", address="渝秀大道 118 号",
    area="中和街道", source="热线举报", state="处置", urgent=False, light="green", light_word="正常", red=False, left="余 3 小时", until="时限到 11-28 12:00",
    percent="40", holder="路灯所", holder_more="", marks=[], asked=[], unread=False, moves="dispatch urge",
)  # fmt: skip
TYPED = ("number", "matter", "description", "address", "area", "left", "until", "holder", "holder_more", "moves")


def test_what_was_typed_is_text_wherever_it_stands() -> None:
    evil = '"><script>alert(1)</script>'
    row = Row(**{**PLAIN, **dict.fromkeys(TYPED, evil), "marks": [Mark("important", evil)], "asked": [Mark("return", evil)]})  # type: ignore[typeddict-item]
    page = lines([row], ticks=True)
    assert "<script" not in page
    assert page.count("&quot;&gt;&lt;script&gt;") >= len(TYPED) + 2


def test_marks_flags_and_boxes_are_there_when_they_are_meant() -> None:
    bare = lines([PLAIN], asked=False)
    row = Row(
        **{**PLAIN, "urgent": True, "unread": True, "red": True, "holder_more": "一班", "marks": [Mark("reply", "督办待回复", late=True)], "asked": [Mark("return", "回退待审")]}  # type: ignore[typeddict-item]
    )
    full = lines([row], ticks=True)
    for there in ("work-tick", 'value="7:3"', 'data-moves="dispatch urge"', "is-unread", "visually-hidden", 'class="flag"', "mark mark-late", "督办待回复 · 已逾期", "回退待审", "timebar-red", "一班"):
        assert there in full and there not in bare
    assert full.count("<td") == bare.count("<td") + 2, "the box, and the column of requests"
    assert lines([]) == ""
