"""Combine acknowledgements, silences and comments with monitors and states. All of it is
pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from noroshi.actions.phrases import decision_text
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
from noroshi.core.maintenance import WeeklyWindow, Window, ends_of, span_of
from noroshi.core.model import ItemState, Monitor, Rule
from noroshi.core.translation import NOTHING
from noroshi.operations.alarm_answers import (
    AlarmRow,
    Holder,
    RemarkShown,
    SilenceShown,
    ToldOf,
    WindowShown,
)
from noroshi.operations.status_answers import MonitorStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorSuppression:
    """The remarks on one monitor: who has which item, and until when nothing is told."""

    acknowledged: Mapping[str, Acknowledgement] = field(default_factory=dict)
    silent: datetime | None = None
    maintenance: datetime | None = None


NO_SUPPRESSION = MonitorSuppression()


def suppressions_by_monitor(
    suppressions: Suppressions, monitors: Iterable[Monitor], now: datetime
) -> Mapping[str, MonitorSuppression]:
    """Return the remarks by id, for those of whom something is said."""
    acknowledged = dict[str, dict[str, Acknowledgement]]()
    for one in suppressions.acknowledged:
        acknowledged.setdefault(one.monitor, {})[one.item] = one
    by_id = dict[str, MonitorSuppression]()
    for monitor in (
        monitors if suppressions.silences or acknowledged else _with_maintenance(monitors)
    ):
        suppression = MonitorSuppression(
            acknowledged=acknowledged.get(monitor.id, {}),
            silent=silent_until(suppressions.silences, monitor)
            if suppressions.silences
            else None,
            maintenance=ends_of(monitor.maintenance, now),
        )
        if suppression != NO_SUPPRESSION:
            by_id[monitor.id] = suppression
    return by_id


def _with_maintenance(monitors: Iterable[Monitor]) -> Iterator[Monitor]:
    return (monitor for monitor in monitors if monitor.maintenance)


def holder(one: Acknowledgement | None) -> Holder | None:
    """Return the person who acknowledged, as an answer."""
    if one is None:
        return None
    return Holder(who=one.who, at=one.at, level=one.level, words=one.words)


def silence_shown(
    one: Silence,
    monitors: Iterable[Monitor],
    now: datetime,
    monitors_by_id: Mapping[str, Monitor],
) -> SilenceShown:
    """Return a silence as an answer; that of a monitor goes by what it is called now."""
    monitor = monitors_by_id.get(one.monitor)
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
    monitors: Iterable[Monitor], now: datetime, all_monitors: Collection[Monitor]
) -> Sequence[WindowShown]:
    """Return planned work that is not over, the first to begin first; what is planned for many
    of `all_monitors` stands there once, with the outermost place that all of it is planned
    for."""
    by_window = dict[tuple[str, Window], list[Monitor]]()
    by_instance = dict[str, list[Monitor]]()
    windows = {window for monitor in monitors for window in monitor.maintenance}
    for monitor in all_monitors:
        by_instance.setdefault(monitor.instance.name, []).append(monitor)
        for window in dict.fromkeys(monitor.maintenance):
            if window in windows:
                by_window.setdefault((monitor.instance.name, window), []).append(monitor)
    answers = (
        _window(window, covered, now, by_instance[name])
        for (name, window), covered in by_window.items()
    )
    current = [one for one in answers if one is not None]
    return sorted(current, key=lambda one: (one.begins, one.place))


def active_windows(
    all_monitors: Collection[Monitor],
    now: datetime,
    by_monitor: Mapping[str, MonitorSuppression],
) -> tuple[WindowShown, ...]:
    """Return planned work that goes on now."""
    busy = [
        one
        for one in all_monitors
        if by_monitor.get(one.id, NO_SUPPRESSION).maintenance is not None
    ]
    return tuple(one for one in windows_shown(busy, now, all_monitors) if one.under_way)


def _window(
    window: Window, covered: Sequence[Monitor], now: datetime, all_monitors: Iterable[Monitor]
) -> WindowShown | None:
    span = span_of(window, now)
    if span is None:
        return None
    return WindowShown(
        place=outermost_place(covered, all_monitors),
        title=window.title,
        begins=span.begins,
        ends=span.ends,
        under_way=span.begins <= now,
        weekly=isinstance(window, WeeklyWindow),
        daily=isinstance(window, WeeklyWindow) and window.days == WEEK,
        monitors=len(covered),
    )


def outermost_place(monitors: Sequence[Monitor], all_monitors: Iterable[Monitor]) -> str:
    """Return the outermost place that has none but these monitors in it; if they share none,
    the instance."""
    ids, steps = {monitor.id for monitor in monitors}, monitors[0].path.split("/")
    all_monitors = [one for one in all_monitors if one.instance.name == steps[0]]
    for n in range(1, len(steps) + 1):
        place = "/".join(steps[:n])
        ids_there = {monitor.id for monitor in monitors_at(place, all_monitors)}
        if ids_there == ids:
            return place
    return steps[0]


def remark_shown(one: Remark, monitors_by_id: Mapping[str, Monitor]) -> RemarkShown:
    """Return a remark as an answer; "" is the path of a monitor that is gone."""
    monitor = monitors_by_id.get(one.monitor)
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
    status: MonitorStatus,
    monitor: Monitor,
    items: Mapping[str, ItemState],
    suppression: MonitorSuppression,
) -> Iterator[AlarmRow]:
    """Return the items of a monitor that are not well, as they are shown, with what was told of
    them."""
    for status_item in status.items:
        if status_item.level is Level.OK:
            continue
        item = items[status_item.item]
        yield AlarmRow(
            path=status.path,
            title=status.title,
            item=status_item.item,
            level=status_item.level,
            since=status_item.since,
            words=status_item.words,
            acknowledged=holder(suppression.acknowledged.get(status_item.item)),
            silent=suppression.silent,
            maintenance=suppression.maintenance,
            told=tuple(_last_notification(rule, item) for rule in monitor.rules),
        )


def _last_notification(rule: Rule, item: ItemState) -> ToldOf:
    notification, reason = item.last_notifications.get(rule.id), item.reasons.get(rule.id)
    return ToldOf(
        rule=rule.name_or_id,
        called=rule.display_name,
        contacts=tuple(contact.id for contact in rule.contacts),
        reason=reason,
        because=NOTHING if reason is None else decision_text(reason, rule),
        at=notification.at if notification else None,
        level=notification.level if notification else None,
        times=notification.times if notification else 0,
    )


def in_order(alarm_rows: Iterable[AlarmRow]) -> tuple[AlarmRow, ...]:
    """Sort alarms: first those that nobody has, then the worst, then the newest."""
    newest = sorted(
        alarm_rows, key=lambda row: row.since.timestamp() if row.since else 0.0, reverse=True
    )
    ranked = sorted(newest, key=lambda row: -row.level.severity)
    return tuple(sorted(ranked, key=lambda row: row.acknowledged is not None))
