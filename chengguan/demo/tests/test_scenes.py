"""The story's box shows how far it has come."""

from __future__ import annotations

from types import SimpleNamespace

from django.template.loader import render_to_string


def test_a_step_that_was_not_reached_has_no_filled_dot():
    device = SimpleNamespace(pk=1, name="L-004711", component=SimpleNamespace(address=""))
    stages = [("设备读数", True, "144 W"), ("告警", False, "还没有")]
    scene = SimpleNamespace(story=SimpleNamespace(slug="lamp", name="路灯不亮"), device=device, stages=stages, case_id=None, alarm_id=None)
    page = render_to_string("demo/scenes.html", {"scenes": [scene]})
    assert "<li><strong>设备读数" in page
    assert '<li class="ahead"><strong>告警' in page
