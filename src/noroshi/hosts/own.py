"""What this node knows of itself and its ways out: for the monitors of the instance noroshi."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from noroshi.core.model import Route
from noroshi.hosts.threads import apart
from noroshi.oauth.clouds import Account
from noroshi.oauth.tokens import SignIn, TokenSource
from noroshi.ports import AccountFacts, NodeFacts, QueueFacts, RouteFacts, Store

EXCHANGE_ONLINE = ("office365.com", "outlook.com", "office365.us", "partner.outlook.cn")
"""Whose mail servers end password sign-in (Exchange team blog, January 2026)."""


class OwnFacts:
    """As ports.Own says. `routes` and `account` are those of the plan in force; `late` and
    `clock_set` the engine's figures in seconds; `store_path` is where the store's file lies."""

    def __init__(
        self,
        store: Store,
        tokens: TokenSource,
        routes: Callable[[], Mapping[str, Route]],
        account: Callable[[str], Account | None],
        late: Callable[[], float],
        clock_set: Callable[[], float],
        store_path: Path,
    ) -> None:
        self._store, self._tokens = store, tokens
        self._routes, self._account = routes, account
        self._late, self._clock_set, self._path = late, clock_set, store_path

    async def route(self, name: str) -> RouteFacts | None:
        route = self._routes().get(name)
        if route is None:
            return None
        accepted = (await self._store.accepted()).get(name)
        down = next((r for r in await self._store.resting() if r.route == name), None)
        if down is None:
            return RouteFacts(accepted=accepted, retiring=_retiring(route))
        return RouteFacts(
            down=down.since,
            fault=down.fault,
            why=down.why,
            accepted=accepted,
            retiring=_retiring(route),
        )

    async def account(self, name: str) -> AccountFacts | None:
        account = self._account(name)
        if account is None:
            return None
        state = await self._tokens.state(account)
        by_itself = account.sign_in == "app"
        return AccountFacts(
            well=state.sign in (SignIn.SIGNED_IN, SignIn.WAITING),
            why=state.why,
            ends=state.ends,
            renewed=None if by_itself else state.renewed,
        )

    async def queue(self) -> QueueFacts:
        rows = await self._store.waiting()
        waiting = [row.envelope.born for row in rows if not row.fate]
        return QueueFacts(
            waiting=len(waiting),
            oldest=min(waiting, default=None),
            set_aside=sum(row.fate == "set aside" for row in rows),
            lost=(await self._store.totals())["lost"],
        )

    async def node(self) -> NodeFacts:
        return NodeFacts(
            late=self._late(),
            trouble=await self._store.trouble(),
            free=await apart(lambda: _free(self._path.parent)),
            clock_set=self._clock_set(),
        )


def _retiring(route: Route) -> bool:
    """By a password, at a server that ends that."""
    host = str(getattr(route.options, "host", "")).lower()
    password = bool(getattr(route.options, "password", ""))
    return password and host.endswith(EXCHANGE_ONLINE)


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free
