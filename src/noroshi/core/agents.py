"""Agents and the invitations by which they join: as the hub keeps them, and what it decides."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
"""An agent's name: the computer's own unless a person gave another. `source` of an instance is
one."""
INVITED_FOR = timedelta(hours=1)
"""The time for which an invitation is valid."""
MOST_SERVERS = 500
"""So many servers may join with one invitation."""
KEY_AGE = timedelta(days=90)
"""An agent replaces its key that often."""
SILENT_AFTER = timedelta(seconds=90)
"""An agent that was not heard for that long is silent."""
CLONE_GRACE = timedelta(seconds=60)
CLONE_WITHIN = timedelta(minutes=10)
"""Requests of an earlier run, `CLONE_GRACE` after a newer one began, twice `CLONE_WITHIN`: two
machines share the key."""

ERA_NOTE = "link_era"
"""Under this name the hub notes the era of its stamps. `restore` takes it away, so that no request
of before counts at the hub that was restored."""


def runs_windows(system: str) -> bool:
    """Return whether the system of a computer, as its agent names it, is Windows."""
    return system.startswith("Windows")


class AgentState(Enum):
    """Name whether an agent may come in."""

    ACTIVE = "active"
    REVOKED = "revoked"


class JoinRefusal(Enum):
    """Name why an invitation lets nobody in."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    USED = "used"
    NAME_TAKEN = "name-taken"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Describe the computer of an agent, as the agent does. `id` stays as long as the system is
    installed (/etc/machine-id or MachineGuid of Windows, hashed)."""

    host_name: str
    id: str = ""
    system: str = ""
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Life:
    """Identify one run of an agent: `number` grows with each start, `mark` is random (64 bits, in
    hexadecimal digits). Two runs of one number are two machines."""

    number: int = 0
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """Let up to `servers` servers join until an instant. Only the `hash` of the secret is kept;
    `used_by` are the thumbprints of the keys that joined."""

    id: str
    hash: str = field(repr=False)
    creator: str
    created_at: datetime
    expires_at: datetime
    servers: int = 1
    used_by: tuple[str, ...] = ()

    def refusal(self, thumbprint: str, now: datetime) -> JoinRefusal | None:
        """Return why a key may not join; None if it may. A key that joined already may ask
        again, as the first answer may be lost."""
        if now >= self.expires_at:
            return JoinRefusal.EXPIRED
        if thumbprint not in self.used_by and len(self.used_by) >= self.servers:
            return JoinRefusal.USED
        return None

    def with_use(self, thumbprint: str) -> Invitation:
        """Return it as used by a key."""
        if thumbprint in self.used_by:
            return self
        return replace(self, used_by=(*self.used_by, thumbprint))


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """Hold an enrolled agent. `key` is its public key (a JWK as text), `next_key` the one that it
    announced: both count until the next one is used. `invitation` is the id of the one by which it
    joined. `secrets` are the entries of the vault that it was given. `own_route`: it has a route of
    its own, or a shared one, by which it can notify while the hub is away. `shared_routes` are those
    of the hub that a person shared with it; `accepts_routes`: it takes them. `needs_lease`: it may send the hub's
    notifications itself, or might once, so the hub tells it what became of them, and a life of
    the hub begins without the right to send them."""

    id: str
    name: str
    key: str
    thumbprint: str
    machine: Machine
    joined_at: datetime
    invited_by: str
    invitation: str
    version: str = ""
    state: AgentState = AgentState.ACTIVE
    revoked_at: datetime | None = None
    next_key: str = ""
    key_since: datetime | None = None
    life: Life = Life()
    secrets: tuple[str, ...] = ()
    own_route: bool = False
    needs_lease: bool = False
    accepts_routes: bool = False
    shared_routes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LastSeen:
    """Hold what the hub last heard of an agent: when, from where, in which life; `backlog` are the
    rows that wait there, `clock_offset` is the agent's clock less the hub's. `configuration` is the
    configuration that it took up, `problems` why it did not."""

    agent: str
    last_contact: datetime
    address: str = ""
    life: Life = Life()
    version: str = ""
    backlog: int = 0
    clock_offset: timedelta = timedelta(0)
    configuration: str = ""
    problems: tuple[str, ...] = ()


def admission(
    invitation: Invitation | None, agent: Agent, agents: Collection[Agent], now: datetime
) -> Agent | JoinRefusal:
    """Return the agent that somebody becomes by an invitation, with a name that no other has, or
    why nobody comes in. A key that joined already gets the agent that it became."""
    if invitation is None:
        return JoinRefusal.UNKNOWN
    if refusal := invitation.refusal(agent.thumbprint, now):
        return refusal
    earlier_agent = next((one for one in agents if one.thumbprint == agent.thumbprint), None)
    if earlier_agent is not None:
        revoked = earlier_agent.state is AgentState.REVOKED
        return JoinRefusal.REVOKED if revoked else earlier_agent
    if agent.thumbprint in invitation.used_by:  # a key that was replaced since
        return JoinRefusal.USED
    return replace(agent, name=free_name(agent.name, names_in_use(agents)))


def revoke(agent: Agent, now: datetime) -> Agent:
    """Return the agent without the right to come in; one that has none stays as it is."""
    if agent.state is AgentState.REVOKED:
        return agent
    return replace(agent, state=AgentState.REVOKED, revoked_at=now)


def agents_by(invitation: Invitation, agents: Iterable[Agent]) -> tuple[Agent, ...]:
    """Return the agents that used an invitation: those that joined by it, and those that were
    agents already and used it again with the key that they have."""
    return tuple(
        one
        for one in agents
        if one.invitation == invitation.id or one.thumbprint in invitation.used_by
    )


def names_in_use(agents: Collection[Agent]) -> frozenset[str]:
    """Return the names that no other agent may have. A revoked agent's name is free again."""
    return frozenset(one.name for one in agents if one.state is AgentState.ACTIVE)


