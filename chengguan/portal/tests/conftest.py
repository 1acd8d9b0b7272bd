from chengguan.cases.tests.conftest import _founded, world  # noqa: F401  # the small world of cases
from tests.founded import founded, town  # noqa: F401
