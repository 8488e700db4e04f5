"""Hold what the link to a hub has from this process, and from whoever lets it join."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import timedelta

from noroshi.agent.enrolment import Enrolment
from noroshi.agent.hub_notifications import HubNotifications
from noroshi.agent.link_status import LinkStatus
from noroshi.agent.order_desk import CarryOut, no_orders
from noroshi.core.agents import Machine
from noroshi.core.definitions.problems import Problem
from noroshi.core.network_policy import NetworkPolicy
from noroshi.link.link_messages import FetchAnswer
from noroshi.link.report_messages import SuppressionsOfHub
from noroshi.link.update_messages import NO_UPDATE, UpdateReport
from noroshi.ports import Clocks
from noroshi.vault import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class HubProxy:
    """Describe an HTTP proxy to the hub: host:port, and the log-in if it asks for one."""

    address: str = ""
    user: str = ""
    password: Secret | None = None


NO_PROXY = HubProxy()


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSettings:
    """Hold what the link has from this process. `random_mark` returns 64 random bits in hexadecimal
    digits; the other functions are as in `LinkParts`. `accepts_routes`: the hub may share routes."""

    clocks: Clocks
    uniform: Callable[[float, float], float]
    sleep: Callable[[float], Awaitable[object]]
    random_mark: Callable[[], str]
    machine: Callable[[], Machine]
    kinds: tuple[str, ...]
    policy: NetworkPolicy
    notifications: HubNotifications
    secret: Callable[[str], Awaitable[str]]
    accepts_routes: bool = False


TakeUp = Callable[[Enrolment, FetchAnswer], Awaitable[tuple[Problem, ...]]]
"""Brings a configuration into force, or returns why not."""
ReportRefusal = Callable[[Enrolment, LinkStatus], Awaitable[None]]
"""Tells people that the hub turned this node away."""


ReportAbsence = Callable[[Enrolment, LinkStatus], Awaitable[None]]
"""Tells people that the hub is unreachable."""


async def say_nothing(_enrolment: Enrolment, _status: LinkStatus) -> None:
    """Tell nobody."""


PutSuppressions = Callable[[SuppressionsOfHub, timedelta], Awaitable[None]]
"""Has the node judge by what people at the hub say, given this computer's clock less the hub's."""


async def no_suppressions(_suppressions: SuppressionsOfHub, _clock_offset: timedelta) -> None:
    """Do nothing: nobody judges here."""


def no_update() -> UpdateReport:
    """Return that there was none."""
    return NO_UPDATE


@dataclass(frozen=True, slots=True)
class NodeCalls:
    """Hold what the link has the node do."""

    take_up: TakeUp
    report_refusal: ReportRefusal
    monitors: Callable[[], Collection[str]] = tuple
    """Returns the ids of the monitors that the hub gave."""
    put_suppressions: PutSuppressions = no_suppressions
    carry_out: CarryOut = no_orders
    report_absence: ReportAbsence = say_nothing
    update_report: Callable[[], UpdateReport] = no_update
    """Returns how far the last update of this node is."""
