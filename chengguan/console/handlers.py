"""What the desk does when cases announce something."""

from chengguan.cases.facts import CaseEmptied, ReporterHidden
from chengguan.console import services
from chengguan.engines.announce import handles


@handles(ReporterHidden)
def hide_on_the_sheets(fact: ReporterHidden) -> None:
    services.hide_on_sheets(fact.case_id, fact.words)


@handles(CaseEmptied)
def empty_the_sheets(fact: CaseEmptied) -> None:
    """What signed sheets of handing over repeat of the case, and what was written on them by hand."""
    services.empty_sheets(fact.case_id, fact.names)
