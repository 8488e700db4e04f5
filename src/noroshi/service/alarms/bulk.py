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
from noroshi.definitions.compilation import Plan
from noroshi.operations import alarm_operations
from noroshi.operations.alarm_answers import AlarmRemarked
from noroshi.service.alarms.acknowledgements import (
    BAD_WORDS,
    MOVED,
    NO_ITEM,
    NOBODY_HAS_IT,
    AlarmOperations,
    require_open,
    words_of,
)
from noroshi.service.errors import (
    ConflictError,
    InvalidArgumentError,
    NotFoundError,
    OperationError,
)
from noroshi.service.monitors.history import monitor_named
from noroshi.service.monitors.status import UNKNOWN_STATE
from noroshi.service.operation import Person, note, offers

MOST = 200
"""So many at once: they are one transaction, for which all other writes wait."""
TOO_MANY = _("contains more than {most} alarms")
Acknowledgements = Mapping[tuple[str, str], Acknowledgement]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmNamed:
    """Name an item of a monitor; "" is the measurement of the monitor itself."""

    monitor: str
    item: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Snapshot:
    """Hold the records that are read once for all items."""

    plan: Plan
    states: Mapping[str, State]
    acknowledgements: Acknowledgements
    by_path: Mapping[str, Monitor] = field(default_factory=dict)

    def monitor(self, name: str) -> Monitor:
        return self.by_path.get(name) or monitor_named(self.plan, name)


class BulkAlarmOperations(AlarmOperations):
    """Acknowledge, silence and comment on many alarms at once."""

    @offers(alarm_operations.ALARMS_REMARK)
    async def remark(
        self, person: Person, sort: Remarked, alarms: tuple[AlarmNamed, ...], words: str = ""
    ) -> tuple[AlarmRemarked, ...]:
        """Apply the remark to each of the items; a refusal of one is reported with that item
        and keeps none of the others from the remark."""
        comment = words_of(words, "words", required=sort is Remarked.COMMENT)
        if len(alarms) > MOST:
            raise InvalidArgumentError(
                BAD_WORDS, (Problem("alarms", TOO_MANY.fill(most=MOST)),)
            )
        now = self._clocks.wall()
        snapshot = await self._read_snapshot(now)
        drafts = [_draft(snapshot, one, sort, person.name, now, comment) for one in alarms]
        remarks = [one for one in drafts if isinstance(one, Remark)]
        results = iter(await self._store.remark_all(remarks))
        outcomes = [
            ConflictError(MOVED) if isinstance(one, Remark) and not next(results) else one
            for one in drafts
        ]
        _note(snapshot, outcomes)
        return tuple(map(_answer, alarms, outcomes))

    async def _read_snapshot(self, now: datetime) -> _Snapshot:
        _, plan = await self._context.current()
        suppressions: Suppressions = await self._store.suppressions(now)
        return _Snapshot(
            plan=plan,
            states=await self._store.states(),
            acknowledgements={
                (one.monitor, one.item): one for one in suppressions.acknowledged
            },
            by_path={one.path: one for one in plan.monitors.values()},
        )


def _draft(
    snapshot: _Snapshot, one: AlarmNamed, sort: Remarked, author: str, at: datetime, words: str
) -> Remark | OperationError:
    """Return the remark to write of one, or the error why none can be."""
    try:
        monitor = snapshot.monitor(one.monitor)
        level = _level(snapshot, monitor, one.item, sort)
    except OperationError as error:
        return error
    return Remark(
        sort=sort,
        monitor=monitor.id,
        item=one.item,
        level=level,
        who=author,
        at=at,
        words=words,
    )


def _level(snapshot: _Snapshot, monitor: Monitor, item: str, sort: Remarked) -> Level:
    """Return the level of the item. Raises NotFoundError, or ConflictError if it has none
    now."""
    state = snapshot.states.get(monitor.id, UNKNOWN_STATE)
    acknowledgement = snapshot.acknowledgements.get((monitor.id, item))
    if sort is Remarked.TAKEN_BACK:
        if acknowledgement is None:
            raise ConflictError(NOBODY_HAS_IT.fill(monitor=f"{monitor.path} {item}".strip()))
        return acknowledgement.level
    if sort is Remarked.ACKNOWLEDGED:
        require_open(monitor, state, [item], {item: acknowledgement} if acknowledgement else {})
    if sort is Remarked.COMMENT and not item:
        return state.level
    if item not in state.items:
        raise NotFoundError(NO_ITEM.fill(monitor=monitor.path, item=item))
    return state.items[item].level


def _note(snapshot: _Snapshot, outcomes: Sequence[Remark | OperationError]) -> None:
    """Note all items in one row: the former holders, and the new ones or the comment."""
    remarks = [one for one in outcomes if isinstance(one, Remark)]
    if not remarks:
        return
    by_name = {
        f"{snapshot.plan.monitors[one.monitor].path} {one.item}".strip(): one for one in remarks
    }
    acknowledgements = {
        name: snapshot.acknowledgements.get((one.monitor, one.item))
        for name, one in by_name.items()
    }
    new_values = {name: _noted_value(one) for name, one in by_name.items()}
    is_comment = remarks[0].sort is Remarked.COMMENT
    holders = {name: one.who if one else None for name, one in acknowledgements.items()}
    note(old_state=None if is_comment else holders, new_state=new_values)


def _noted_value(one: Remark) -> str | None:
    by_sort = {Remarked.ACKNOWLEDGED: one.who, Remarked.COMMENT: one.words}
    return by_sort.get(one.sort)


def _answer(one: AlarmNamed, outcome: Remark | OperationError) -> AlarmRemarked:
    if isinstance(outcome, Remark):
        return AlarmRemarked(monitor=one.monitor, item=one.item)
    return AlarmRemarked(
        monitor=one.monitor, item=one.item, kind=outcome.kind, refused=outcome.words
    )
