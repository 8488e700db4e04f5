"""Operations on alarms: who has one, and what people say of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

from noroshi.core.alarms import Acknowledgement, Remark, Remarked
from noroshi.core.definitions.problems import Problem
from noroshi.core.instruction import InstructionKind, followed_by
from noroshi.core.levels import Level
from noroshi.core.model import Monitor, State
from noroshi.core.printable import printable
from noroshi.core.translation import _
from noroshi.operations import alarm_operations
from noroshi.operations.alarm_answers import AlarmRow, Alarms, RemarkShown
from noroshi.service.alarms.alarm_view import (
    NO_SUPPRESSION,
    MonitorSuppression,
    in_order,
    remark_shown,
    rows,
    silence_shown,
    suppressions_by_monitor,
    windows_shown,
)
from noroshi.service.errors import ConflictError, InvalidArgumentError, NotFoundError
from noroshi.service.monitors import status_view
from noroshi.service.monitors.history import monitor_named
from noroshi.service.monitors.status import UNKNOWN_STATE, NewestSamples
from noroshi.service.operation import Person, note, offers

LONGEST = 1000
NO_ITEM = followed_by(_("{monitor} has no item “{item}”."), InstructionKind.SHOW_ALARMS)
IS_WELL = _("{monitor} is OK: there is no alarm to acknowledge.")
IS_HAD = followed_by(_("{who} has already acknowledged this alarm."), InstructionKind.TAKE_BACK)
MOVED = followed_by(_("The alarm has just changed."), InstructionKind.SHOW_ALARMS)
NOBODY_HAS_IT = _("No alarm from {monitor} is acknowledged.")
BAD_WORDS = _("The comment cannot be saved; nothing was changed.")
NO_WORDS = _("is empty")
TOO_LONG = _("is longer than {most} characters")


class AlarmOperations(NewestSamples):
    """Acknowledged, taken back, commented."""

    @offers(alarm_operations.ALARMS)
    async def list(self, person: Person, monitor: str = "") -> Alarms:
        """Return all items that are not well, or those of one monitor; what nobody has comes
        first."""
        now, (_, plan) = self._clocks.wall(), await self._context.current()
        suppressions, all_monitors = await self._store.suppressions(now), plan.monitors.values()
        targets = [monitor_named(plan, monitor)] if monitor else all_monitors
        states, by_monitor = (
            await self._store.states(),
            suppressions_by_monitor(suppressions, all_monitors, now),
        )
        alarm_rows = list[AlarmRow]()
        for one in targets:
            state = states.get(one.id, UNKNOWN_STATE)
            if state.level is not Level.OK and not one.disabled:
                alarm_rows += await self._rows(
                    one, state, by_monitor.get(one.id, NO_SUPPRESSION)
                )
        return Alarms(
            at=now,
            rows=in_order(alarm_rows),
            silences=tuple(
                silence_shown(one, all_monitors, now, plan.monitors)
                for one in suppressions.silences
            ),
            maintenance=tuple(windows_shown(targets, now, all_monitors)),
        )

    async def _rows(
        self, monitor: Monitor, state: State, suppression: MonitorSuppression
    ) -> Sequence[AlarmRow]:
        check = self._plugins.check(monitor.kind)
        sample = await self._sample(monitor)
        status = status_view.monitor_status(monitor, state, sample, check)
        return tuple(rows(status, monitor, state.items, suppression))

    @offers(alarm_operations.ALARM_ACKNOWLEDGE)
    async def acknowledge(
        self, person: Person, monitor: str, item: str | None = None, comment: str = ""
    ) -> tuple[AlarmRow, ...]:
        """Acknowledge one item, or all items of the monitor that are not well and have nobody
        yet."""
        _, plan = await self._context.current()
        target, words = monitor_named(plan, monitor), words_of(comment, "comment")
        state = (await self._store.states()).get(target.id, UNKNOWN_STATE)
        holders = await self._acknowledgements(target)
        names = [item] if item is not None else _open_items(target, state, holders)
        require_open(target, state, names, holders)

        def write(name: str) -> Awaitable[bool]:
            facts = (target.id, name, state.items[name].level, person.name, self._clocks.wall())
            return self._store.acknowledge(*_acknowledgement(*facts, words))

        changed_items = await _write_each(names, write)
        note(
            old_state=dict.fromkeys(changed_items),
            new_state=dict.fromkeys(changed_items, person.name),
        )
        return await self._changed_rows(target, changed_items)

    @offers(alarm_operations.ALARM_UNACKNOWLEDGE)
    async def unacknowledge(
        self, person: Person, monitor: str, item: str | None = None, comment: str = ""
    ) -> tuple[AlarmRow, ...]:
        """Take back the acknowledgement of one item, or of all of the monitor."""
        _, plan = await self._context.current()
        target, words = monitor_named(plan, monitor), words_of(comment, "comment")
        holders = await self._acknowledgements(target)
        names = [name for name in holders if item in (None, name)]
        if not names:
            raise ConflictError(NOBODY_HAS_IT.fill(monitor=target.path))

        def write(name: str) -> Awaitable[bool]:
            facts = (target.id, name, holders[name].level, person.name, self._clocks.wall())
            return self._store.unacknowledge(_remark(Remarked.TAKEN_BACK, *facts, words))

        changed_items = await _write_each(names, write)
        note(
            old_state={name: holders[name].who for name in changed_items},
            new_state=dict.fromkeys(changed_items),
        )
        return await self._changed_rows(target, changed_items)

    @offers(alarm_operations.ALARM_COMMENT)
    async def comment(
        self, person: Person, monitor: str, text: str, item: str = ""
    ) -> RemarkShown:
        """Keep a comment on a monitor, or on one of the monitor's items."""
        _, plan = await self._context.current()
        target, words = monitor_named(plan, monitor), words_of(text, "text", required=True)
        state = (await self._store.states()).get(target.id, UNKNOWN_STATE)
        if item and item not in state.items:
            raise NotFoundError(NO_ITEM.fill(monitor=target.path, item=item))
        level = state.items[item].level if item else state.level
        facts = (target.id, item, level, person.name, self._clocks.wall())
        remark = _remark(Remarked.COMMENT, *facts, words)
        await self._store.remark(remark)
        return remark_shown(remark, plan.monitors)

    async def _acknowledgements(self, monitor: Monitor) -> Mapping[str, Acknowledgement]:
        suppressions = await self._store.suppressions(self._clocks.wall())
        return {one.item: one for one in suppressions.acknowledged if one.monitor == monitor.id}

    async def _changed_rows(
        self, monitor: Monitor, names: Sequence[str]
    ) -> tuple[AlarmRow, ...]:
        """Return these items as they are after the change."""
        now = self._clocks.wall()
        suppressions = suppressions_by_monitor(
            await self._store.suppressions(now), [monitor], now
        )
        state = (await self._store.states()).get(monitor.id, UNKNOWN_STATE)
        alarm_rows = await self._rows(
            monitor, state, suppressions.get(monitor.id, NO_SUPPRESSION)
        )
        return tuple(row for row in alarm_rows if row.item in names)


