"""What surveys do when cases announce something."""

from chengguan.cases.facts import CaseEmptied, ReporterHidden
from chengguan.engines.announce import handles
from chengguan.surveys import services


@handles(ReporterHidden)
def hide_who_reported(fact: ReporterHidden) -> None:
    services.hide_in_finding(fact.case_id, fact.words)


@handles(CaseEmptied)
def empty_finding(fact: CaseEmptied) -> None:
    services.empty_finding(fact.case_id)
