"""Ask for the state once for all open pages, however many there are, and only while there is
one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from time import monotonic
from typing import Any, TypeVar

from noroshi.core.people import Person
from noroshi.core.roles import VIEWER, roles_up_to
from noroshi.operations.alarm_answers import Alarms
from noroshi.operations.history_answers import Log
from noroshi.operations.mail_answers import Ledger
from noroshi.operations.server_answers import Servers
from noroshi.operations.status_answers import Status, with_titles_in
from noroshi.people import random_keys
from noroshi.ports import StoreError
from noroshi.service import OperationError, name_of, perform
from noroshi.service.alarms.acknowledgements import AlarmOperations
from noroshi.service.alarms.silences import SilenceOperations
from noroshi.service.mail.ledger import LedgerOperations
from noroshi.service.monitors.history import HistoryOperations
from noroshi.service.monitors.server_overview import ServerOperations
from noroshi.service.monitors.status import StatusOperations
from noroshi.web.context import WebContext
from noroshi.web.view.alarms import OpenAlarms
from noroshi.web.view.language import LOCALIZERS
from noroshi.web.view.overview import titles_of_routes, view, wrong_items
from noroshi.web.view.server_rows import ServerGlance, changing, element_id, glance, shown_rows
from noroshi.web.view.templates import templates
from noroshi.web.view.tree import Instance, tree_of

log = logging.getLogger(__name__)
A = TypeVar("A")
Made = TypeVar("Made")
TICK, FRESH, EVEN_SO, QUIET = 1.0, 1.0, 10.0, 25.0
"""Seconds: between looks at whether anything is new; how old what a page shows may be; until
all is looked at though nothing seems new; until a word is sent that says nothing."""
SPARE, SELDOM = 9, 100
"""After a look that took long, so many times as long nothing is looked at; and that though
nothing seems new."""
NEWEST, LATELY = 200, 300
"""The most alarms of the ledger, and the most events."""
MOST_SERVERS = 500
"""The most servers whose values are kept at hand for pages."""
PARTS = ("head", "tally", "now", "lost", "routes", "queue", "lamp")


@dataclass
class Snapshot:
    """Hold the state of everything at one time; once `outdated` is set, there is a newer one. The
    newer one is not held here: a stalled reader would keep all later ones."""

    serial: str
    status: Status
    ledger: Ledger
    servers: Servers
    outdated: asyncio.Event = field(default_factory=asyncio.Event)
    open_alarms: OpenAlarms | None = None
    """The content of the page of alarms, once somebody has asked."""
    _parts: dict[str, Mapping[str, str]] = field(default_factory=dict)
    _cache: dict[object, Any] = field(default_factory=dict)

    @cached_property
    def tree(self) -> Mapping[str, Instance]:
        """Return the instances by name."""
        return tree_of(self.status.monitors)

    @cached_property
    def prints(self) -> Mapping[str, int]:
        """Return a number for each instance that changes once the branch of the tree looks
        different."""
        return {name: one.print for name, one in self.tree.items()}

    @cached_property
    def content(self) -> tuple[Any, ...]:
        """Return all that is shown, for a comparison. A new measurement alone is no change."""
        status = self.status
        return (
            status.version,
            status.routes,
            status.queue,
            status.troubles,
            status.cautions,
            status.stopped,
            status.silences,
            status.maintenance,
            status.untold,
            status.agent_count,
            self.alarms,
            self.prints,
            self.ledger,
            self.server_contents,
        )

    @cached_property
    def server_contents(self) -> tuple[object, ...]:
        """Return all that the rows of servers show, for a comparison."""
        return (*map(changing, self.servers.rows), self.servers.more)

    @cached_property
    def alarms(self) -> tuple[Any, ...]:
        """Return the items that are not OK, the person who has each, the progress of the mails,
        and the silences."""
        not_ok = wrong_items(self.status)
        open = {(one.path, item.item) for one, item in not_ok}
        rows = [(one.path, item, one.silent, one.maintenance) for one, item in not_ok]
        relay = [row for row in self.ledger.rows if (row.path, row.item) in open]
        return self.status.silences, rows, relay

    @cached_property
    def mails(self) -> tuple[Any, ...]:
        """Return the number of waiting mails by state, and the progress of the mails of
        alarms."""
        return self.status.queue, self.ledger

    def with_alarms(self, alarms: Alarms, log: Log) -> OpenAlarms:
        """Return the content of the page of alarms."""
        return OpenAlarms(
            tree=self.tree,
            route_titles=titles_of_routes(self.status),
            alarms=alarms,
            events=log.events,
            ledger=self.ledger.rows,
        )

    def read_in(self, language: str) -> Snapshot:
        """Return the same state with the titles of the node's own monitors in that language."""
        # Itself is never held: it is freed at once, though there are many monitors.
        translated = self.value_for(("read_in", language), lambda: self._translated(language))
        return translated or self

    def _translated(self, language: str) -> Snapshot | None:
        """Return the text in that language; None if it reads the same."""
        monitors = tuple(with_titles_in(one, language) for one in self.status.monitors)
        if monitors == self.status.monitors:
            return None
        status = replace(self.status, monitors=monitors)
        return replace(self, status=status, open_alarms=None, _cache={})

    def value_for(self, key: object, make: Callable[[], Made]) -> Made:
        """Return a value that is made once for all readers of this snapshot."""
        if key not in self._cache:
            self._cache[key] = make()
        value: Made = self._cache[key]
        return value

    def parts(self, language: str) -> Mapping[str, str]:
        """Return the fragments, rendered once for each language, and escaped by the
        templates."""
        if language not in self._parts:
            localizer = LOCALIZERS[language]
            context = view(self.read_in(language).status, self.ledger, localizer)
            module: Any = templates(language).get_template("overview_parts.html").module
            self._parts[language] = {name: getattr(module, name)(context) for name in PARTS}
        return self._parts[language]

    def glances(self, language: str) -> Mapping[str, ServerGlance]:
        """Return the instances at a glance by name, and agents that measure none by their id."""
        localizer = LOCALIZERS[language]
        return self.value_for(
            ("glances", language),
            lambda: {
                row.name or row.agent_id: glance(row, self.servers, localizer)
                for row in self.servers.rows
            },
        )

    def server_rows(self, language: str) -> Mapping[str, str]:
        """Return the rows of the overview, by the id of the element of each."""
        return self.value_for(("server_rows", language), lambda: self._server_rows(language))

    def _server_rows(self, language: str) -> Mapping[str, str]:
        module: Any = templates(language).get_template("server_rows.html").module
        glances, rows = self.glances(language), shown_rows(self.servers)[0]
        return {element_id(one): module.row(glances[one.name or one.agent_id]) for one in rows}

    def server_list(self, language: str) -> str:
        """Return all rows of the overview in their list; "" if there is no server."""
        module: Any = templates(language).get_template("server_rows.html").module
        rows = self.server_rows(language)
        html: str = module.rows(rows, shown_rows(self.servers)[1]) if rows else ""
        return html


