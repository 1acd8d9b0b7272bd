"""Evaluation follows the cases, in the transaction of the move."""

from chengguan.cases import workflow
from chengguan.cases.facts import CaseEmptied, CaseMoved, DeadlinesMoved, ReporterHidden
from chengguan.engines.announce import handles, handles_together
from chengguan.evaluation import services


@handles_together(CaseMoved)
def follow_the_move(facts: list[CaseMoved]) -> None:
    services.refresh((fact.case_id for fact in facts), turns_too=any(fact.from_state != workflow.NEW for fact in facts))


@handles_together(DeadlinesMoved)
def follow_the_deadline(facts: list[DeadlinesMoved]) -> None:
    services.refresh_due(fact.case_id for fact in facts)


@handles(ReporterHidden)
def hide_who_reported(fact: ReporterHidden) -> None:
    services.hide_in_words(fact.case_id, fact.words)


@handles(CaseEmptied)
def empty_the_spot_checks(fact: CaseEmptied) -> None:
    """Their verdict stays, for it is counted."""
    services.empty_spot_checks(fact.case_id)


@handles(CaseEmptied)
def empty_the_missed_report(fact: CaseEmptied) -> None:
    services.empty_missed(fact.case_id)
