"""The lab's switches: what an administrator, an attacker or an accident changes."""

from __future__ import annotations

from noroshi.core.translation import Message, _, pgettext
from noroshi_lab.lab.switches.entra import ENTRA
from noroshi_lab.lab.switches.exchange import EXCHANGE
from noroshi_lab.lab.switches.graph import GRAPH
from noroshi_lab.lab.switches.kinds import Switch
from noroshi_lab.lab.switches.limits import LIMITS
from noroshi_lab.lab.switches.other_provider import ELSEWHERE
from noroshi_lab.lab.switches.outage import OUTAGE
from noroshi_lab.lab.switches.time import TIME

GROUPS: tuple[tuple[Message, tuple[Switch, ...]], ...] = (
    (_("Time"), TIME),
    (_("Servers"), OUTAGE),
    (_("Sign-in"), ENTRA),
    (_("Mail"), EXCHANGE),
    (pgettext("switches.__init__", "Limits"), LIMITS),
    (_("Microsoft Graph"), GRAPH),
    (_("The other provider"), ELSEWHERE),
)
SWITCHES: tuple[Switch, ...] = tuple(each for _, group in GROUPS for each in group)


def find(name: str) -> Switch | None:
    """Return the switch of that name."""
    return next((each for each in SWITCHES if each.name == name), None)
