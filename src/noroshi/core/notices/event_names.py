"""Name for people the events that notifications are sent of: in forms, and in each notice itself."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.notices.notice import Happening
from noroshi.core.translation import Message, _

EVENT_NAMES: Mapping[Happening, Message] = {
    Happening.STARTED: _("monitoring started (also when Noroshi starts)"),
    Happening.STOPPED: _("monitoring stopped (also when Noroshi stops)"),
    Happening.CHANGED: _("settings changed"),
    Happening.FAILED: _("a message could not be created or sent"),
    Happening.ASIDE: _("a message is undeliverable"),
    Happening.CAME_BACK: _("a message bounced"),
    Happening.WELL: _("status report, at fixed times"),
    Happening.UNWATCHED: _("monitoring was interrupted"),
    Happening.AGENT_REFUSED: _("an agent connection was refused"),
    Happening.HUB_REFUSED: _("the hub refused this server"),
    Happening.HUB_UNREACHABLE: _("the hub is unreachable"),
}
