"""Arrays in the text form that PostgreSQL reads. Handing lists to the driver costs more than the statement itself."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def numbers(column: np.ndarray) -> str:
    """An array as PostgreSQL reads it."""
    return "{" + ",".join(map(str, column.tolist())) + "}"


def texts(column: Sequence[str]) -> str:
    """An array of texts as PostgreSQL reads it."""
    joined = "\x01".join(column).replace("\\", "\\\\").replace('"', '\\"').replace("\x01", '","')
    return '{"' + joined + '"}'