def removed_names(agents: Collection[Agent]) -> frozenset[str]:
    """Return the names of revoked agents that no other agent has by now."""
    used_names = {name.casefold() for name in names_in_use(agents)}
    return frozenset(one.name for one in agents if one.name.casefold() not in used_names)


def may_replace(agent: Agent, other_agents: Collection[Agent]) -> bool:
    """Return whether no other agent has this one's name or key."""
    if agent.thumbprint in {one.thumbprint for one in other_agents}:
        return False
    names = {name.casefold() for name in names_in_use(other_agents)}
    return agent.state is AgentState.REVOKED or agent.name.casefold() not in names


def versions_fit(hub: str, agent: str) -> bool:
    """Return whether a hub and an agent of these versions understand each other: one minor version
    apart at the most. A version that cannot be read fits, as nothing speaks against it."""
    hub_numbers, agent_numbers = _minor_version(hub), _minor_version(agent)
    if hub_numbers is None or agent_numbers is None:
        return True
    return hub_numbers[0] == agent_numbers[0] and abs(hub_numbers[1] - agent_numbers[1]) <= 1


def _minor_version(version: str) -> tuple[int, int] | None:
    match = re.match(r"([0-9]{1,4})\.([0-9]{1,4})(?![0-9])", version)
    return None if match is None else (int(match[1]), int(match[2]))


def is_silent(last_seen: LastSeen | None, now: datetime) -> bool:
    """Return whether an agent was not heard for `SILENT_AFTER`, or never."""
    return last_seen is None or now - last_seen.last_contact >= SILENT_AFTER


def free_name(proposal: str, used_names: Collection[str]) -> str:
    """Return the name for a new agent: the proposal, or with the first number behind it that makes
    it one that no other agent has. Case does not tell two names apart."""
    usable = re.sub(r"[^A-Za-z0-9._-]", "-", proposal)[:56].lstrip("._-") or "server"
    names = {name.casefold() for name in used_names}
    if usable.casefold() not in names:
        return usable
    return next(
        name
        for number in range(2, len(names) + 3)
        if (name := f"{usable}-{number}").casefold() not in names
    )
