import pytest
from django.db import connection

from chengguan.engines import history
from chengguan.ingest.tests.sinks import Sinks, make_stream_anew
from chengguan.ingest.tests.steps import River
from chengguan.ingest.tests.town import build


@pytest.fixture
def river():
    build()
    return River()


@pytest.fixture
def sinks(broker, history_store, monkeypatch):
    monkeypatch.setattr("chengguan.ingest.history.BATCH_S", 0.3)
    history.client().command("TRUNCATE TABLE readings")
    make_stream_anew()
    build()
    made = Sinks()
    yield made
    made.stop()
    connection.close()
