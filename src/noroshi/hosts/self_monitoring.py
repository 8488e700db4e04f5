"""Report what this node knows of itself and its routes, for the monitors of the instance
noroshi."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from noroshi.core.agents import Agent, AgentState, LastSeen, runs_windows
from noroshi.core.mail import Route
from noroshi.definitions.accounts_of_routes import (
    NOT_IN_VAULT,
    entries_of,
    is_retiring,
    resource_of,
)
from noroshi.hosts.threads import run_in_thread
from noroshi.oauth.account import Account
from noroshi.oauth.tokens import SignInState, SignInStatus, TokenSource
from noroshi.ports import (
    AccountFacts,
    AgentFacts,
    NodeFacts,
    NodeLease,
    QueueFacts,
    RoundTripFacts,
    RouteFacts,
    Store,
)
from noroshi.round_trips import PREFIX, mailbox_reading, mails_of, trip_of

WELL = (SignInStatus.SIGNED_IN, SignInStatus.WAITING)


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeReadings:
    """Read what the node knows of itself at the moment. `routes` and `accounts` are those of the plan in
    effect; `late` and `clock_set` the engine's figures in seconds; `read_since` is from when on the
    mailbox of a route's account is read in this life; `refused_rows` how many rows of an agent were
    refused lately, `excessive_reports` how many of its reports were put off as too much, `update_grace` for how many seconds it may
    be silent as it is being updated, `instances` the titles of all instances by their source, in
    lower case."""

    routes: Callable[[], Mapping[str, Route]]
    accounts: Callable[[], Mapping[str, Account]]
    lateness: Callable[[], float]
    clock_set: Callable[[], float]
    wall: Callable[[], datetime]
    read_since: Callable[[str], datetime | None] = lambda route: None
    refused_rows: Callable[[str], int] = lambda agent: 0
    excessive_reports: Callable[[str], int] = lambda agent: 0
    update_grace: Callable[[str], float] = lambda agent: 0.0
    instances: Callable[[], Mapping[str, tuple[str, ...]]] = dict


class OwnFacts:
    """Implement ports.SelfFacts. `store_path` is where the store's file lies."""

    def __init__(
        self, store: Store, tokens: TokenSource, store_path: Path, readings: NodeReadings
    ) -> None:
        self._store, self._tokens, self._path = store, tokens, store_path
        self._readings, self._started_at = readings, readings.wall()

    async def route(self, name: str) -> RouteFacts | None:
        route = self._readings.routes().get(name)
        if route is None:
            return None
        account, state = await self._signs_in(route)
        facts = RouteFacts(
            last_accepted=(await self._store.last_accepted()).get(name),
            retiring=is_retiring(route),
            trip=await self._trip(route),
            never_signed_in=state is not None and _is_new(state),
        )
        outage = next((r for r in await self._store.route_outages() if r.route == name), None)
        if outage is not None:
            responsible_account = (
                account.name if account and state and state.sign not in WELL else ""
            )
            outage_facts = replace(
                facts, down_since=outage.down_since, fault=outage.fault, reason=outage.reason
            )
            return replace(
                outage_facts, open_until=outage.open_until, account=responsible_account
            )
        return await self._with_unready_reason(route, facts)

    async def _with_unready_reason(self, route: Route, facts: RouteFacts) -> RouteFacts:
        """Add why a route that no mail was tried by cannot take one."""
        account = self._readings.accounts().get(_account_name(route))
        if account is not None:
            state = await self._tokens.state(account, resource_of(route))
            if state.sign not in WELL and not state.has_token:
                return replace(facts, unready_reason=state.reason, account=account.name)
        entries = frozenset(await self._store.secret_names())
        missing_entry = next(
            (entry for entry in entries_of(route) if entry not in entries), None
        )
        if missing_entry is None:
            return facts
        is_new = facts.never_signed_in or facts.last_accepted is None
        return replace(
            facts, unready_reason=NOT_IN_VAULT.fill(entry=missing_entry), never_signed_in=is_new
        )

    async def _signs_in(self, route: Route) -> tuple[Account | None, SignInState | None]:
        account = self._readings.accounts().get(_account_name(route))
        return account, None if account is None else await self._sign_in(account)

    async def _trip(self, route: Route) -> RoundTripFacts | None:
        read_since = self._readings.read_since(route.name)
        if read_since is None:
            return None
        account = self._readings.accounts().get(_account_name(route))
        storage_name = account.storage_name if account is not None else ""
        reading = mailbox_reading(await self._store.get_values(), storage_name)
        mails = await mails_of(self._store, route.name, self._readings.wall())
        return trip_of(mails, reading, read_since)

    async def account(self, id: str) -> AccountFacts | None:
        account = next(
            (a for a in self._readings.accounts().values() if a.storage_name == id), None
        )
        if account is None:
            return None
        state = await self._sign_in(account)
        by_itself = account.sign_in == "app"
        return AccountFacts(
            name=account.name,
            mailbox=account.mailbox,
            client_id=account.client_id,
            routes=tuple(route.name for route in self._routes_of(account)),
            is_well=state.sign in WELL,
            reason=state.reason,
            ends=state.ends,
            renewed_at=None if by_itself else state.renewed,
            never_signed_in=_is_new(state),
        )

    def _routes_of(self, account: Account) -> Sequence[Route]:
        return [r for r in self._readings.routes().values() if _account_name(r) == account.name]

    async def _sign_in(self, account: Account) -> SignInState:
        """Return the worst sign-in state of what the routes of an account need. A missing right
        to read the mailbox keeps no mail from leaving, and is told with the route."""
        resources = dict.fromkeys(map(resource_of, self._routes_of(account)))
        states = [await self._tokens.state(account, resource) for resource in resources]
        failing = (state for state in states if state.sign not in WELL)
        return (
            next(failing, None) or next(iter(states), None) or await self._tokens.state(account)
        )

    async def queue(self) -> QueueFacts:
        """Count the queue without round trips: a round trip waits for its route alone, which
        reports it."""
        counts = await self._store.queue_counts(excluded_prefix=PREFIX)
        return QueueFacts(
            waiting=counts.waiting_count,
            oldest=counts.oldest,
            set_aside=counts.set_aside_count,
            lost=(await self._store.totals())["lost"],
        )

    async def agents(self) -> Sequence[AgentFacts]:
        """Return the facts of each agent that may come in, by name. Nothing was heard while this
        node did not run, so the silence of an agent begins with the node at the earliest."""
        now, last_seen = self._readings.wall(), await self._store.last_seen()
        instances = self._readings.instances()
        return [
            self._agent(agent, last_seen.get(agent.id), now, instances)
            for agent in sorted((await self._store.agents()).values(), key=lambda one: one.name)
            if agent.state is AgentState.ACTIVE
        ]

    def _agent(
        self,
        agent: Agent,
        last_seen: LastSeen | None,
        now: datetime,
        instances: Mapping[str, tuple[str, ...]],
    ) -> AgentFacts:
        if last_seen is None:
            heard_since = max(self._started_at, agent.joined_at)
            return AgentFacts(
                name=agent.name,
                silence=_seconds(heard_since, now),
                instances=instances.get(agent.name.casefold(), ()),
                is_windows=runs_windows(agent.machine.system),
            )
        heard_since = max(self._started_at, last_seen.last_contact)
        silence = _seconds(heard_since, now) - self._readings.update_grace(agent.id)
        return AgentFacts(
            name=agent.name,
            silence=max(0.0, silence),
            backlog=last_seen.backlog,
            clock_offset=last_seen.clock_offset.total_seconds(),
            refused_rows=self._readings.refused_rows(agent.id),
            excessive_reports=self._readings.excessive_reports(agent.id),
            instances=instances.get(agent.name.casefold(), ()),
            is_windows=runs_windows(agent.machine.system),
        )

    async def nodes(self) -> Sequence[NodeLease]:
        return await self._store.nodes()

    async def node(self) -> NodeFacts:
        return NodeFacts(
            lateness=self._readings.lateness(),
            trouble=await self._store.trouble(),
            free_bytes=await run_in_thread(lambda: _free(self._path.parent)),
            clock_set=self._readings.clock_set(),
        )


def _account_name(route: Route) -> str:
    return str(getattr(route.options, "account", ""))


def _is_new(state: SignInState) -> bool:
    """Return True if a sign-in is still to come, or was refused before there was one. What the
    vault does not show may well have been there."""
    return state.renewed is None and state.sign in (SignInStatus.NEVER, SignInStatus.NEEDED)


def _seconds(start: datetime, end: datetime) -> float:
    return max(0.0, (end - start).total_seconds())


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free
