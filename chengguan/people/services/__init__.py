"""Verbs that change people and what they answer for. Every change leaves an audit entry with before and after."""

from chengguan.people.services.accounts import (
    change_account,
    create_account,
    create_account_with_post,
    create_administrator,
    create_post,
    end_post,
    end_sessions,
    give_post,
    give_role,
    last_password_line,
    reset_password,
    set_password,
)
from chengguan.people.services.imports import (
    Report,
    each_row,
    import_accounts,
    import_organisations,
    import_responsibilities,
)
from chengguan.people.services.leaves import end_leave, set_leave
from chengguan.people.services.notices import Bell, hide_in_notices, mark_read, notify, notify_each
from chengguan.people.services.organisations import end_dated, give_grid_duty, save_organisation, set_responsibility
from chengguan.people.services.taking_back import take_back_responsibility
from chengguan.people.services.trail import audit, audit_each, facts_of, remove_old_audit, require, save_audited

__all__ = [
    "Bell",
    "Report",
    "audit",
    "audit_each",
    "change_account",
    "create_account",
    "create_account_with_post",
    "create_administrator",
    "create_post",
    "each_row",
    "end_dated",
    "end_leave",
    "end_post",
    "end_sessions",
    "facts_of",
    "give_grid_duty",
    "give_post",
    "give_role",
    "hide_in_notices",
    "import_accounts",
    "import_organisations",
    "import_responsibilities",
    "last_password_line",
    "mark_read",
    "notify",
    "notify_each",
    "remove_old_audit",
    "require",
    "reset_password",
    "save_audited",
    "save_organisation",
    "set_leave",
    "set_password",
    "set_responsibility",
    "take_back_responsibility",
]
