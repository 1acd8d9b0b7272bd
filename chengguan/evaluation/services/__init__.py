"""The verbs of evaluation: facts are derived, samples drawn, verdicts given."""

from chengguan.cases.selectors.refusals import Refused
from chengguan.evaluation.services.deriving import catch_up, differing, rebuild, refresh, refresh_due
from chengguan.evaluation.services.missed import empty_missed, hide_in_words, judge_missed
from chengguan.evaluation.services.spot_checks import draw, empty_spot_checks, follow, judge

__all__ = ["Refused", "catch_up", "differing", "draw", "empty_missed", "empty_spot_checks", "follow", "hide_in_words", "judge", "judge_missed", "rebuild", "refresh", "refresh_due"]
