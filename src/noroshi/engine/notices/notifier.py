"""Telling what happens to an instance or to Noroshi itself, each of it once.

What there is to tell until an instant is in the spool before the node says that it was there
at that instant (`Store.renew`); so the next life knows from `Node.seen` where to go on. Changed
settings alone wait for those that follow them (`Folded`); what was told of them is noted (TOLD).
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from noroshi.core.cadence import At
from noroshi.core.definitions.self_monitoring import is_own
from noroshi.core.delivery import Fate
from noroshi.core.mail import Envelope, Parcel, Receipt, Route
from noroshi.core.model import Contact, Monitor, Rule
from noroshi.core.notices.draft import GAP, asked_for, last_due, tellings
from noroshi.core.notices.notice import (
    Changed,
    Happening,
    Missed,
    Notice,
    Notification,
    Started,
    Stopped,
    Unwatched,
    Watched,
)
from noroshi.core.words import Words
from noroshi.definitions import Difference, differences
from noroshi.engine.notices import delivery_failures
from noroshi.engine.notices.daily_report import Reports
from noroshi.engine.notices.version_batching import Folded, notes_of
from noroshi.hosts.threads import apart
from noroshi.plugins import Plugins
from noroshi.ports import Arrival, Clocks, Node, Store, StoreError, TrackedMail, Version

log = logging.getLogger(__name__)

SLACK, MOMENT = timedelta(minutes=10), timedelta(seconds=30)
"""So far back from when an earlier life was last seen may lie a report, or a version, that it
had no time to tell; what it told has an id that is there already."""
MOST_VERSIONS = 20
"""So many are looked at where nobody knows what was told."""
TOLD = "told"
"""The note of the last version that was told."""
LAST_WORD, LOOK = 1.0, timedelta(seconds=0.1)
"""How long (seconds) a node that stops waits for its last mails to leave."""


Worded = Callable[[Difference], Words]
"""How a difference reads."""


def as_in_files(one: Difference) -> Words:
    """By its path, as a file has it."""
    return one.words


class Plan(Protocol):
    """What is needed of a compiled version."""

    @property
    def monitors(self) -> Mapping[str, Monitor]: ...

    @property
    def routes(self) -> Mapping[str, Route]: ...

    @property
    def rules(self) -> Mapping[str, Rule]: ...

    @property
    def contacts(self) -> Mapping[str, Contact]: ...

    @property
    def notifications(self) -> Mapping[str, Notification]: ...


class Notices:
    """Hears from the engine what happens, and puts into the spool what is told of it."""

    def __init__(
        self, store: Store, plugins: Plugins, clocks: Clocks, worded: Worded = as_in_files
    ) -> None:
        """`worded`: how a difference between two versions reads."""
        self._store, self._clocks, self._draft = store, clocks, plugins.notice
        self._worded = worded
        self._node = Node("", 0)
        self._plan: Plan | None = None
        self._version, self._called = -1, ""
        self._asked: tuple[Notification, ...] = ()
        self._routes: dict[str, tuple[str, ...]] = {}
        self._rules: dict[str, str] = {}
        self._reports = Reports(store, clocks)
        self._news: list[Callable[[], Awaitable[list[Envelope]]]] = []
        self._made: list[Envelope] = []
        self._folded = Folded(clocks)
        self._known = ""

    # what the engine says

    def took_up(self, node: Node, version: Version, plan: Plan) -> None:
        """A version is, or is about to be, in use; the first one of a life begins it."""
        before, number = self._plan, self._version
        self._node, self._plan, self._version = node, plan, version.number
        if version.number == number:
            return
        self._asked = asked_for(plan.notifications.values(), plan.rules.values())
        self._routes = {rule.id: rule.routes for rule in plan.rules.values()}
        self._rules = {rule.id: rule.called for rule in plan.rules.values()}
        self._routes[""] = tuple(plan.routes)
        self._called = _called(version)
        now = self._clocks.wall()
        if before is None:
            self._reports.begin(node.seen and node.seen - SLACK)
            self._news.append(partial(self._begun, now))
        else:
            self._news.append(partial(self._changed_to, number, before, now))

    def slept(self, seconds: float) -> None:
        """The process stood still for so long."""
        now, length = self._clocks.wall(), timedelta(seconds=seconds)
        if length >= GAP and self._plan is not None:
            gap = self._gap(now - length, now, slept=True)
            self._news.append(partial(self._told, gap, f"{self._life}/{now:%Y%m%dT%H%M%SZ}"))

    def of_texts(self, envelopes: Iterable[Envelope]) -> tuple[Envelope, ...]:
        """What is told, with these envelopes, of those whose own text could not be made."""
        now = self._clocks.wall()
        return tuple(
            delivery_failures.of_texts(envelopes, self._asked, self._draft, now, self._rules)
        )

    def of_attempt(self, parcel: Parcel, receipt: Receipt, its: Fate) -> tuple[Envelope, ...]:
        """What is told, together with an attempt's end, of what it failed in."""
        asked, routes = self._asked, self._routes
        return delivery_failures.of_attempt(parcel, receipt, its, asked, routes, self._draft)

    def of_return(self, mail: TrackedMail, arrival: Arrival) -> tuple[Envelope, ...]:
        """What is told, together with a mail's return, of it."""
        asked, routes, now = self._asked, self._routes, self._clocks.wall()
        return delivery_failures.of_return(mail, arrival, asked, routes, self._draft, now)

    async def tell(self) -> None:
        """Put into the spool what there is to tell until now. Raises StoreError; what could
        not be told then is told the next time."""
        while self._news:
            self._made += await self._worked_out(self._news[0])
            del self._news[0]
        for several in self._folded.due():
            self._made += await self._worked_out(partial(self._differ, several))
        if self._plan is not None:
            self._made += await self._reports.owed(self._plan, self._asked, self._draft)
        while self._made:
            await self._store.post(self._made[0])
            del self._made[0]
        await self._reports.written()
        if not self._folded and self._plan is not None and self._known != self._called:
            await self._store.put_value(TOLD, self._called)
            self._known = self._called

    async def farewell(self) -> None:
        """The node stops: tell it, and give the mails a moment to leave."""
        if self._plan is None:
            return
        watched = _watched(self._plan.monitors.values())
        stopped = Stopped(
            at=self._clocks.wall(),
            node=self._node.name,
            instances=watched,
            version=self._version,
        )
        self._folded.close()
        last = await self._told(stopped, self._life)
        self._made += last
        try:
            async with asyncio.timeout(LAST_WORD):
                await self.tell()
                while await self._wait(last):
                    await self._store.wait(LOOK)
        except TimeoutError:
            log.info("what is told of the stop leaves after the next start")

    async def _wait(self, envelopes: Iterable[Envelope]) -> bool:
        """Whether one of them has yet to be tried."""
        for envelope in envelopes:
            found = await self._store.envelope(envelope.id)
            if found is not None and not found[0].state and not found[1]:
                return True
        return False

    async def _worked_out(
        self, news: Callable[[], Awaitable[list[Envelope]]]
    ) -> list[Envelope]:
        try:
            return await news()
        except StoreError:
            raise
        except Exception:  # it would fail for ever, and nothing else would be told any more
            log.exception("cannot tell of it")
            return []

    # what is made of it

    @property
    def _life(self) -> str:
        return f"{self._node.name}.{self._node.life}"

    async def _told(self, notice: Notice, serial: str) -> list[Envelope]:
        now = self._clocks.wall()
        return list(tellings(notice, serial, self._asked, self._draft, now))

    async def _begun(self, at: datetime) -> list[Envelope]:
        """A life begins: for how long there was none, what came meanwhile, what is watched."""
        assert self._plan is not None
        made, seen = list[Envelope](), self._node.seen
        if seen is None:
            current = await self._store.current()
            made += await self._differs(current, unseen=True) if current.number else []
        else:
            if at - seen >= GAP and self._plan.monitors:
                made += await self._told(self._gap(seen, at), self._life)
            made += await self._applied_since(seen)
        watched = _watched(self._plan.monitors.values())
        started = Started(at=at, node=self._node.name, instances=watched, version=self._version)
        return made + await self._told(started, self._life)

    async def _applied_since(self, seen: datetime) -> list[Envelope]:
        """What was applied while no node ran, or too late for the one that did to tell it."""
        made = list[Envelope]()
        versions = await self._untold()
        if versions is None:
            newest = await self._store.versions(MOST_VERSIONS)
            versions = [one for one in newest if one.at and one.at >= seen - MOMENT]
        for version in reversed(versions):
            unseen = version.at is not None and version.at > seen
            made += await self._differs(version, unseen=unseen)
        return made

    async def _untold(self) -> Sequence[Version] | None:
        """All that follow the last one that was told, newest first, however many wait together.
        None: nobody knows; a node noted nothing, or the store is another one."""
        told = (await self._store.get_values()).get(TOLD, "")
        digits = told.partition(".")[0]
        number = int(digits) if digits.isdecimal() else -1
        last = await self._store.version(number) if number > 0 else Version(number=0)
        if last is None or _called(last) != told:
            return None
        return await self._following(number)

    async def _following(self, number: int) -> Sequence[Version]:
        """All that came after that one, newest first, without their documents."""
        newest = await self._store.versions(1)
        count = newest[0].number - number if newest else 0
        return await self._store.versions(count) if count > 0 else ()

    async def _changed_to(self, number: int, before: Plan, at: datetime) -> list[Envelope]:
        """Another version is in use than that number's, with that plan."""
        assert self._plan is not None
        made, last = list[Envelope](), self._version
        for version in reversed(await self._following(number)):
            if version.number <= last:
                self._folded.add(version)
        was = {one.name: one for one in _watched(before.monitors.values())}
        now = {one.name: one for one in _watched(self._plan.monitors.values())}
        for kind, names, known in (
            (Started, now.keys() - was.keys(), now),
            (Stopped, was.keys() - now.keys(), was),
        ):
            notice = kind(
                at=at,
                node=self._node.name,
                instances=tuple(known[name] for name in sorted(names)),
                version=last,
                by_version=True,
            )
            made += await self._told(notice, f"v{self._called}")
        return made

    async def _differs(self, version: Version, *, unseen: bool = False) -> list[Envelope]:
        return await self._differ((version,), unseen=unseen)

    async def _differ(
        self, several: Sequence[Version], *, unseen: bool = False
    ) -> list[Envelope]:
        """What versions changed, one after the other, if anybody wants to know."""
        if not any(Happening.CHANGED in one.events for one in self._asked):
            return []
        first, last = several[0].number, several[-1].number
        old, new = await self._store.version(first - 1), await self._store.version(last)
        if new is None:
            return []
        before, after = old.documents if old is not None else (), new.documents
        found = await apart(lambda: differences(before, after))
        lines = tuple((_instance_in(one.key), self._worded(one)) for one in found)
        changed = Changed(
            at=new.at or self._clocks.wall(),
            version=last,
            who=new.who,
            note=notes_of(several),
            differences=lines,
            unseen=unseen,
            first=first if first < last else 0,
        )
        return await self._told(changed, _called(new))

    def _gap(self, since: datetime, until: datetime, *, slept: bool = False) -> Unwatched:
        assert self._plan is not None
        missed = sorted(_missed(self._plan.monitors.values(), since, until), key=lambda m: m.at)
        return Unwatched(at=since, until=until, missed=tuple(missed), slept=slept)


def _called(version: Version) -> str:
    """By its time too: where a backup was brought back, numbers are given out once more."""
    return str(version.number) + (f".{version.at:%Y%m%dT%H%M%SZ}" if version.at else "")


def _watched(monitors: Iterable[Monitor]) -> tuple[Watched, ...]:
    watched = (one for one in monitors if not is_own(one) and not one.stopped)
    counts = Counter(one.instance for one in watched)
    by_name = sorted(counts.items(), key=lambda one: one[0].name)
    return tuple(Watched(one.name, one.title, count) for one, count in by_name)


def _missed(monitors: Iterable[Monitor], since: datetime, until: datetime) -> Iterable[Missed]:
    """A time of day is missed where an interval is not: it does not come back soon."""
    for monitor in monitors:
        if isinstance(monitor.cadence, At) and not monitor.stopped:
            at = last_due(monitor.cadence, since, until)
            if at is not None:
                title = monitor.title
                yield Missed(monitor.instance.name, monitor.path, title, at)


def _instance_in(key: str) -> str:
    """Which instance a difference is of; "" where it is of what all have in common."""
    type, _, name = key.partition("/")
    return name if type == "instances" else ""
