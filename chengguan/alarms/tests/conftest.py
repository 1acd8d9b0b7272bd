from __future__ import annotations

import pytest


@pytest.fixture
def town(db):
    from chengguan.alarms.tests.town import make_town

    return make_town()
