"""The lab's switches: what an administrator, an attacker or an accident changes."""

from __future__ import annotations

from noroshi.core.words import Words
from noroshi_lab.lab.switches.entra import ENTRA
from noroshi_lab.lab.switches.exchange import EXCHANGE
from noroshi_lab.lab.switches.graph import GRAPH
from noroshi_lab.lab.switches.kinds import Switch
from noroshi_lab.lab.switches.limits import LIMITS
from noroshi_lab.lab.switches.other_provider import ELSEWHERE
from noroshi_lab.lab.switches.outage import OUTAGE
from noroshi_lab.lab.switches.time import TIME

GROUPS: tuple[tuple[Words, tuple[Switch, ...]], ...] = (
    (Words(en="Time", ja="時刻"), TIME),
    (Words(en="Servers", ja="サーバー"), OUTAGE),
    (Words(en="Sign-in", ja="サインイン"), ENTRA),
    (Words(en="Mail", ja="メール"), EXCHANGE),
    (Words(en="Limits", ja="制限"), LIMITS),
    (Words(en="Microsoft Graph", ja="Microsoft Graph"), GRAPH),
    (Words(en="The other provider", ja="別の事業者"), ELSEWHERE),
)
SWITCHES: tuple[Switch, ...] = tuple(each for _, group in GROUPS for each in group)


def find(name: str) -> Switch | None:
    """The switch of that name."""
    return next((each for each in SWITCHES if each.name == name), None)
