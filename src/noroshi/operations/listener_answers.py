"""Answers of the operations on the listener for agents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from noroshi.core.translation import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class FirewallHint:
    """A command that opens the port in this computer's firewall; `caution`: what to know of
    it."""

    command: str
    caution: Message | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NextKeyOfAgents:
    """The key by which agents will know this node. `pin` is in hexadecimal digits."""

    pin: str
    used_from: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentsListener:
    """Where agents reach this node. `where`: HOST:PORT for new agents, "" if there is none that
    other computers reach; `pin` that of the key shown there, in hexadecimal digits.

    `address`, `port` and `host` are those of the listener for agents alone, empty if none was asked
    for; `problem`: why it is not open. `hosts` are names and addresses of this computer to choose
    from; `free_port` is the port to propose. `former_address` is HOST:PORT where agents are still listened to
    until `former_until`, as some may not know the new address yet. `next_key` is announced to agents."""

    where: str
    pin: str
    address: str = ""
    port: int = 0
    host: str = ""
    is_open: bool = False
    problem: Message | None = None
    hosts: tuple[str, ...] = ()
    free_port: int = 0
    firewall: FirewallHint | None = None
    cautions: tuple[Message, ...] = ()
    former_address: str = ""
    former_until: datetime | None = None
    next_key: NextKeyOfAgents | None = None
