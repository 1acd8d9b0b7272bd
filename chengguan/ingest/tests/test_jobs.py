import pytest

from chengguan.ingest.jobs import make_durable, same_moment
from chengguan.ingest.ledger import HISTORY, NOW, Place, lowest_position, set_place


@pytest.mark.django_db
def test_the_stream_is_purged_only_below_what_every_sink_has_done():
    assert lowest_position() is None
    set_place(NOW, Place("a", {0: 90, 1: 95}))
    assert lowest_position() is None
    set_place(HISTORY, Place("a", {0: 50, 1: 95}))
    assert lowest_position() == ("a", 50)
    set_place(HISTORY, Place("b", {0: 50}))
    assert lowest_position() is None


@pytest.mark.django_db(transaction=True)
def test_positions_can_be_forced_onto_the_disk():
    make_durable()


def test_a_stream_is_recognised_by_its_time_of_creation_however_written():
    assert same_moment("2026-11-22 14:43:03.123000+00:00", "2026-11-22T14:43:03.123456789Z")
    assert not same_moment("2026-11-22 14:43:04+00:00", "2026-11-22T14:43:03.123456789Z")
