"""Several alarms acknowledged, taken back or commented on in one step: one write, one row of the
audit log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from noroshi.core.alarms import Acknowledgement, Remark, Remarked, Suppressions
from noroshi.core.definitions.problems import Problem
from noroshi.core.levels import Level
from noroshi.core.model import Monitor, State
from noroshi.core.translation import _
from noroshi.definitions import Plan
from noroshi.service.alarms.acknowledgements import (
    BAD_WORDS,
    MOVED,
    NO_ITEM,
    NOBODY_HAS_IT,
    AlarmOperations,
    require_open,
    words_of,
)
from noroshi.service.alarms.alarm_answers import AlarmRemarked
from noroshi.service.errors import (
    ConflictError,
    InvalidArgumentError,
    NotFoundError,
    OperationError,
)
from noroshi.service.monitors.history import monitor_named
from noroshi.service.monitors.status import UNKNOWN_STATE
from noroshi.service.operation import OPERATOR, Person, note, operation

MOST = 200
"""So many at once: they are one transaction, for which all other writes wait."""
TOO_MANY = _("contains more than {most}")
Had = Mapping[tuple[str, str], Acknowledgement]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmNamed:
    """An item of a monitor; "" is the monitor's measuring itself."""

    monitor: str
    item: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """All that is read once for all of them."""

    plan: Plan
    states: Mapping[str, State]
    had: Had
    by_path: Mapping[str, Monitor] = field(default_factory=dict)

    def monitor(self, given: str) -> Monitor:
        return self.by_path.get(given) or monitor_named(self.plan, given)


class BulkAlarmOperations(AlarmOperations):
    """Remarks on many alarms at once."""

    @operation(
        role=OPERATOR,
        news=True,
        changes=False,  # what it changed it notes itself; of none it may be that anything was
        help=_(
            "Acknowledge several alarms, withdraw the acknowledgements, or comment on them, in one "
            "step."
        ),
    )
    async def alarms_remark(
        self, who: Person, sort: Remarked, alarms: tuple[AlarmNamed, ...], words: str = ""
    ) -> tuple[AlarmRemarked, ...]:
        """Remark each of them as it can be: what cannot be done of one is told of it, and keeps
        none of the others from being done."""
        said = words_of(words, "words", needed=sort is Remarked.COMMENT)
        if len(alarms) > MOST:
            raise InvalidArgumentError(
                BAD_WORDS, (Problem("alarms", TOO_MANY.fill(most=MOST)),)
            )
        now = self._clocks.wall()
        known = await self._there_is(now)
        meant = [_meant(known, one, sort, who.name, now, said) for one in alarms]
        remarks = [one for one in meant if isinstance(one, Remark)]
        written = iter(await self._store.remark_all(remarks))
        done = [
            ConflictError(MOVED) if isinstance(one, Remark) and not next(written) else one
            for one in meant
        ]
        _note(known, done)
        return tuple(map(_told, alarms, done))

    async def _there_is(self, now: datetime) -> _Known:
        _, plan = await self._current()
        said: Suppressions = await self._store.suppressions(now)
        return _Known(
            plan=plan,
            states=await self._store.states(),
            had={(one.monitor, one.item): one for one in said.acknowledged},
            by_path={one.path: one for one in plan.monitors.values()},
        )


def _meant(
    known: _Known, one: AlarmNamed, sort: Remarked, who: str, at: datetime, words: str
) -> Remark | OperationError:
    """Return the remark to write of one, or the error why none can be."""
    try:
        monitor = known.monitor(one.monitor)
        level = _level(known, monitor, one.item, sort)
    except OperationError as no:
        return no
    return Remark(
        sort=sort, monitor=monitor.id, item=one.item, level=level, who=who, at=at, words=words
    )


def _level(known: _Known, monitor: Monitor, item: str, sort: Remarked) -> Level:
    """Return how bad it is. Raises NotFoundError, or ConflictError if that cannot be said of it
    now."""
    state = known.states.get(monitor.id, UNKNOWN_STATE)
    mine = known.had.get((monitor.id, item))
    if sort is Remarked.TAKEN_BACK:
        if mine is None:
            raise ConflictError(NOBODY_HAS_IT.fill(monitor=f"{monitor.path} {item}".strip()))
        return mine.level
    if sort is Remarked.ACKNOWLEDGED:
        require_open(monitor, state, [item], {item: mine} if mine else {})
    if sort is Remarked.COMMENT and not item:
        return state.level
    if item not in state.items:
        raise NotFoundError(NO_ITEM.fill(monitor=monitor.path, item=item))
    return state.items[item].level


def _note(known: _Known, done: Sequence[Remark | OperationError]) -> None:
    """All of them in one row: who had each, and who has it or what was said."""
    said = [one for one in done if isinstance(one, Remark)]
    if not said:
        return
    named = {f"{known.plan.monitors[one.monitor].path} {one.item}".strip(): one for one in said}
    before = {name: known.had.get((one.monitor, one.item)) for name, one in named.items()}
    after = {name: _became(one) for name, one in named.items()}
    is_comment = said[0].sort is Remarked.COMMENT
    holders = {name: one.who if one else None for name, one in before.items()}
    note(before=None if is_comment else holders, after=after)


def _became(one: Remark) -> str | None:
    became = {Remarked.ACKNOWLEDGED: one.who, Remarked.COMMENT: one.words}
    return became.get(one.sort)


def _told(one: AlarmNamed, done: Remark | OperationError) -> AlarmRemarked:
    if isinstance(done, Remark):
        return AlarmRemarked(monitor=one.monitor, item=one.item)
    return AlarmRemarked(monitor=one.monitor, item=one.item, kind=done.kind, refused=done.words)
