"""Evaluation follows the cases, in the transaction of the move."""

from chengguan.cases.facts import CaseMoved, DeadlinesMoved
from chengguan.engines.announce import handles_together
from chengguan.evaluation import services


@handles_together(CaseMoved)
def follow_the_move(facts: list[CaseMoved]) -> None:
    services.refresh(fact.case_id for fact in facts)


@handles_together(DeadlinesMoved)
def follow_the_deadline(facts: list[DeadlinesMoved]) -> None:
    services.refresh(fact.case_id for fact in facts)
