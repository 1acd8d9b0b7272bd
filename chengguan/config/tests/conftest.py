from tests.founded import founded, town  # noqa: F401
