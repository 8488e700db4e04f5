"""Name the entries of the vault that are Noroshi's own, which no person may write."""

from __future__ import annotations

from noroshi.core.translation import Message, _

SIGN_INS, TOKENS, ACCESS, REFUSALS, USERS, NODE = OWN_ENTRIES = (
    "signin/",
    "refresh/",
    "access/",
    "refused/",
    "user/",
    "noroshi/",
)
"""The beginnings of the entries that sign-ins and the node keep for themselves: no person's secret
may be there."""
TLS_KEY = f"{NODE}tls-key"
"""The private key of the node's own certificate, by which agents know it (PEM)."""
NEXT_TLS_KEY = f"{NODE}next-tls-key"
"""The key that takes its place, while it is announced (PEM)."""
STAMP_KEY = f"{NODE}stamp-key"
"""The key of the stamps that the hub gives to agents, in hexadecimal digits."""
UPDATE_KEY = f"{NODE}update-key"
"""The key by which the hub signs the updates of its agents."""
AGENT_KEYS, HUB_PROXY = f"{NODE}agent-keys", f"{NODE}hub-proxy"
"""The keys by which the node, as an agent, signs; the password of the proxy to its hub."""
HUB_ENTRIES = "from-hub/"
"""The beginning of the entries that the hub shares with this node: its definitions name them, and no
person may write them."""
RESERVED = _(
    "“{name}” is reserved for Noroshi itself; choose a name that does not begin with {start}"
)

SHARED_BY_HUB = _("{name} comes from the hub: change it there")


def reserved(name: str) -> Message | None:
    """Return why no person may give an entry this name; None: they may."""
    for start in OWN_ENTRIES:
        if name.startswith(start):
            return RESERVED.fill(name=name, start=start)
    return None


def unwritable(name: str) -> Message | None:
    """Return why no person may write or remove the entry of this name; None: they may."""
    if name.startswith(HUB_ENTRIES):
        return SHARED_BY_HUB.fill(name=name)
    return reserved(name)
