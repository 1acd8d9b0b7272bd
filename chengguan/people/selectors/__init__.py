"""Who is asking, what they may, who answers for what. Everything downstream takes a `Who` first."""

from chengguan.people.selectors.administration import (
    administration_figures,
    audit_actions,
    find_accounts,
    find_audit,
    find_responsibilities,
    grids_with_duties,
    history_of,
    organisation_tree,
    people_of,
)
from chengguan.people.selectors.answering import accounts_with_role, inspectors_of, only_one_responsible, responsible_department
from chengguan.people.selectors.coverage import SOON_DAYS, Coverage, Covered, coverage, covered
