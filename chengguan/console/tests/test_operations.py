"""The operations page says what runs, what waits and what was refused."""

from datetime import timedelta

import pytest
from django.utils import timezone

from chengguan.console.tests.duty import signed_in
from chengguan.engines import nats
from chengguan.engines.nats_server import Refusals
from chengguan.observations.models import SinkReport

FIGURES = {
    "messages_s": 120.5, "readings_s": 361.0, "backlog": 7, "age_s": 0.4, "steps": {"decode": {"busy": 0.12, "rate": 9000.0}},
    "refused_total": {"not_json": 3}, "slowest_rule": {"rule": "lamp_dark", "busy": 0.01}, "trouble": "", "paused": "",
}  # fmt: skip


@pytest.fixture
def broker(monkeypatch):
    monkeypatch.setattr(nats, "fill", lambda timeout_s=3.0: 0.42)
    monkeypatch.setattr(nats, "refused", lambda: [Refusals("MG-007", "publish", 5, "zhcg.up.C-012.x", "2026/11/22 20:00:00")])


def report(sink="now", age=0, **more):
    figures = {**FIGURES, **more, "noisiest": more.get("noisiest", [])}
    return SinkReport.objects.create(sink=sink, owner=f"here:{sink}", at=timezone.now() - timedelta(seconds=age), figures=figures)


def test_rates_backlog_and_refusals_are_shown(town, broker):
    report(noisiest=[{"device": town["device"].pk, "messages": 99}])
    page = signed_in("duty").get("/operations").content.decode()
    for words in ("120.5", "解码", "L-004711", "MG-007", "不是合法的 JSON", "42.0"):
        assert words in page


def test_a_sink_that_fell_silent_is_said(town, broker):
    report(age=120)
    assert "没有进程在报告" in signed_in("duty").get("/operations").content.decode()


def test_a_paused_history_is_said_in_words(town, broker):
    report("history", paused="磁盘空间不足")
    page = signed_in("duty").get("/operations").content.decode()
    assert "历史库已暂停写入" in page
    assert "磁盘空间不足" in page


def test_a_broker_without_answer_is_no_error(town, monkeypatch):
    monkeypatch.setattr(nats, "fill", lambda timeout_s=3.0: None)
    monkeypatch.setattr(nats, "refused", lambda: [])
    assert "消息服务没有应答" in signed_in("duty").get("/operations").content.decode()
