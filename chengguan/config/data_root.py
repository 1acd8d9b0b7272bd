"""Where a clone keeps its data when nothing says otherwise."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def default() -> Path:
    """CHENGGUAN_DATA; else, as root, a folder under /var/lib of this clone's own (another account must serve
    PostgreSQL from it); else `var` in the clone."""
    given = os.environ.get("CHENGGUAN_DATA")
    if given:
        return Path(given)
    if os.geteuid() == 0:
        clone = hashlib.sha256(str(REPOSITORY).encode()).hexdigest()[:8]
        return Path("/var/lib/chengguan") / f"{REPOSITORY.name}-{clone}"
    return REPOSITORY / "var"
