"""Who follows by code sees that the report was merged, and the main case's progress, and never who else reported. (M-17)"""

from __future__ import annotations

from datetime import timedelta

from chengguan.cases import services
from chengguan.cases.tests.conftest import HERE, NOW, World
from chengguan.people.selectors import ANONYMOUS
from chengguan.portal import selectors as portal


def test_the_citizen_follows_the_main_case_under_the_own_code(world: World) -> None:
    main = world.case("handling", reporter_name="李阿姨", reporter_phone="13900000002", description="我家楼下的灯")
    case = services.register(ANONYMOUS, source="citizen", point=HERE, matter_code="01037", description="灯不亮", now=NOW)
    before = portal.follow(ANONYMOUS, case.follow_code or "")
    assert not any("同一件" in stage.words for stage in before.stages)
    services.act(world.who("acceptor"), case, "merge", now=NOW, into=main)
    progress = portal.follow(ANONYMOUS, case.follow_code or "")
    assert [stage.words for stage in progress.stages][1] == "与附近同一件事一起处理"
    assert progress.headline == "正在处理"
    main.state, main.closed_at, main.reported_back_at = "closed", NOW + timedelta(hours=1), NOW
    main.save()
    assert portal.follow(ANONYMOUS, case.follow_code or "").headline == "办完了"
    shown = repr(progress)
    assert not any(secret in shown for secret in ("李阿姨", "13900000002", "我家楼下", str(main)))
