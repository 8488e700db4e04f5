"""Answers of the operations on this node as an agent of a hub."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from noroshi.core.definitions.problems import Problem
from noroshi.core.translation import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class HubStatus:
    """The hub of this node, and the link to it; `hub` is "" if there is none. `where` is HOST:PORT,
    `pins` are those of the hub's keys in hexadecimal digits, `fingerprint` is the thumbprint of this
    node's key. `name` and `agent` are its name and id at the hub.

    `phase`: stopped (no node runs), connecting, linked, away, removed, cloned or other-version, since
    `phase_since`; `trouble`: why. `clock_offset`: this computer's clock less the hub's, in seconds.
    `configuration` is the hub's configuration in force, `given` the keys of its definitions, and
    `problems` are why a newer one is not in force.

    `backlog` counts the entries of the report log that the hub lacks, `last_report` is when it took
    some last, since this process began. `refused_count` counts those that it refused since then;
    `refusals` are the reasons of the last ones, in English.

    `sender` tells who sends the hub's notifications from here: no-route (the hub, as this node has
    no route, or no address), linked (the hub), alone (this node), returning (nobody, until this
    node has ended what it was sending), or "" if no node runs; `sender_reason` is why. After
    `alone_after` seconds without the hub this node sends. `pending` counts the notifications that
    neither has sent, as far as this node knows."""

    hub: str = ""
    where: str = ""
    pins: tuple[str, ...] = ()
    proxy: str = ""
    name: str = ""
    agent: str = ""
    fingerprint: str = ""
    joined_at: datetime | None = None
    key_since: datetime | None = None
    phase: str = "stopped"
    phase_since: datetime | None = None
    trouble: Message | None = None
    last_contact: datetime | None = None
    clock_offset: float | None = None
    configuration: str = ""
    given: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    backlog: int = 0
    last_report: datetime | None = None
    refused_count: int = 0
    refusals: tuple[str, ...] = ()
    sender: str = ""
    sender_reason: str = ""
    alone_after: float | None = None
    pending: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HubLeft:
    """The hub that was left. `informed`: it knows of it. `given` are the keys of the definitions
    that it had given, which are the node's own now; `removed`: they were removed instead."""

    hub: str
    informed: bool
    given: tuple[str, ...] = ()
    removed: bool = False
