"""A sample county, synthetic and labelled so, with its people, things and simulators.

Each stage is a module with `load()`, which makes what is not there yet and leaves alone what is: the
ground first, then the people, then the things that stand on it.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable

STAGES = {"county": "地面：区划、网格、街道、地址", "people": "人员：机构、岗位、职责", "devices": "设施：部件、设备、网关"}


def load(tell: Callable[[str], None] = print) -> None:
    """Load the sample county; a second call changes nothing."""
    for name, words in STAGES.items():
        full = f"chengguan.demo.{name}"
        if importlib.util.find_spec(full) is None:
            continue
        tell(words)
        importlib.import_module(full).load()
