"""Answers of the operations on agents and invitations."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from noroshi.core.agents import AgentState
from noroshi.core.sources import SourceKind
from noroshi.core.translation import Message


class InvitationState(Enum):
    """Name whether an invitation still lets servers in."""

    OPEN = "open"
    USED = "used"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentInvited:
    """An invitation: `line` is the command to paste on a server that has Noroshi, `install_line` the
    one that installs it first, with curl, and `python_line` the same without curl; `windows_line`
    installs it on Windows where the installer lies, and `powershell_line` fetches the installer from
    this node first; `code` is the join code in them. All are shown once. `install_problem` and
    `powershell_problem`: why there are no lines that fetch.
    `address` is HOST:PORT of this node, as the server reaches it; `pin` the SHA-256 of its public
    key, in hexadecimal digits."""

    id: str
    line: str = field(repr=False)
    install_line: str = field(repr=False)
    python_line: str = field(repr=False)
    windows_line: str = field(default="", repr=False)
    powershell_line: str = field(default="", repr=False)
    powershell_problem: Message | None = None
    install_problem: Message | None = None
    code: str = field(repr=False)
    address: str
    pin: str
    expires_at: datetime
    servers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationRow:
    """An invitation in short; never the code. `agents` are the names of those that joined by
    it."""

    id: str
    state: InvitationState
    creator: str
    created_at: datetime
    expires_at: datetime
    servers: int
    uses: int
    agents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentUpdate:
    """How far the last update of an agent is, in `words`; `is_failed`: the agent runs the version
    that it had before."""

    version: str
    words: Message
    is_failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRow:
    """An agent in short. `is_silent`: it was not heard for 90 seconds, or never. `address` is the
    one that it was last heard from; `backlog` the number of rows that wait there; `clock_offset`
    the agent's clock less this node's, in seconds; `fingerprint` that of its key, in hexadecimal
    digits. `instances` are those that it measures; `problems` why it did not take up its newest
    configuration; `secrets` the entries of the vault that it was given. `own_route`: it has a route
    of its own or a shared one, by which it notifies while this node is away. `update` is one that is
    under way or failed; `has_other_version`: it does not run the version of this node."""

    id: str
    name: str
    state: AgentState
    is_silent: bool
    last_contact: datetime | None
    joined_at: datetime
    invited_by: str
    invitation: str
    host_name: str
    system: str
    address: str
    version: str
    backlog: int
    clock_offset: float
    fingerprint: str
    instances: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    own_route: bool = False
    update: AgentUpdate | None = None
    has_other_version: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteOfAgent:
    """A delivery route of this node, as an agent may have it. `refusal`: why it cannot be shared, or
    is not any more though `is_shared` says that a person did."""

    name: str
    title: str
    is_shared: bool
    refusal: Message | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteShared:
    """An agent of which the shared routes were changed. `secrets` are the entries of the vault that
    it gets with the route or, where the route is taken back, those that it was given: change what is
    no longer shared."""

    id: str
    name: str
    route: str
    secrets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentShown:
    """One agent in full. `machine_id` stays as long as its system is installed; `addresses` are
    those of its network interfaces; `secrets` the entries of the vault that it was given.
    `accepts_routes`: delivery routes may be shared with it, and `routes` are those of this node."""

    agent: AgentRow
    machine_id: str
    addresses: tuple[str, ...]
    key_since: datetime
    revoked_at: datetime | None
    configuration: str
    secrets: tuple[str, ...]
    accepts_routes: bool = False
    routes: tuple[RouteOfAgent, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRenamed:
    """An agent with another name. `instances` are those whose `source` was changed with it."""

    id: str
    name: str
    instances: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRevoked:
    """An agent that was removed. `secrets` are the entries of the vault that it was given: change
    them. `instances` are those that nobody measures now."""

    id: str
    name: str
    secrets: tuple[str, ...] = ()
    instances: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentUpdating:
    """An agent that fetches a version from this node, to run it."""

    id: str
    name: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredInstance:
    """An instance, and where it is measured; `agent` is the name of the agent that does."""

    name: str
    title: str
    address: str
    source: SourceKind
    agent: str = ""
