"""Hold what the parts of the hub share."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from noroshi.core.agents import Agent, AgentState
from noroshi.core.mail import Envelope
from noroshi.core.model import Change
from noroshi.core.notices.notice import AgentConflict, AgentRefused, Notice
from noroshi.core.people import Audited
from noroshi.core.translation import NOTHING, Message
from noroshi.hosts.agent_names import AgentNames
from noroshi.link.link_messages import HubPlace
from noroshi.link.stamps import StampMint
from noroshi.oauth.refresh_lock import RefreshLock
from noroshi.people.denied_log import DeniedLog
from noroshi.plugins import Plugins
from noroshi.ports import Clocks, Store
from noroshi.service.agents.agent_leases import AgentLeases, Promise
from noroshi.service.agents.agent_presence import Presence
from noroshi.service.agents.agent_secrets import AgentSecrets
from noroshi.service.agents.agents_monitors import AgentsMonitors, AppliedVersion, CurrentPlan
from noroshi.service.agents.configuration_book import ConfigurationBook, SharedRoutes
from noroshi.service.agents.hub_endpoints import HubEndpoints
from noroshi.service.agents.hub_fates import HubFates
from noroshi.service.agents.install_file_reader import FindFile
from noroshi.service.agents.open_waits import OpenWaits
from noroshi.service.agents.order_book import OrderBook
from noroshi.service.agents.report_rates import ReportRates
from noroshi.service.agents.request_rates import RequestRates
from noroshi.service.agents.roster import Roster
from noroshi.service.agents.stamp_source import stamp_mint
from noroshi.service.agents.suppression_book import SuppressionBook
from noroshi.service.agents.update_offers import UpdateOffers
from noroshi.service.agents.witnesses import witness_ranks
from noroshi.vault import Vault

RANKED_FOR = 5.0
"""Seconds for which the witnesses count as they were chosen."""
DOOR = "link"
"""The door of agents in the audit log."""
TextFailures = Callable[[Iterable[Envelope]], tuple[Envelope, ...]]
PostNotice = Callable[[Notice, str], Awaitable[None]]
"""Post a notice, once for each serial."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubParts:
    """Hold what the hub has from its node. `name` is the node's; `agent_names` is told the names of
    the agents; `applied_version` returns the version by which the engine measures, if one runs;
    `text_failures` returns the notices of envelopes whose text could not be made;
    `find_install_file` the file by which agents are updated."""

    name: str
    new_id: Callable[[], str]
    endpoints: HubEndpoints
    post_notice: PostNotice
    agent_names: AgentNames
    plugins: Plugins
    current_plan: CurrentPlan
    applied_version: AppliedVersion | None
    text_failures: TextFailures
    leases: AgentLeases
    find_install_file: FindFile


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveAgents:
    """Hold what counts of the agents that may come in, as of one reading: their names by id, the
    names of those with a route, and the routes that are shared with each."""

    all_agents: Mapping[str, Agent]
    names: Mapping[str, str]
    senders: frozenset[str]
    shared_routes: SharedRoutes


def active_of(all_agents: Mapping[str, Agent]) -> ActiveAgents:
    """Return what counts of the agents that may come in."""
    agents = {id: one for id, one in all_agents.items() if one.state is AgentState.ACTIVE}
    return ActiveAgents(
        all_agents=all_agents,
        names={id: one.name for id, one in agents.items()},
        senders=frozenset(one.name for one in agents.values() if one.own_route),
        shared_routes={
            one.name: one.shared_routes
            for one in agents.values()
            if one.accepts_routes and one.shared_routes
        },
    )


