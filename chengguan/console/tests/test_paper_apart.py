"""A case file with many pictures is drawn by a process of its own: what it cannot do is said in words, within the minute that is promised."""

import subprocess
from types import SimpleNamespace

import pytest

from chengguan.console import paper
from chengguan.console.tests.test_work_lists import signed_in
from tests.small_town import dark_lamp


@pytest.fixture
def printed(town, monkeypatch):
    """Asks for the file of a case with many pictures."""
    case = dark_lamp(town)
    monkeypatch.setattr(paper, "MANY_PICTURES", -1)
    client = signed_in("accept")
    return lambda: client.get(f"/cases/{case.pk}/file.pdf")


def test_a_drawing_process_that_dies_is_said_in_words(printed, monkeypatch):
    def dies(command, **_more):
        raise subprocess.CalledProcessError(-9, command, stderr=b"Killed")

    monkeypatch.setattr(paper.subprocess, "run", dies)
    answer = printed()
    assert answer.status_code == 503
    assert "没有印出来" in answer.content.decode()
    assert paper._printing.acquire(timeout=0), "the next one may draw"
    paper._printing.release()


def test_waiting_for_the_one_before_counts_as_time(printed, monkeypatch):
    monkeypatch.setattr(paper, "PATIENCE_S", 20.0)
    given = {}

    def slow(command, timeout, **_more):
        given["timeout"] = timeout
        raise subprocess.TimeoutExpired(command, timeout)

    monkeypatch.setattr(paper.subprocess, "run", slow)
    waited = iter((0.0, 15.0))
    monkeypatch.setattr(paper, "time", SimpleNamespace(monotonic=lambda: next(waited)))
    answer = printed()
    assert answer.status_code == 503
    assert "一分钟里没有印完" in answer.content.decode()
    assert given["timeout"] == 5.0, "of twenty seconds fifteen were spent waiting"
