"""The printed round: for whom, in what order, on paper, and what it does not tell."""

from chengguan.console.tests.test_case_paper import words_of
from chengguan.console.tests.test_work_lists import signed_in
from tests.small_town import dark_lamp, walk


def test_a_crew_walks_and_prints_its_round(town):
    case = walk(dark_lamp(town, urgent=True), "assign")
    for username in ("crew", "lighting", "dispatch"):
        client = signed_in(username)
        page = client.get("/round")
        assert page.status_code == 200, username
        assert [line["case"] for line in page.context["lines"]] == [case], username
        printed = client.get("/round.pdf")
        assert printed["Content-Type"] == "application/pdf"
        words = words_of(printed.content)
        for wanted in ("今日任务路线单", str(case.number), "渝秀大道118号附近", "108.99"):
            assert wanted in words, wanted
        assert "13800001234" not in words, "whoever reported is not told on the way"
    assert f"/field/tasks/{case.pk}" in signed_in("crew").get("/round").content.decode()


def test_a_round_without_work_says_so(town):
    page = signed_in("lighting").get("/round").content.decode()
    assert "今天没有要办的" in page
    assert signed_in("accept").get("/round").status_code == 200
    assert signed_in("accept").get("/round.pdf").status_code == 403