def _open_items(
    monitor: Monitor, state: State, holders: Mapping[str, Acknowledgement]
) -> Sequence[str]:
    """Return the items that are not well and have nobody yet; if each has somebody, all that
    are not well."""
    bad_items = [name for name, item in state.items.items() if item.level is not Level.OK]
    if not bad_items:
        raise ConflictError(IS_WELL.fill(monitor=monitor.path))
    return [name for name in bad_items if name not in holders] or bad_items


def require_open(
    monitor: Monitor, state: State, names: Sequence[str], holders: Mapping[str, Acknowledgement]
) -> None:
    """Raise NotFoundError for an item that does not exist, ConflictError for one that is well
    or that somebody has."""
    for name in names:
        item, acknowledgement = state.items.get(name), holders.get(name)
        if item is None:
            raise NotFoundError(NO_ITEM.fill(monitor=monitor.path, item=name))
        if item.level is Level.OK:
            raise ConflictError(IS_WELL.fill(monitor=f"{monitor.path} {name}".strip()))
        if acknowledgement is not None:
            raise ConflictError(IS_HAD.fill(who=acknowledgement.who, monitor=monitor.path))


async def _write_each(
    names: Sequence[str], write: Callable[[str], Awaitable[bool]]
) -> Sequence[str]:
    """Return those of which it could be written: one may move meanwhile, and what was done of
    the others stands. Raises ConflictError if it could of none."""
    changed_items = [name for name in names if await write(name)]
    if not changed_items:
        raise ConflictError(MOVED)
    return changed_items


def _acknowledgement(
    monitor: str, item: str, level: Level, author: str, at: datetime, words: str
) -> tuple[Acknowledgement, Remark]:
    return (
        Acknowledgement(
            monitor=monitor, item=item, level=level, who=author, at=at, words=words
        ),
        _remark(Remarked.ACKNOWLEDGED, monitor, item, level, author, at, words),
    )


def _remark(
    sort: Remarked, monitor: str, item: str, level: Level, author: str, at: datetime, words: str
) -> Remark:
    return Remark(
        sort=sort, monitor=monitor, item=item, level=level, who=author, at=at, words=words
    )


def words_of(comment: str, name: str, *, required: bool = False) -> str:
    """Return what somebody typed as lines that a terminal and a page can show. Raises
    InvalidArgumentError."""
    text = "\n".join(printable(line).rstrip() for line in comment.strip().splitlines())
    if required and not text:
        raise InvalidArgumentError(BAD_WORDS, (Problem(name, NO_WORDS),))
    if len(text) > LONGEST:
        raise InvalidArgumentError(BAD_WORDS, (Problem(name, TOO_LONG.fill(most=LONGEST)),))
    return text