class Live:
    """Refresh the snapshot for all open pages."""

    def __init__(self, web: WebContext, time: Callable[[], float] = monotonic) -> None:
        self._time = time
        self._web, self._run_id, self._count = web, random_keys.key()[:8], 0
        self._viewer = Person("", roles_up_to(VIEWER), "web", "", False)
        self._snapshot: Snapshot | None = None
        self._refreshed_at, self._refresh_seconds, self._followers = 0.0, 0.0, 0
        self._lock = asyncio.Lock()
        self._refresh_task: asyncio.Task[None] | None = None

    async def now(self) -> Snapshot:
        """Return the state, not older than a second. Raises an OperationError if it cannot be
        known."""
        async with self._lock:
            if (
                self._snapshot is None
                or self._time() - self._refreshed_at > FRESH + SPARE * self._refresh_seconds
            ):
                await self._refresh()
            assert self._snapshot is not None
            return self._snapshot

    async def alarms(self) -> tuple[Snapshot, OpenAlarms]:
        """Return the state with the open alarms and what happened of late, asked once for all.
        Raises an OperationError if it cannot be known."""
        snapshot = await self.now()
        async with self._lock:
            if snapshot.open_alarms is None:
                alarms = await self._call(AlarmOperations.list)
                log = await self._call(HistoryOperations.log, last=LATELY)
                snapshot.open_alarms = snapshot.with_alarms(alarms, log)
        return snapshot, snapshot.open_alarms

    def expire(self) -> None:
        """Let the next reader get a fresh snapshot, as somebody changed something."""
        self._refreshed_at = float("-inf")

    @contextmanager
    def count_time(self) -> Iterator[None]:
        """Count the time of a fragment that is written for one reader as part of the last look:
        where many readers have such fragments, all of them are updated less often, and
        monitoring is not late."""
        started_at = self._time()
        try:
            yield
        finally:
            self._refresh_seconds += self._time() - started_at

    async def follow(self) -> AsyncIterator[Snapshot | None]:
        """Yield the state, and again each time that something changed; None when long nothing
        did."""
        with self._count_follower():
            snapshot = await self.now()
            yield snapshot
            while not self._web.closing.is_set():
                if await self._has_changed(snapshot):
                    assert self._snapshot is not None
                    snapshot = self._snapshot
                    yield snapshot
                else:
                    yield None

    async def _has_changed(self, snapshot: Snapshot) -> bool:
        waiting = [
            asyncio.ensure_future(e.wait()) for e in (snapshot.outdated, self._web.closing)
        ]
        try:
            await asyncio.wait(waiting, timeout=QUIET, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waiting:
                one.cancel()
        return snapshot.outdated.is_set()

    @contextmanager
    def _count_follower(self) -> Iterator[None]:
        self._followers += 1
        if self._refresh_task is None:
            self._refresh_task = asyncio.create_task(self._keep_refreshing())
        try:
            yield
        finally:
            self._followers -= 1
            if not self._followers and self._refresh_task is not None:
                self._refresh_task.cancel()
                self._refresh_task = None

    async def _keep_refreshing(self) -> None:
        last_mark: object = None
        while not self._web.closing.is_set():
            await asyncio.sleep(max(TICK, SPARE * self._refresh_seconds))
            try:
                mark = await self._change_mark()
                if (
                    mark != last_mark
                    or self._time() - self._refreshed_at > self._refresh_at_least_every
                ):
                    last_mark = mark
                    async with self._lock:
                        await self._refresh()
            except (OperationError, StoreError) as error:  # the next look may go well
                log.warning("the live overview waits: %s", error.words.en)

    @property
    def _refresh_at_least_every(self) -> float:
        """Return the seconds until a refresh without a known change: many where a refresh is
        slow, as monitoring shares this loop and must not be late."""
        return max(EVEN_SO, SELDOM * self._refresh_seconds)

    async def _change_mark(self) -> object:
        """Return a mark that is cheap to get, and differs once an alarm, a mail or the
        definitions changed."""
        log = await self._call(HistoryOperations.log, last=1)
        silences = await self._call(SilenceOperations.list)
        ledger = await self._call(LedgerOperations.ledger, last=1)
        return log.events, log.remarks, silences, ledger.sum

    async def _refresh(self) -> None:
        started_at = self._time()
        status = await self._call(StatusOperations.status)
        ledger = await self._call(LedgerOperations.ledger, last=NEWEST)
        servers = await self._call(ServerOperations.list, limit=MOST_SERVERS)
        snapshot = Snapshot(f"{self._run_id}-{self._count}", status, ledger, servers)
        previous_snapshot = self._snapshot
        if previous_snapshot is None or previous_snapshot.content != snapshot.content:
            self._count += 1
            self._snapshot = snapshot
            if previous_snapshot is not None:
                previous_snapshot.outdated.set()
        self._refreshed_at = self._time()
        self._refresh_seconds = self._refreshed_at - started_at

    async def _call(self, operation: Callable[..., Awaitable[A]], **arguments: Any) -> A:
        service, name = self._web.service, name_of(operation)
        answer: A = await perform(service, self._viewer, name, arguments)
        return answer
