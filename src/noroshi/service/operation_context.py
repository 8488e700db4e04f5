"""Hold what all operations work with: the store, the kinds, the version in use."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from noroshi import schema
from noroshi.core.mail import Route
from noroshi.core.model import LOGIN_SOURCES, Monitor
from noroshi.core.notices.draft import notification_envelopes, with_default_notifications
from noroshi.core.notices.notice import Notice
from noroshi.core.sources import NETWORK, NodeIdentity, by_agent, measured_on
from noroshi.core.translation import NOTHING, Message, _
from noroshi.definitions.accounts_of_routes import (
    account_of,
    entries_of,
    mark_of,
    marks_of,
    reader_of,
    resource_of,
    routes_with_bounce_detection,
)
from noroshi.definitions.compilation import Plan
from noroshi.definitions.plan_cache import PlanCache
from noroshi.hosts.agent_names import AgentNames
from noroshi.imports import ONE_AT_A_TIME
from noroshi.oauth.tokens import SignInState
from noroshi.oauth.wrong_mailbox import of_other
from noroshi.operations.status_answers import RouteStatus
from noroshi.people import People
from noroshi.plugins import Plugins
from noroshi.ports import (
    Clocks,
    QueueCounts,
    RoundTripFacts,
    RouteOutage,
    Store,
    StoreError,
    Version,
)
from noroshi.round_trips import mailbox_reading, mails_of, trip_of
from noroshi.sandbox import Readers
from noroshi.service.agents.agent_leases import AgentLeases
from noroshi.service.diagnostics.running_examinations import (
    RunningExamination,
    RunningExaminations,
)
from noroshi.service.errors import OperationFailedError
from noroshi.service.large_requests import Judges
from noroshi.service.mail.agent_senders import AgentSenders
from noroshi.service.mail.delivery_status import limits
from noroshi.service.monitors import status_view
from noroshi.service.node.secret_bindings import SecretBindings
from noroshi.service.service_parts import ServiceParts
from noroshi.service.setup.proofs import proof_of, with_proof

if TYPE_CHECKING:
    from noroshi.service.agents.hub import AgentHub

log = logging.getLogger(__name__)

CANNOT_COMPILE = _("The current definitions can no longer be read: {why}")


class OperationContext:
    """Hold what several families of operations need. Nothing here is an operation."""

    def __init__(
        self, store: Store, plugins: Plugins, clocks: Clocks, parts: ServiceParts
    ) -> None:
        self.store, self.plugins, self.clocks = store, plugins, clocks
        self.vault, self.tokens, self.new_id = parts.vault, parts.tokens, parts.new_id
        self.name, self.runs_on, self.ring = parts.name, parts.runs_on, parts.ring
        self.measure, self.host_of, self.system = parts.measure, parts.host_of, parts.system
        self.surroundings, self.self_facts = parts.surroundings, parts.self_facts
        self._applied_version = parts.applied_version
        self.identity, self.hub_links = parts.identity, parts.hub_links
        self._text_failures = parts.text_failures
        self.hub_requests, self.hub_routes = parts.hub_requests, parts.hub_routes
        self.node_updates = parts.node_updates
        self.endpoints = parts.endpoints
        """Where agents reach this node; the node's process writes it."""
        self.find_install_file = parts.find_install_file
        self.find_windows_installer = parts.find_windows_installer
        self._agents_hub: AgentHub | None = None
        self.running_examinations = RunningExaminations(clocks.steady)
        self.examinations: dict[str, tuple[Route, RunningExamination]] = {}
        self.bindings = SecretBindings(store, parts.vault)
        self.people = parts.people or People(store, parts.vault, clocks)
        self._latest: tuple[Version, Plan] | None = None
        self.plans = parts.plans or PlanCache(plugins)
        reserved_names = {self.name, self.runs_on, NETWORK, *LOGIN_SOURCES}
        self.agent_names = parts.agent_names or AgentNames(store)
        self.agent_names.reserved = frozenset(reserved_names)
        self.agent_leases = parts.agent_leases or AgentLeases(clocks)
        self.agent_names.on_read = self.agent_leases.update
        self.agent_senders = AgentSenders(self.agent_leases, self.agent_names.name_of)
        self._compiling = asyncio.Lock()
        self.judges = Judges(Readers())

    @property
    def agents_hub(self) -> AgentHub:
        """Return the hub, which answers agents and tells of them. Its modules are imported when it
        is first needed: most commands and nodes have no agents."""
        if self._agents_hub is None:
            with ONE_AT_A_TIME:
                from noroshi.service.agents.hub import AgentHub
                from noroshi.service.agents.hub_state import HubParts
            parts = HubParts(
                name=self.name,
                new_id=self.new_id,
                endpoints=self.endpoints,
                post_notice=self.post_notice,
                agent_names=self.agent_names,
                plugins=self.plugins,
                current_plan=self.current,
                applied_version=self._applied_version,
                text_failures=self._text_failures,
                leases=self.agent_leases,
                find_install_file=lambda: self.find_install_file(),
            )
            self._agents_hub = AgentHub(self.store, self.vault, self.clocks, parts)
        return self._agents_hub

    async def post_notice(self, notice: Notice, serial: str) -> None:
        """Post the notice of an event to those who want to know of it: once for each serial. One that
        cannot be posted is only logged."""
        try:
            plan = (await self.current())[1]
            notifications = with_default_notifications(
                plan.notifications.values(), plan.rules.values()
            )
            await self.store.post(
                *notification_envelopes(
                    notice, serial, notifications, self.plugins.notice, self.now()
                )
            )
        except (OperationFailedError, StoreError) as error:
            log.warning("a notice cannot be posted event=%s: %s", notice.happening, error)

    async def close(self) -> None:
        """End what the hub does by itself."""
        if self._agents_hub is not None:
            await self._agents_hub.close()

    def now(self) -> datetime:
        """Return the wall clock's time."""
        return self.clocks.wall()

    def node_identity(self) -> NodeIdentity:
        """Return the names and addresses of this node, and the names of its agents."""
        if self.identity is None:
            return NodeIdentity(
                self.name,
                self.runs_on,
                agents=self.agent_names.current(),
                removed_agents=self.agent_names.removed_names(),
            )
        return self.identity()

    def measured_on(self, monitor: Monitor) -> Message:
        """Return on which computer a monitor is measured."""
        agent = self.plugins.agent_of(monitor)
        return measured_on(monitor, by_agent(agent) if agent else self.runs_on or self.name)

    async def current(self) -> tuple[Version, Plan]:
        number = await self.store.current_number()  # all documents may be a few MB
        if (cached := self._latest) is not None and cached[0].number == number:
            return cached
        async with self._compiling:  # once for all who ask meanwhile
            if self._latest is None or self._latest[0].number != number:
                self._latest = await self._compile()
            return self._latest

    async def _compile(self) -> tuple[Version, Plan]:
        version = await self.store.current()
        try:
            plan = await self.plans.plan_of(version)
        except schema.Invalid as invalid:  # a kind was uninstalled, say
            raise OperationFailedError(
                CANNOT_COMPILE.fill(why=invalid), invalid.problems
            ) from None
        return version, plan

    async def outages(self) -> Mapping[str, RouteOutage]:
        return {resting.route: resting for resting in await self.store.route_outages()}

    async def routes(self, plan: Plan, queue: QueueCounts) -> tuple[RouteStatus, ...]:
        outages, accepted, vault_names = await asyncio.gather(
            self.outages(), self.store.last_accepted(), self.vault.names()
        )
        statuses = (
            self._route(plan, route, outages, accepted, queue, vault_names)
            for route in plan.routes.values()
        )
        return tuple(await asyncio.gather(*statuses))

    async def _route(
        self,
        plan: Plan,
        route: Route,
        outages: Mapping[str, RouteOutage],
        accepted: Mapping[str, datetime],
        queue: QueueCounts,
        vault_names: Collection[str],
    ) -> RouteStatus:
        sign_in = await self.sign_in(plan, route)
        return status_view.route_status(
            route,
            outages.get(route.name),
            sign_in,
            queue.by_route.get(route.name, 0),
            mark_of(plan, route) or NOTHING,
            accepted.get(route.name),
            await self._trip(plan, route),
            _other_person_warning(plan, route, sign_in),
            tuple(entry for entry in entries_of(route) if entry not in vault_names),
            self._failed_stage(route, accepted.get(route.name)),
        )

    def _failed_stage(self, route: Route, accepted: datetime | None) -> Message:
        """Return the stage at which the last diagnosis of the route, defined as now, failed;
        NOTHING where none did, or where a mail was accepted since."""
        examined_route, record = self.examinations.get(route.name, (None, None))
        if (
            record is None
            or examined_route != route
            or (accepted and accepted > record.begun_at)
        ):
            return NOTHING
        failed_stages = (stage.title for stage in record.stages if stage.state == "failed")
        return next(failed_stages, NOTHING)

    async def _trip(self, plan: Plan, route: Route) -> RoundTripFacts | None:
        """Return the facts of the route's round trips to the own mailbox, or a person's
        confirmation; None: there are none."""
        notes, account = await self.store.get_values(), reader_of(plan, route)
        proof = proof_of(notes, route.name)
        if account is None:
            return with_proof(None, proof)
        reading = mailbox_reading(notes, account.storage_name)
        now = self.clocks.wall()
        mails = await mails_of(self.store, route.name, now)
        return with_proof(trip_of(mails, reading, now), proof)

    async def unproved(self) -> Mapping[str, Message]:
        """Return by route what is not known of what it took; nothing while the definitions
        cannot be read."""
        try:
            plan = (await self.current())[1]
        except OperationFailedError:
            return {}
        return limits(plan.routes.values(), routes_with_bounce_detection(plan))

    async def marks(self) -> Mapping[str, Message]:
        """Return the marks beside routes whose provider is none of the built-in ones; nothing
        is marked while the definitions cannot be read."""
        try:
            return marks_of((await self.current())[1])
        except OperationFailedError:
            return {}

    async def sign_in(self, plan: Plan, route: Route) -> SignInState | None:
        account = account_of(plan, route)
        if account is None:
            return None
        return await self.tokens.state(account, resource_of(route))


class OperationGroup:
    """Operations on one subject. All groups share a context."""

    def __init__(self, context: OperationContext) -> None:
        self._context = context
        self._store, self._plugins, self._clocks = (
            context.store,
            context.plugins,
            context.clocks,
        )
        self._vault, self._tokens = context.vault, context.tokens


def _other_person_warning(plan: Plan, route: Route, sign_in: SignInState | None) -> Message:
    """Return a warning if somebody else than the account's mailbox has signed in."""
    account = account_of(plan, route)
    if account is None or sign_in is None:
        return NOTHING
    return of_other(account, sign_in.user, resource_of(route), route.name)
