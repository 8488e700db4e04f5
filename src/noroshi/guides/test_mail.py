"""The mail that proves a route."""

from __future__ import annotations

from noroshi.core.translation import _

SUBJECT = _("Noroshi: test message through route {route}")
TEXT = _(
    "This message tests route “{route}”. If you read it in the inbox, and not under “Other” "
    "or in Junk Email, alarms will reach you the same way.\n"
)
