import pytest

from chengguan.cases.tests.conftest import _founded, world  # noqa: F401  # the small world of cases


@pytest.fixture
def town(db, tmp_path, settings):
    """The small town, with people and two lamps; photos go into the test's own folder."""
    from tests.small_town import build  # models are there only once Django is set up

    settings.DATA_ROOT = tmp_path
    settings.FILES_FOLDER = str(tmp_path / "files")
    settings.DEMO = True
    return build()
