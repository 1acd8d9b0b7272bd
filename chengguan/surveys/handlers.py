"""What surveys do when cases announce something."""

from chengguan.cases.facts import CaseEmptied
from chengguan.engines.announce import handles
from chengguan.surveys import services


@handles(CaseEmptied)
def empty_finding(fact: CaseEmptied) -> None:
    services.empty_finding(fact.case_id)