class HubState:
    """Hold the agents, what is known of each, and the means to verify and to note."""

    def __init__(self, store: Store, vault: Vault, clocks: Clocks, parts: HubParts) -> None:
        self.store, self.clocks = store, clocks
        self.name, self.new_id = parts.name, parts.new_id
        self.reserved_names = parts.agent_names.reserved
        self._endpoints, self._post_notice = parts.endpoints, parts.post_notice
        self.rates, self.presence, self.open_waits = (
            RequestRates(),
            Presence(store),
            OpenWaits(clocks.steady),
        )
        self.orders = OrderBook(self.open_waits.wake, parts.new_id, clocks.steady)
        self.plugins, self._text_failures = parts.plugins, parts.text_failures
        self.report_rates = ReportRates()
        parts.agent_names.refused_rows = self._refused_rows
        parts.agent_names.excessive_reports = self._excessive_reports
        parts.agent_names.update_grace = self.presence.update_grace
        self.monitors = AgentsMonitors(
            parts.current_plan, parts.plugins.agent_of, parts.agent_names, parts.applied_version
        )
        self.suppressions = SuppressionBook(store, self.monitors)
        self._active: ActiveAgents | None = None
        self.leases, self.fates = parts.leases, HubFates(store, clocks, parts.name)
        self.denied_log = DeniedLog(store, clocks)
        self.book = ConfigurationBook(store, vault, clocks.steady)
        lock = RefreshLock(store, parts.new_id(), clocks)
        self.updates = UpdateOffers(vault, parts.find_install_file, clocks.steady, lock)
        self.roster = Roster(store, clocks, self.open_waits.wake, parts.agent_names.update)
        self.secrets = AgentSecrets(vault, self.roster)
        self._vault, self._last_announced = vault, (self.pins, self.place)
        self._mint: StampMint | None = None
        self._minting = asyncio.Lock()
        self._ranks: Mapping[str, int] | None = None
        self._ranked_at = 0.0

    def _refused_rows(self, agent: str) -> int:
        return self.report_rates.recently_refused(agent, self.clocks.steady())

    def _excessive_reports(self, agent: str) -> int:
        return self.report_rates.recently_excessive(agent, self.clocks.steady())

    @property
    def id(self) -> str:
        """Return the id by which agents know this hub: that of the installation."""
        return self.store.origin.installation

    @property
    def pins(self) -> tuple[str, ...]:
        """Return the pins of the TLS keys by which agents know this hub, in hexadecimal digits,
        the preferred one first; () while nobody listens, or where another server ends TLS."""
        return tuple(pin.hex() for pin in self._endpoints.pins)

    @property
    def place(self) -> HubPlace | None:
        """Return where agents are to reach this hub; None: it does not know."""
        return self._endpoints.place

    @property
    def node_places(self) -> tuple[HubPlace, ...]:
        """Return where else agents may ask, if they are not answered there."""
        return self._endpoints.node_places()

    def now(self) -> datetime:
        """Return the wall clock's time."""
        return self.clocks.wall()

    @property
    def clock(self) -> float:
        """Return that time as an answer has it: in seconds since 1970, cut off after milliseconds."""
        return int(self.now().timestamp() * 1000) / 1000

    async def mint(self) -> StampMint:
        """Return what makes the stamps. Raises StoreError."""
        async with self._minting:
            if self._mint is None:
                hub_time = self.leases.time
                self._mint = await stamp_mint(self.store, self._vault, hub_time.now)
            return self._mint

    async def refresh(self) -> None:
        """Bring agents, configurations and fates up to date, and wake those for whom there is news.
        Raises StoreError."""
        await self.refresh_agents()
        for id in await self.fates.refresh(self.roster.agents):
            self.open_waits.wake(id)

    async def refresh_agents(self) -> None:
        """Bring agents and configurations up to date, and wake those for whom there is news: each
        request asks for it, so nothing is made anew that is as it was. Raises StoreError."""
        await self.presence.load()
        await self.roster.refresh()
        if self._active is None or self._active.all_agents is not self.roster.agents:
            self._active = active_of(self.roster.agents)
        active = self._active
        announced = self.pins, self.place
        has_moved, self._last_announced = announced != self._last_announced, announced
        is_chosen_anew = await self.book.refresh(
            active.names, active.senders, active.shared_routes
        )
        if is_chosen_anew or has_moved:
            self.open_waits.wake_all()

    async def refresh_suppressions(self) -> None:
        """Read what people say by now, and wake the agents of whose monitors it is. Only agents that
        wait are told, so other requests need not pay for it. Raises StoreError."""
        names = {} if self._active is None else self._active.names
        for id in await self.suppressions.refresh(names, self.now()):
            self.open_waits.wake(id)

    def witness_rank(self, agent: str) -> int:
        """Return an agent's place among those that tell when the hub is gone; 0: it does not."""
        now = self.clocks.steady()
        if self._ranks is None or now - self._ranked_at >= RANKED_FOR:
            agents, last_seen = self.roster.agents, self.presence.last_seen()
            self._ranks = witness_ranks(agents, last_seen, self.now())
            self._ranked_at = now
        return self._ranks.get(agent, 0)

    async def note_sender(self, agent: Agent, promise: Promise) -> Agent:
        """Renew the lease of an agent by what a message says of who sends. That the hub needs one is
        stored before the message is answered, and stays: the agent may have some notifications
        left. Raises StoreError."""
        if not self.leases.renew(agent.id, promise) or agent.needs_lease:
            return agent
        changed_agent = await self.roster.change(
            agent.id, lambda current: replace(current, needs_lease=True)
        )
        return changed_agent or agent

    async def with_texts(self, change: Change) -> Change:
        """Return a change with the texts of its envelopes, and the notices of those that could not
        be made."""
        if not change.envelopes:
            return change
        finished = await self.plugins.finish(change.envelopes)
        return replace(change, envelopes=(*finished, *self._text_failures(finished)))

    async def audit(
        self,
        op: str,
        name: str,
        address: str,
        arguments: Mapping[str, Any],
        refusal: Message = NOTHING,
    ) -> None:
        """Write what an agent did into the audit log. Raises StoreError."""
        row = Audited(
            at=self.now(),
            who=name,
            door=DOOR,
            address=address,
            op=op,
            given=arguments,
            refused=refusal,
        )
        await self.store.audit(row)

    async def report_conflict(
        self,
        conflict: AgentConflict,
        agent: str,
        inviter: str,
        machine: str,
        address: str,
        subject: str,
    ) -> None:
        """Post a notice that a machine was refused as an agent: once a day for a subject, which is
        the id of an agent or an invitation."""
        now = self.now()
        notice = AgentRefused(
            happened_at=now,
            conflict=conflict,
            agent=agent,
            inviter=inviter,
            machine=machine,
            address=address,
        )
        await self._post_notice(notice, f"{subject}/{now.astimezone(UTC):%Y-%m-%d}")
