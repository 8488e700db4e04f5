"""Operations on silences: nothing is told of a place, until a moment."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from noroshi.core.alarms import NODE, Silence, monitors_at
from noroshi.core.definitions.maintenance import LONGEST
from noroshi.core.definitions.problems import Problem, suggestion
from noroshi.core.instruction import InstructionKind, followed_by
from noroshi.core.model import Monitor
from noroshi.core.printable import printable
from noroshi.core.time_input import read_length, read_moment
from noroshi.core.translation import Message, _, ngettext
from noroshi.definitions.compilation import Plan
from noroshi.operations import alarm_operations
from noroshi.operations.alarm_answers import SilenceShown
from noroshi.service.alarms.alarm_view import silence_shown
from noroshi.service.definitions.enable_disable import NO_PART
from noroshi.service.errors import ConflictError, InvalidArgumentError, NotFoundError
from noroshi.service.monitors.history import monitor_named
from noroshi.service.operation import Person, note, offers
from noroshi.service.operation_context import OperationGroup

EVERYTHING = ("", "everything")
LONGEST_REASON = 200
MOST_SHOWN = 200
BAD_SILENCE = _("The silence cannot be started; nothing was changed.")
NO_REASON = _("is required: state the reason for the silence, so that others can see it")
LONG_REASON = _("is longer than {most} characters")
ONE_END = _("specify either an end or a duration; a silence cannot be unlimited")
NO_LENGTH = _("“{given}” is not a duration; use a format such as 30m, 2h or 1d12h")
NO_MOMENT = _(
    '“{given}” is not a date or time; use a format such as "18:00", "tomorrow 08:00" or '
    '"2026-12-25 06:00"'
)
PAST = _("“{given}” has already passed")
TOO_FAR = _("“{given}” is more than 90 days ahead; for a longer time, stop monitoring instead")
NO_SILENCE = followed_by(
    _("There is no active silence “{given}”."), InstructionKind.SHOW_SILENCES
)
SEVERAL = followed_by(
    ngettext(
        "{count} silence exists for {given}; choose one by its ID.",
        "{count} silences exist for {given}; choose one by its ID.",
    ),
    InstructionKind.SHOW_SILENCES,
)


class SilenceOperations(OperationGroup):
    """Silence a place until a moment; end a silence."""

    @offers(alarm_operations.SILENCE_ADD)
    async def add(
        self, person: Person, place: str, reason: str, until: str = "", length: str = ""
    ) -> SilenceShown:
        """Silence a place from now until a moment (by the node's clock), or for a length of
        time. `place` is an instance, instance/group, a monitor, or "everything"; at most 90
        days."""
        now, (_, plan) = self._clocks.wall(), await self._context.current()
        silenced_place, monitor = place_of(plan, place)
        clean_reason = printable(" ".join(reason.split()))
        ends = _end_of(until.strip(), length.strip(), clean_reason, now)
        silence = Silence(
            id=self._context.new_id(),
            place=silenced_place,
            monitor=monitor,
            begins=now,
            ends=ends,
            why=clean_reason,
            who=person.name,
        )
        await self._store.silence(silence)
        answer = self._answer(plan, silence, now)
        note(
            new_state={"id": silence.id, "place": silenced_place or "everything", "ends": ends}
        )
        return answer

    @offers(alarm_operations.SILENCE_END)
    async def end(self, person: Person, silence: str) -> SilenceShown:
        """End the silence of that id, or the only one at that place."""
        now, (_, plan) = self._clocks.wall(), await self._context.current()
        id = _id_of(silence, (await self._store.suppressions(now)).silences, plan)
        old_silence = await self._store.end_silence(id, person.name, now)
        if old_silence is None:
            raise NotFoundError(NO_SILENCE.fill(given=silence))
        note(
            old_state={"place": old_silence.place or "everything", "ends": old_silence.ends},
            new_state={"ends": now},
        )
        return self._answer(plan, old_silence, now, is_over=True, by=person.name)

    @offers(alarm_operations.SILENCE_LIST)
    async def list(self, person: Person, all: bool = False) -> tuple[SilenceShown, ...]:
        """List what is silent now, the first to end first; with `all` also what was, newest
        first."""
        now, (_, plan) = self._clocks.wall(), await self._context.current()
        silences: Sequence[Silence] = (await self._store.suppressions(now)).silences
        if all:
            silences = await self._store.silences(MOST_SHOWN)
        return tuple(self._answer(plan, one, now) for one in silences)

    def _answer(
        self, plan: Plan, one: Silence, now: datetime, *, is_over: bool = False, by: str = ""
    ) -> SilenceShown:
        answer = silence_shown(one, plan.monitors.values(), now, plan.monitors)
        return replace(answer, over=True, ends=now, ended_by=by) if is_over else answer


def place_of(plan: Plan, name: str) -> tuple[str, str]:
    """Return the place, and the id of the monitor if it is one. Raises NotFoundError."""
    if name in EVERYTHING:
        return NODE, ""
    all_monitors = plan.monitors.values()
    if name.count("/") <= 1 and next(monitors_at(name, all_monitors), None) is not None:
        return name, ""
    try:
        monitor = monitor_named(plan, name)
    except NotFoundError:
        near = suggestion(name, _places(all_monitors))
        raise NotFoundError(NO_PART.fill(given=name, instead=near)) from None
    return monitor.path, monitor.id


def _places(monitors: Collection[Monitor]) -> set[str]:
    steps = (monitor.path.split("/") for monitor in monitors)
    return {"/".join(path[:n]) for path in steps for n in (1, 2, 3)}


def _end_of(end_text: str, length: str, reason: str, now: datetime) -> datetime:
    """Return when it ends. Raises InvalidArgumentError with all that is wrong."""
    problems = [Problem("reason", NO_REASON)] if not reason else []
    if len(reason) > LONGEST_REASON:
        problems.append(Problem("reason", LONG_REASON.fill(most=LONGEST_REASON)))
    name = "length" if length else "until"
    ends, problem = _read_end(end_text, length, now)
    if problem is not None:
        problems.append(Problem(name, problem))
    if problems or ends is None:
        raise InvalidArgumentError(BAD_SILENCE, tuple(problems))
    return ends


def _read_end(
    end_text: str, length: str, now: datetime
) -> tuple[datetime | None, Message | None]:
    if bool(end_text) is bool(length):
        return None, ONE_END
    if length:
        span = read_length(length)
        if span is None:
            return None, NO_LENGTH.fill(given=length)
        return (
            _check_end(now + span, now, length)
            if span <= LONGEST
            else (None, TOO_FAR.fill(given=length))
        )
    # The wall's clock is the node's: what a page or a command shows is told by it, too.
    moment = read_moment(end_text, now.astimezone().replace(tzinfo=None))
    if moment is None:
        return None, NO_MOMENT.fill(given=end_text)
    return _check_end(moment.astimezone(UTC), now, end_text)


def _check_end(
    ends: datetime, now: datetime, text: str
) -> tuple[datetime | None, Message | None]:
    if ends <= now:
        return None, PAST.fill(given=text)
    if ends - now > LONGEST:
        return None, TOO_FAR.fill(given=text)
    return ends, None


def _id_of(name: str, silences: Sequence[Silence], plan: Plan) -> str:
    """Return the id of the given silence, which need not exist. A place is named as when the
    silence was added, or by the present path; a place that is gone keeps the old name."""
    try:
        places = {name, place_of(plan, name)[0]}
    except NotFoundError:
        places = {name}
    ids = [one.id for one in silences if places & {one.place, _name(one, plan.monitors)}]
    if len(ids) > 1:
        raise ConflictError(SEVERAL.fill(count=len(ids), given=name))
    return ids[0] if ids else name


def _name(one: Silence, monitors_by_id: Mapping[str, Monitor]) -> str:
    return monitors_by_id[one.monitor].path if one.monitor in monitors_by_id else one.place
