"""The limits of rules in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

LIMIT_NAMES = {
    "above": _("高于"),
    "below": _("低于"),
    "clear_above": _("恢复：不高于"),
    "clear_below": _("恢复：不低于"),
    "silent_s": _("无通信超过"),
    "states": _("处于状态"),
    "share_of_rated": _("亮与不亮以额定功率的多少为界"),
    "sun_above_deg": _("太阳高度角高于"),
}
