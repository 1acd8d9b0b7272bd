"""`chengguan check` says what the data itself lacks."""

import pytest

from chengguan.config import findings
from chengguan.observations.models import LeftBehind


@pytest.mark.django_db
def test_what_the_history_lacks_is_said(monkeypatch):
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    assert findings.lines() == []
    LeftBehind.objects.create(incarnation="a", partitions=[0], last=11, missing=10)
    [line] = findings.lines()
    assert line.startswith("注意  ")
    assert "10 条" in line
