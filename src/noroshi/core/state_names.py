"""Name the states of mails, alarms and routes, and levels, verdicts and remarks."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.delivery_state import DeliveryState
from noroshi.core.levels import Level
from noroshi.core.mail import Verdict
from noroshi.core.translation import Message, _, pgettext

STATE_NAMES: Mapping[str, Message] = {
    DeliveryState.WAITING: _("waiting"),
    DeliveryState.OUT: _("being sent"),
    DeliveryState.HELD: _("held"),
    DeliveryState.SET_ASIDE: _("undeliverable"),
    DeliveryState.ACCEPTED: _("accepted"),
    DeliveryState.SEEN_ARRIVED: _("arrival confirmed"),
    DeliveryState.CAME_BACK: _("bounced"),
    DeliveryState.DROPPED: _("dropped"),
    DeliveryState.IN_DIGEST: _("in a combined message"),
    DeliveryState.SET_ASIDE_IN_DIGEST: _("undeliverable in a combined message"),
}
ROUTE_STATE_NAMES: Mapping[str, Message] = {
    "well": _("ready"),
    "down": _("down"),
    "not signed in": _("not signed in"),
    "needs somebody": _("action required"),
    "signed in": _("signed in"),
}
LEVEL_NAMES: Mapping[Level, Message] = {
    Level.OK: _("OK"),
    Level.WARNING: _("WARNING"),
    Level.CRITICAL: _("CRITICAL"),
    Level.UNKNOWN: _("UNKNOWN"),
}
NOT_MEASURED_NAMES: Mapping[str, Message] = {
    "new": _("Not measured yet"),
    "ended": _("Ended"),
    "stopped": _("Stopped"),
}
"""Shown in place of a level where nothing is measured."""
VERDICT_NAMES: Mapping[Verdict, Message] = {
    Verdict.ACCEPTED: _("accepted"),
    Verdict.DEFERRED: _("deferred"),
    Verdict.REFUSED: _("refused"),
    Verdict.ROUTE_DOWN: _("route down"),
}
REMARK_NAMES: Mapping[str, Message] = {
    "comment": _("Comment"),
    "acknowledged": pgettext("remark.acknowledged", "Acknowledged"),
    "taken back": _("Acknowledgement withdrawn"),
}
