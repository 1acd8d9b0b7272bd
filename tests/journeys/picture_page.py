"""The page that shows the pictures, and what each step of the stories is called. A test holds the page to this list."""

from __future__ import annotations

from dataclasses import dataclass

from tests.journeys.screens import PARTS
from tests.journeys.town import REPOSITORY

NOT_YET = "*还没有拍。Not photographed yet: `make pictures`.*"
PAGE = REPOSITORY / "docs" / "pictures" / "README.md"


@dataclass(frozen=True)
class Telling:
    """A story in pictures, `slug`-01.png and on; each step is photographed when the story says its key."""

    slug: str
    chinese: str
    english: str
    steps: tuple[tuple[str, str, str], ...]


MAIN_PATH = (
    ("受理", "受理员：大类小类、立案条件、网格已找到，受理", "The acceptor: class, filing condition and grid are found already; accepts"),
    ("立案", "值班长：立案", "The shift leader files"),
    ("派遣", "派遣员：按建议派给责任单位", "The dispatcher sends it to the department that is suggested"),
    ("签收", "责任单位：签收", "The department receives it"),
    ("指派", "责任单位：指派班组", "The department assigns the crew"),
    ("任务", "班组手机：任务来了", "The crew's phone: the task is there"),
    ("报回", "班组手机：修好了，读数自己说话，拍照报回", "The crew's phone: mended; the reading itself says so; a photo, and report"),
    ("批转", "派遣员：批转", "The dispatcher forwards it"),
    ("发核查", "受理员：发给这一网格的采集员核查", "The acceptor sends this grid's inspector"),
    ("核查", "采集员手机：现场核查", "The inspector's phone: verified on the spot"),
    ("核查批转", "受理员：核查批转", "The acceptor accepts the result"),
    ("结案", "值班长：结案", "The shift leader closes"),
    ("已结案", "案卷：每一步，谁，何时，各时限用了多少", "The closed file: every step, who, when, how much of each limit was used"),
)
SHORT = ("受理", "派遣", "报回", "核查", "已结案")

STORIES = (
    Telling("story", "一盏灯灭了，一直到结案", "From a dark lamp to a closed case", (
        ("告警", "灯开着却没有功率：告警出现在值班地图上", "The lamp is on and draws no power: an alarm stands on the duty map"),
        ("登记", "沉淀期过后自动登记，在受理员的列表里", "After its settling time it is a report on the acceptor's list"),
        *MAIN_PATH,
        ("时长", "发现、处置、结案各用了多久", "How long the county took to discover, to handle and to close"),
    )),
    Telling("cover", "一个井盖打开，一直到结案", "From an open manhole cover to a closed case", (
        ("告警", "井盖打开：告警出现在值班地图上", "The cover opens: an alarm stands on the duty map"),
        *(step for step in MAIN_PATH if step[0] in SHORT),
    )),
    Telling("report", "市民上报", "A citizen's report", (
        ("上报", "市民手机：照片、位置、一句话", "The citizen's phone: a photo, the place, a few words"),
        ("收到", "市民手机：收到了，凭查询码查看", "It is received; the code to follow it"),
        ("登记", "受理员的列表里有它", "It is on the acceptor's list"),
        ("受理", "受理员：看照片和位置，决定受不受理", "The acceptor sees photo and place, and decides"),
        ("进度", "市民手机：办到哪一步了", "The citizen sees how far it has come"),
    )),
)  # fmt: skip


def page_of_pictures() -> str:
    lines = [
        "# 画面 · Pictures", "",
        "由 `make pictures` 在演示里逐页拍下；数据都是合成的。Taken by `make pictures` from the demo, screen by screen; all data is synthetic.", "",
    ]  # fmt: skip
    for story in STORIES:
        lines += [f"## {story.chinese} · {story.english}", ""]
        for number, (_step, chinese, english) in enumerate(story.steps, 1):
            lines += [f"{number}. {chinese}<br>{english}", "", f"   ![{english}]({story.slug}-{number:02d}.png)", ""]
    for chinese, english, screens in PARTS:
        lines += [f"## {chinese} · {english}", ""]
        for screen in screens:
            taken = (PAGE.parent / f"{screen.name}.png").exists()
            shown = f"![{screen.english}]({screen.name}.png)" if taken else NOT_YET
            lines += [f"**{screen.chinese}**<br>{screen.english}", "", shown, ""]
    return "\n".join(lines)
