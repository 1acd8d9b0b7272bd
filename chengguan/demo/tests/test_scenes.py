"""The story's box shows how far it has come."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

from django.template.loader import render_to_string
from django.test import Client

from chengguan.people.models import Account


def test_a_step_that_was_not_reached_has_no_filled_dot():
    device = SimpleNamespace(pk=1, name="L-004711", component=SimpleNamespace(address=""))
    stages = [("设备读数", True, "144 W"), ("告警", False, "还没有")]
    scene = SimpleNamespace(story=SimpleNamespace(slug="lamp", name="路灯不亮"), device=device, stages=stages, case_id=None, alarm_id=None)
    page = render_to_string("demo/scenes.html", {"scenes": [scene]})
    assert "<li><strong>设备读数" in page
    assert '<li class="ahead"><strong>告警' in page


def test_a_story_is_not_begun_again_while_it_plays(db, monkeypatch, settings):
    from chengguan.demo import story
    from tests.small_town import build

    settings.DEMO = True
    device = build()["device"]
    begun: list[str] = []
    monkeypatch.setattr(story, "begin", lambda slug: begun.append(slug) or device)
    client = Client()
    client.force_login(Account.objects.get(username="duty"))
    page = client.get("/demo/story").content.decode()
    assert "正在演" not in page
    for _ in range(2):
        page = client.post("/demo/story", {"story": "lamp", "do": "begin"}, follow=True).content.decode()
    assert begun == ["lamp"]
    assert 'name="do" value="begin" disabled>正在演' in page
    monkeypatch.setattr(story, "PATIENCE", timedelta(0))  # nothing came of it
    client.post("/demo/story", {"story": "lamp", "do": "begin"})
    assert begun == ["lamp", "lamp"]
