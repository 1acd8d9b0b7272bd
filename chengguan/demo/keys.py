"""Keys of the demo's gateways: derived from the installation's secret, so that the simulators know them without being told.

Only the demo does this; a real gateway's key is random and shown once.
"""

from __future__ import annotations

import hashlib
import hmac

import bcrypt
from django.conf import settings

from chengguan.things.services.gateways import ROUNDS


def password(gateway_key: str) -> str:
    """The MQTT password of a demo gateway."""
    return hmac.new(settings.SECRET_KEY.encode(), f"demo-gateway:{gateway_key}".encode(), hashlib.sha256).hexdigest()[:32]


def password_hash(gateway_key: str) -> str:
    return bcrypt.hashpw(password(gateway_key).encode(), bcrypt.gensalt(ROUNDS)).decode()
