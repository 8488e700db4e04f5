"""Post notices of what happens to an instance or to Noroshi itself, each of them once.

What happened until an instant is in the spool before the node says that it was there at that
instant (`Store.renew`); so the next life knows from `Node.last_seen` where to go on. Changed settings
alone wait for those that follow them (`VersionBatch`); the last one posted is noted (LAST_POSTED).
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from noroshi.core.cadence import FixedTimes
from noroshi.core.definitions.self_monitoring import is_own
from noroshi.core.delivery import Fate
from noroshi.core.mail import Envelope, Parcel, Receipt, Route
from noroshi.core.model import Contact, Monitor, Rule
from noroshi.core.notices.draft import (
    GAP,
    last_due,
    notification_envelopes,
    with_default_notifications,
)
from noroshi.core.notices.notice import (
    Happening,
    MissedMonitor,
    MonitoredInstance,
    MonitoringGap,
    MonitoringStarted,
    MonitoringStopped,
    Notice,
    Notification,
    SettingsChanged,
)
from noroshi.core.translation import Message
from noroshi.definitions.changes import Difference, differences
from noroshi.engine.notices import delivery_failures
from noroshi.engine.notices.daily_report import DailyReports
from noroshi.engine.notices.version_batching import VersionBatch, notes_of
from noroshi.hosts.threads import run_in_thread
from noroshi.plugins import Plugins
from noroshi.ports import Arrival, Clocks, Node, Store, StoreError, TrackedMail, Version

log = logging.getLogger(__name__)

SLACK, MOMENT = timedelta(minutes=10), timedelta(seconds=30)
"""How long before an earlier life was last seen a report or a version may lie that it had no
time to post; the id of a posted one is there already."""
MOST_VERSIONS = 20
"""The most versions that are read where nobody knows which were posted."""
LAST_POSTED = "told"
"""The key of the last version of which a notice was posted."""
LAST_WORD, POLL = 1.0, timedelta(seconds=0.1)
"""The seconds that a node that stops waits for the last mails to leave, and the time between
two looks."""


DifferenceText = Callable[[Difference], Message]
"""Return how a difference between two versions reads."""


def by_path(difference: Difference) -> Message:
    """Return a difference by the path of the field, as a file has it."""
    return difference.words


class AppliedPlan(Protocol):
    """The parts of a compiled version that the engine needs."""

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


class Notifier:
    """Hear from the engine what happens, and post notices of it into the spool."""

    def __init__(
        self,
        store: Store,
        plugins: Plugins,
        clocks: Clocks,
        difference_text: DifferenceText = by_path,
    ) -> None:
        self._store, self._clocks, self._draft = store, clocks, plugins.notice
        self._agent_of = plugins.agent_of
        self._difference_text = difference_text
        self._node = Node("", 0)
        self._plan: AppliedPlan | None = None
        self._version, self._version_key = -1, ""
        self._subscriptions: tuple[Notification, ...] = ()
        self._routes: dict[str, tuple[str, ...]] = {}
        self._rule_names: dict[str, str] = {}
        self._reports = DailyReports(store, clocks)
        self._pending: list[Callable[[], Awaitable[list[Envelope]]]] = []
        self._is_drafted: list[Envelope] = []
        self._batch = VersionBatch(clocks)
        self._last_posted = ""

    # what the engine reports

    def version_in_use(self, node: Node, version: Version, plan: AppliedPlan) -> None:
        """Draft the notices of a version that is, or is about to be, in use; the first one of a
        life begins it."""
        previous_plan, number = self._plan, self._version
        self._node, self._plan, self._version = node, plan, version.number
        if version.number == number:
            return
        self.follow(version, plan)
        now = self._clocks.wall()
        if previous_plan is None:
            self._reports.begin(node.last_seen and node.last_seen - SLACK)
            self._pending.append(partial(self._draft_start, now))
        else:
            self._pending.append(partial(self._version_changed, number, previous_plan, now))

    def follow(self, version: Version, plan: AppliedPlan) -> None:
        """Know who is told what by a version. Another node posts the notices of it."""
        self._subscriptions = with_default_notifications(
            plan.notifications.values(), plan.rules.values()
        )
        # A rule of a hub may have the id of one of the node's own, which counts here.
        rules = sorted(plan.rules.values(), key=lambda rule: not rule.of_hub)
        self._routes = {rule.id: rule.routes for rule in rules}
        self._rule_names = {rule.id: rule.display_name for rule in rules}
        self._routes[""] = tuple(plan.routes)
        self._version_key = _version_key(version)

    def record_sleep(self, seconds: float) -> None:
        """Draft the notice that the process stood still for so many seconds."""
        now, length = self._clocks.wall(), timedelta(seconds=seconds)
        if length >= GAP and self._plan is not None:
            gap = self._gap(now - length, now, is_sleep=True)
            self._pending.append(
                partial(self._drafts, gap, f"{self._life}/{now:%Y%m%dT%H%M%SZ}")
            )

    def text_failures(self, envelopes: Iterable[Envelope]) -> tuple[Envelope, ...]:
        """Return the notices of those envelopes whose own text could not be made; they are
        committed with these envelopes."""
        now = self._clocks.wall()
        return tuple(
            delivery_failures.text_failures(
                envelopes, self._subscriptions, self._draft, now, self._rule_names
            )
        )

    def notices_of_attempt(
        self, parcel: Parcel, receipt: Receipt, fate: Fate
    ) -> tuple[Envelope, ...]:
        """Return the notices of what an attempt failed in; they are written with the receipt."""
        return delivery_failures.notices_of_attempt(
            parcel, receipt, fate, self._subscriptions, self._routes, self._draft
        )

    def notices_of_return(self, mail: TrackedMail, arrival: Arrival) -> tuple[Envelope, ...]:
        """Return the notices of a mail that came back; they are written with the return."""
        now = self._clocks.wall()
        return delivery_failures.notices_of_return(
            mail, arrival, self._subscriptions, self._routes, self._draft, now
        )

    async def post_due(self) -> None:
        """Post the notices that are due until now. Raises StoreError; what could not be posted then
        is posted the next time."""
        while self._pending:
            self._is_drafted += await self._draft_safely(self._pending[0])
            del self._pending[0]
        for versions in self._batch.due():
            self._is_drafted += await self._draft_safely(partial(self._draft_changes, versions))
        if self._plan is not None:
            self._is_drafted += await self._reports.due(
                self._plan, self._subscriptions, self._draft
            )
        while self._is_drafted:
            await self._store.post(self._is_drafted[0])
            del self._is_drafted[0]
        await self._reports.mark_posted()
        if (
            not self._batch
            and self._plan is not None
            and self._last_posted != self._version_key
        ):
            await self._store.put_value(LAST_POSTED, self._version_key)
            self._last_posted = self._version_key

    async def announce_stop(self) -> None:
        """Post the notice that the node stops, and give the mails a moment to leave."""
        if self._plan is None:
            return
        watched_instances = _watched_instances(self._plan.monitors.values())
        stop = MonitoringStopped(
            happened_at=self._clocks.wall(),
            node=self._node.name,
            instances=watched_instances,
            version=self._version,
        )
        self._batch.close()
        last_drafts = await self._drafts(stop, self._life)
        self._is_drafted += last_drafts
        try:
            async with asyncio.timeout(LAST_WORD):
                await self.post_due()
                while await self._any_untried(last_drafts):
                    await self._store.wait(POLL)
        except TimeoutError:
            log.info("what is told of the stop leaves after the next start")

    async def _any_untried(self, envelopes: Iterable[Envelope]) -> bool:
        """Return True if one of the envelopes has yet to be tried. Raises StoreError."""
        for envelope in envelopes:
            record = await self._store.envelope(envelope.id)
            if record is not None and not record[0].state and not record[1]:
                return True
        return False

    async def _draft_safely(
        self, draft: Callable[[], Awaitable[list[Envelope]]]
    ) -> list[Envelope]:
        try:
            return await draft()
        except StoreError:
            raise
        except Exception:  # it would fail for ever, and nothing else would be told any more
            log.exception("cannot tell of it")
            return []

    # drafting

    @property
    def _life(self) -> str:
        return f"{self._node.name}.{self._node.life}"

    async def _drafts(self, notice: Notice, serial: str) -> list[Envelope]:
        now = self._clocks.wall()
        return list(
            notification_envelopes(notice, serial, self._subscriptions, self._draft, now)
        )

    async def _draft_start(self, moment: datetime) -> list[Envelope]:
        """Draft, as a life begins, for how long there was none, what came meanwhile, and what is
        watched."""
        assert self._plan is not None
        drafts, last_seen = list[Envelope](), self._node.last_seen
        if last_seen is None:
            current = await self._store.current()
            drafts += (
                await self._draft_change(current, is_unseen=True) if current.number else []
            )
        else:
            if moment - last_seen >= GAP and self._plan.monitors:
                drafts += await self._drafts(self._gap(last_seen, moment), self._life)
            drafts += await self._applied_since(last_seen)
        watched_instances = _watched_instances(self._plan.monitors.values())
        start = MonitoringStarted(
            happened_at=moment,
            node=self._node.name,
            instances=watched_instances,
            version=self._version,
        )
        return drafts + await self._drafts(start, self._life)

    async def _applied_since(self, last_seen: datetime) -> list[Envelope]:
        """Draft what was applied while no node ran, or too late for the one that did to post it."""
        drafts = list[Envelope]()
        versions = await self._unposted_versions()
        if versions is None:
            latest_versions = await self._store.versions(MOST_VERSIONS)
            versions = [
                one
                for one in latest_versions
                if one.saved_at and one.saved_at >= last_seen - MOMENT
            ]
        for version in reversed(versions):
            is_unseen = version.saved_at is not None and version.saved_at > last_seen
            drafts += await self._draft_change(version, is_unseen=is_unseen)
        return drafts

    async def _unposted_versions(self) -> Sequence[Version] | None:
        """Return all versions after the last one of which a notice was posted, newest first,
        however many wait together. None: nobody knows; a node noted nothing, or the store is
        another one."""
        last_posted = (await self._store.get_values()).get(LAST_POSTED, "")
        digits = last_posted.partition(".")[0]
        number = int(digits) if digits.isdecimal() else -1
        last_version = await self._store.version(number) if number > 0 else Version(number=0)
        if last_version is None or _version_key(last_version) != last_posted:
            return None
        return await self._versions_after(number)

    async def _versions_after(self, number: int) -> Sequence[Version]:
        """Return all versions after that one, newest first, without their documents."""
        latest_versions = await self._store.versions(1)
        count = latest_versions[0].number - number if latest_versions else 0
        return await self._store.versions(count) if count > 0 else ()

    async def _version_changed(
        self, number: int, previous_plan: AppliedPlan, moment: datetime
    ) -> list[Envelope]:
        """Draft what changed since the version of that number, with that plan, was in use."""
        assert self._plan is not None
        drafts, last_version = list[Envelope](), self._version
        for version in reversed(await self._versions_after(number)):
            if version.number <= last_version:
                self._batch.add(version)
        previous_instances = {
            one.name: one for one in _watched_instances(previous_plan.monitors.values())
        }
        now = {one.name: one for one in _watched_instances(self._plan.monitors.values())}
        for kind, names, instances in (
            (MonitoringStarted, now.keys() - previous_instances.keys(), now),
            (MonitoringStopped, previous_instances.keys() - now.keys(), previous_instances),
        ):
            notice = kind(
                happened_at=moment,
                node=self._node.name,
                instances=tuple(instances[name] for name in sorted(names)),
                version=last_version,
                by_version=True,
            )
            drafts += await self._drafts(notice, f"v{self._version_key}")
        return drafts

    async def _draft_change(
        self, version: Version, *, is_unseen: bool = False
    ) -> list[Envelope]:
        return await self._draft_changes((version,), is_unseen=is_unseen)

    async def _draft_changes(
        self, versions: Sequence[Version], *, is_unseen: bool = False
    ) -> list[Envelope]:
        """Draft what versions changed, one after the other, if anybody wants to know."""
        if not any(Happening.CHANGED in one.events for one in self._subscriptions):
            return []
        first_number, last_number = versions[0].number, versions[-1].number
        old_version, new_version = (
            await self._store.version(first_number - 1),
            await self._store.version(last_number),
        )
        if new_version is None:
            return []
        old_documents, new_documents = (
            old_version.documents if old_version is not None else (),
            new_version.documents,
        )
        changes = await run_in_thread(lambda: differences(old_documents, new_documents))
        lines = tuple((_instance_in(one.key), self._difference_text(one)) for one in changes)
        change = SettingsChanged(
            happened_at=new_version.saved_at or self._clocks.wall(),
            version=last_number,
            author=new_version.author,
            note=notes_of(versions),
            differences=lines,
            is_offline_change=is_unseen,
            first=first_number if first_number < last_number else 0,
        )
        return await self._drafts(change, _version_key(new_version))

    def _gap(
        self, gap_start: datetime, gap_end: datetime, *, is_sleep: bool = False
    ) -> MonitoringGap:
        assert self._plan is not None
        monitors = self._plan.monitors.values()
        own_monitors = [one for one in monitors if not self._agent_of(one)]
        missed_monitors = sorted(
            _missed_monitors(own_monitors, gap_start, gap_end), key=lambda m: m.due_at
        )
        return MonitoringGap(
            happened_at=gap_start,
            ended_at=gap_end,
            node=self._node.name,
            missed=tuple(missed_monitors),
            was_suspended=is_sleep,
            has_agents=len(own_monitors) < len(monitors),
        )


def _version_key(version: Version) -> str:
    """Return the number and the time of a version: where a backup was brought back, numbers are
    given out once more."""
    return str(version.number) + (
        f".{version.saved_at:%Y%m%dT%H%M%SZ}" if version.saved_at else ""
    )


def _watched_instances(monitors: Iterable[Monitor]) -> tuple[MonitoredInstance, ...]:
    watched_monitors = (one for one in monitors if not is_own(one) and not one.disabled)
    counts = Counter(one.instance for one in watched_monitors)
    by_name = sorted(counts.items(), key=lambda one: one[0].name)
    return tuple(MonitoredInstance(one.name, one.title, count) for one, count in by_name)


def _missed_monitors(
    monitors: Iterable[Monitor], gap_start: datetime, gap_end: datetime
) -> Iterable[MissedMonitor]:
    """Yield the checks at a time of day that were missed; an interval comes back soon."""
    for monitor in monitors:
        if isinstance(monitor.cadence, FixedTimes) and not monitor.disabled:
            due_at = last_due(monitor.cadence, gap_start, gap_end)
            if due_at is not None:
                title = monitor.title
                yield MissedMonitor(monitor.instance.name, monitor.path, title, due_at)


def _instance_in(key: str) -> str:
    """Return the instance of a difference; "" where it is of what all have in common."""
    type, _, name = key.partition("/")
    return name if type == "instances" else ""
