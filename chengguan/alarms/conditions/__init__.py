"""Which readings make an alarm: thresholds with hysteresis and hold time, states, silence, and plain-Python rules.

Plain Python over columns. A batch costs a few whole-column comparisons per rule; only readings
that break a limit, or belong to a device on which the rule already has a state, become objects.
`evaluate`, `ripe` and `silence` change nothing: the caller commits what came out, then calls
`Memory.remember(outcome)`; a batch that failed leaves no trace.

Time is the stream's (milliseconds since 1970 UTC), so hold times survive wrong device clocks.
"""

from chengguan.alarms.conditions.held import ActiveRule, Facts, Held, Memory, Outcome, RuleSet, Transition, step
from chengguan.alarms.conditions.readings import evaluate
from chengguan.alarms.conditions.silence import changed, retire, ripe, silence

__all__ = [
    "ActiveRule", "Facts", "Held", "Memory", "Outcome", "RuleSet", "Transition",
    "changed", "evaluate", "retire", "ripe", "silence", "step",
]  # fmt: skip
