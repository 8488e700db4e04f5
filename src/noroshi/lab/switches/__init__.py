"""The lab's switches: what an administrator, an attacker or an accident changes."""

from __future__ import annotations

from noroshi.lab.switches.elsewhere import ELSEWHERE
from noroshi.lab.switches.entra import ENTRA
from noroshi.lab.switches.exchange import EXCHANGE
from noroshi.lab.switches.graph import GRAPH
from noroshi.lab.switches.kinds import Switch
from noroshi.lab.switches.limits import LIMITS
from noroshi.lab.switches.outage import OUTAGE
from noroshi.lab.switches.time import TIME

SWITCHES: tuple[Switch, ...] = (*TIME, *OUTAGE, *ENTRA, *EXCHANGE, *GRAPH, *LIMITS, *ELSEWHERE)


def find(name: str) -> Switch | None:
    """The switch of that name."""
    return next((each for each in SWITCHES if each.name == name), None)
