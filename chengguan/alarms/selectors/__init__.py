"""Questions about alarms and rules."""

from chengguan.alarms.selectors.desk import (
    alarm_file,
    alarms,
    alarms_of_device,
    counts,
    desk,
    map_points,
    repeats,
)
from chengguan.alarms.selectors.ruling import (
    declared,
    device_facts,
    gateway_memory,
    newest_command,
    rule_page,
    rules,
    rules_in_force,
    rules_version,
)

__all__ = [
    "alarm_file",
    "alarms",
    "alarms_of_device",
    "counts",
    "declared",
    "desk",
    "device_facts",
    "gateway_memory",
    "map_points",
    "newest_command",
    "repeats",
    "rule_page",
    "rules",
    "rules_in_force",
    "rules_version",
]
