"""After a restore the stream has another name for the same numbers."""

import pytest
from django.utils import timezone

from chengguan.config import backup
from chengguan.observations.models import Quarantine, SinkPosition


def hold(incarnation: str, sequence: int) -> Quarantine:
    return Quarantine.objects.create(
        received_at=timezone.now(), incarnation=incarnation, sequence=sequence, subject="zhcg.up.G.s.d", payload=b"x", size=1, reason="not_json"
    )


@pytest.mark.django_db(transaction=True)
def test_what_an_older_stream_left_keeps_its_name_for_it_has_the_same_numbers():
    for sink in ("now", "history"):
        SinkPosition.objects.create(sink=sink, partition=0, incarnation="second", position=9, stamp=5)
    older, newer = hold("first", 7), hold("second", 7)
    backup._move_to_incarnation("third")
    for row in (older, newer):
        row.refresh_from_db()
    assert (older.incarnation, newer.incarnation) == ("first", "third")
    assert set(SinkPosition.objects.values_list("incarnation", "stamp")) == {("third", 0)}
