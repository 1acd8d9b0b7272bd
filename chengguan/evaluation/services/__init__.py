"""The verbs of evaluation: facts are derived, samples drawn, verdicts given."""

from chengguan.cases.selectors.refusals import Refused
from chengguan.evaluation.services.deriving import catch_up, differing, rebuild, refresh
from chengguan.evaluation.services.spot_checks import draw, follow, judge

__all__ = ["Refused", "catch_up", "differing", "draw", "follow", "judge", "rebuild", "refresh"]
