"""Put together what people say of alarms with monitors and their states. All of it is pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from noroshi.actions.phrases import REASONS
from noroshi.core.alarms import (
    Acknowledgement,
    Remark,
    Silence,
    Suppressions,
    monitors_at,
    silent_until,
)
from noroshi.core.cadence import WEEK
from noroshi.core.levels import Level
from noroshi.core.maintenance import Weekly, Window, ends_of, span_of
from noroshi.core.model import ItemState, Monitor, Rule
from noroshi.core.translation import NOTHING
from noroshi.service.alarms.alarm_answers import (
    AlarmRow,
    Holder,
    RemarkShown,
    SilenceShown,
    ToldOf,
    WindowShown,
)
from noroshi.service.monitors.status_answers import MonitorStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class OfMonitor:
    """The remarks on one monitor: who has which item, and until when nothing is told."""

    acknowledged: Mapping[str, Acknowledgement] = field(default_factory=dict)
    silent: datetime | None = None
    maintenance: datetime | None = None


NOTHING_OF_IT = OfMonitor()


def of_monitors(
    said: Suppressions, monitors: Iterable[Monitor], now: datetime
) -> Mapping[str, OfMonitor]:
    """Return the remarks by id, for those of whom something is said."""
    of = dict[str, dict[str, Acknowledgement]]()
    for one in said.acknowledged:
        of.setdefault(one.monitor, {})[one.item] = one
    found = dict[str, OfMonitor]()
    for monitor in monitors if said.silences or of else _planned(monitors):
        here = OfMonitor(
            acknowledged=of.get(monitor.id, {}),
            silent=silent_until(said.silences, monitor) if said.silences else None,
            maintenance=ends_of(monitor.maintenance, now),
        )
        if here != NOTHING_OF_IT:
            found[monitor.id] = here
    return found


def _planned(monitors: Iterable[Monitor]) -> Iterator[Monitor]:
    return (monitor for monitor in monitors if monitor.maintenance)


def holder(one: Acknowledgement | None) -> Holder | None:
    """Return who has it, as an answer."""
    if one is None:
        return None
    return Holder(who=one.who, at=one.at, level=one.level, words=one.words)


def silence_shown(
    one: Silence, monitors: Iterable[Monitor], now: datetime, named: Mapping[str, Monitor]
) -> SilenceShown:
    """Return a silence as an answer; that of a monitor goes by what it is called now."""
    monitor = named.get(one.monitor)
    return SilenceShown(
        id=one.id,
        place=one.place if monitor is None else monitor.path,
        begins=one.begins,
        ends=one.ends,
        why=one.why,
        who=one.who,
        monitors=sum(map(one.covers, monitors)),
        over=one.ends <= now,
        ended_by=one.ended_by,
    )


def windows_shown(
    monitors: Iterable[Monitor], now: datetime, every: Collection[Monitor]
) -> Sequence[WindowShown]:
    """Planned work that is not over, the first to begin first; what is planned for many of
    `every` monitor stands there once, with the outermost place that all of it is planned for."""
    of, around = dict[tuple[str, Window], list[Monitor]](), dict[str, list[Monitor]]()
    wanted = {window for monitor in monitors for window in monitor.maintenance}
    for monitor in every:
        around.setdefault(monitor.instance.name, []).append(monitor)
        for window in dict.fromkeys(monitor.maintenance):
            if window in wanted:
                of.setdefault((monitor.instance.name, window), []).append(monitor)
    shown = (_window(window, its, now, around[name]) for (name, window), its in of.items())
    found = [one for one in shown if one is not None]
    return sorted(found, key=lambda shown: (shown.begins, shown.place))


def under_way(
    every: Collection[Monitor], now: datetime, of: Mapping[str, OfMonitor]
) -> tuple[WindowShown, ...]:
    """Planned work that goes on now."""
    busy = [one for one in every if of.get(one.id, NOTHING_OF_IT).maintenance is not None]
    return tuple(one for one in windows_shown(busy, now, every) if one.under_way)


def _window(
    window: Window, its: Sequence[Monitor], now: datetime, every: Iterable[Monitor]
) -> WindowShown | None:
    span = span_of(window, now)
    if span is None:
        return None
    return WindowShown(
        place=outermost_place(its, every),
        title=window.title,
        begins=span.begins,
        ends=span.ends,
        under_way=span.begins <= now,
        weekly=isinstance(window, Weekly),
        daily=isinstance(window, Weekly) and window.days == WEEK,
        monitors=len(its),
    )


def outermost_place(monitors: Sequence[Monitor], every: Iterable[Monitor]) -> str:
    """Return the outermost place that has none but these monitors in it; if they share none,
    the instance."""
    ids, steps = {monitor.id for monitor in monitors}, monitors[0].path.split("/")
    every = [one for one in every if one.instance.name == steps[0]]
    for n in range(1, len(steps) + 1):
        place = "/".join(steps[:n])
        there = {monitor.id for monitor in monitors_at(place, every)}
        if there == ids:
            return place
    return steps[0]


def remark_shown(one: Remark, named: Mapping[str, Monitor]) -> RemarkShown:
    """Return a remark as an answer; "" is the path of a monitor that is gone."""
    monitor = named.get(one.monitor)
    return RemarkShown(
        at=one.at,
        who=one.who,
        sort=one.sort,
        path=monitor.path if monitor else "",
        item=one.item,
        level=one.level,
        words=one.words,
    )


def rows(
    status: MonitorStatus, monitor: Monitor, items: Mapping[str, ItemState], said: OfMonitor
) -> Iterator[AlarmRow]:
    """Return the items of a monitor that are not well, as they are shown, with what was told of
    them."""
    for shown in status.items:
        if shown.level is Level.OK:
            continue
        item = items[shown.item]
        yield AlarmRow(
            path=status.path,
            title=status.title,
            item=shown.item,
            level=shown.level,
            since=shown.since,
            words=shown.words,
            acknowledged=holder(said.acknowledged.get(shown.item)),
            silent=said.silent,
            maintenance=said.maintenance,
            told=tuple(_told(rule, item) for rule in monitor.rules),
        )


def _told(rule: Rule, item: ItemState) -> ToldOf:
    told, reason = item.last_notifications.get(rule.id), item.reasons.get(rule.id)
    return ToldOf(
        rule=rule.name_or_id,
        called=rule.display_name,
        contacts=tuple(contact.id for contact in rule.contacts),
        reason=reason,
        because=NOTHING if reason is None else REASONS[reason],
        at=told.at if told else None,
        level=told.level if told else None,
        times=told.times if told else 0,
    )


def in_order(found: Iterable[AlarmRow]) -> tuple[AlarmRow, ...]:
    """Sort alarms: first those that nobody has, then the worst, then the newest."""
    newest = sorted(
        found, key=lambda row: row.since.timestamp() if row.since else 0.0, reverse=True
    )
    ranked = sorted(newest, key=lambda row: -row.level.severity)
    return tuple(sorted(ranked, key=lambda row: row.acknowledged is not None))
