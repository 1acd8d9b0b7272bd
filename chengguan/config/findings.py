"""What `chengguan check` says about the data itself, beside engines and roles."""

from __future__ import annotations

import django
from django.db import Error, connections
from django.utils import translation

from chengguan.engines.saying import _, english


def lines() -> list[str]:
    """Each in words; none while the database is away, which the engines say."""
    django.setup()
    from chengguan.observations.selectors import lost_readings

    where = connections["default"].settings_dict
    where["OPTIONS"] = {key: value for key, value in where.get("OPTIONS", {}).items() if key != "pool"} | {"connect_timeout": 2}
    try:
        with translation.override("en" if english() else "zh-hans"):
            return [_("注意  {words}").format(words=each.in_words()) for each in lost_readings()]
    except Error:
        return []
