"""What happened to an alarm and to a rule cannot be changed afterwards, by nobody. (M-01)"""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from chengguan.alarms import services
from chengguan.alarms.tests.test_desk import ENGINEER
from chengguan.alarms.tests.town import Town


@pytest.mark.parametrize("sql", ["UPDATE {} SET id = id", "DELETE FROM {}"])
@pytest.mark.parametrize("table", ["alarms_alarmstep", "alarms_rulerevision"])
def test_the_database_refuses_to_change_what_happened(town: Town, table: str, sql: str) -> None:
    town.change("lamp_dark", town.lamps[:1])
    services.change_rule(ENGINEER, "cover_tilted", {"hold_s": 9}, "试")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.format(table))
