"""Sessions in the database, each looked up by a statement that is kept: every page asks for one."""

from __future__ import annotations

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.contrib.sessions.models import Session
from django.utils import timezone

from chengguan.engines import prepared


class SessionStore(DatabaseSessions):
    def _get_session_from_db(self) -> Session | None:
        rows = prepared.found(Session, "session_key = %s AND expire_date > %s", [self.session_key, timezone.now()])
        if not rows:
            self._session_key = None
        return rows[0] if rows else None
