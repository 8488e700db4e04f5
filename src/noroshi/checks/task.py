"""Scheduled tasks: whether the last run failed, whether one was missed, and how long ago it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from noroshi.core.definitions.problems import InvalidValueError
from noroshi.core.marked_names import with_settings
from noroshi.core.model import Limits, Reading
from noroshi.core.translation import NOTHING, Message, _, list_names, plain
from noroshi.ports import Check, Host, Outcome, Unmeasurable, options

if TYPE_CHECKING:  # what is measured, which definitions need not
    from noroshi.ports import TaskFact

GRACE = timedelta(minutes=10)
"""How late a task may start before its run counts as missed, where the system counts none."""
HOUR = 3600.0
WILDCARDS = frozenset("*?[")

NO_NAME = _("{include} must contain the name of a task")
NO_MATCH = _("no task matches {names}")
FAILED = _("the last run failed ({result})")
FAILED_AT = _("the last run at {time} failed ({result})")
MISSED = _("it should have started at {time}")
NOT_THERE = _("there is no task of this name")
DISABLED = _("the task is disabled and will not run")


@options
class Options:
    include: tuple[str, ...] = ("*",)
    """Tasks to monitor

    On Windows, names of tasks with their folders, such as \\Backup\\Daily; on Linux, names of timers,
    such as certbot. * stands for any text."""
    exclude: tuple[str, ...] = (r"\Microsoft\*",)
    """Tasks not to monitor. A task whose full name is in `include` is monitored anyway."""

    def __post_init__(self) -> None:
        if not any(name.strip() for name in self.include):
            raise InvalidValueError(with_settings(NO_NAME, "include"))

    @property
    def full_names(self) -> Mapping[str, str]:
        """Return the names without wildcards, by the form that is compared."""
        names = (name for name in self.include if not WILDCARDS & set(name))
        return {_compared_name(name): name for name in names}

    def includes(self, task: TaskFact) -> bool:
        """Return whether to monitor a task. One that is disabled must be named in full: with
        wildcards, nobody means what an administrator has switched off."""
        name = _compared_name(task.name)
        if name in self.full_names:
            return True
        return (
            task.is_enabled
            and _matches_any(name, self.include)
            and not _matches_any(name, self.exclude)
        )


async def run(options: Options, host: Host, memory: Mapping[str, Any]) -> Outcome:
    tasks = await (await host.system_facts()).tasks(options.include)
    included_tasks = [task for task in tasks if options.includes(task)]
    known_names = {_compared_name(task.name) for task in tasks}
    missing_names = [name for key, name in options.full_names.items() if key not in known_names]
    if not included_tasks and not missing_names:
        raise Unmeasurable(NO_MATCH.fill(names=list_names(options.include)))
    now = await host.now()
    readings = [reading for task in included_tasks for reading in _readings(task, now)]
    readings += [Reading("missing", 1, "", name, NOT_THERE) for name in missing_names]
    return Outcome(tuple(readings))


def _readings(task: TaskFact, now: datetime) -> Iterator[Reading]:
    yield Reading("failed", int(bool(task.failure)), "", task.name, _failure_text(task, now))
    yield Reading("missed", _missed_runs(task, now), "", task.name, _missed_text(task, now))
    note = NOTHING if task.is_enabled else DISABLED
    yield Reading("disabled", int(not task.is_enabled), "", task.name, note)
    yield Reading("missing", 0, "", task.name)
    if task.last_run is not None:
        hours = (now.astimezone(UTC) - task.last_run).total_seconds() / HOUR
        yield Reading("age", round(max(hours, 0.0), 2), "h", task.name)


def _failure_text(task: TaskFact, now: datetime) -> Message:
    if not task.failure:
        return NOTHING
    if task.last_run is None:
        return FAILED.fill(result=plain(task.failure))
    return FAILED_AT.fill(time=_shown_time(task.last_run, now), result=plain(task.failure))


def _missed_runs(task: TaskFact, now: datetime) -> int:
    if task.missed_runs is not None:
        return task.missed_runs
    return int(_is_late(task, now))


def _missed_text(task: TaskFact, now: datetime) -> Message:
    if task.next_run is None or not _is_late(task, now):
        return NOTHING
    return MISSED.fill(time=_shown_time(task.next_run, now))


def _is_late(task: TaskFact, now: datetime) -> bool:
    return (
        task.next_run is not None
        and task.is_enabled
        and not task.is_running
        and now.astimezone(UTC) > task.next_run + GRACE
    )


def _shown_time(instant: datetime, now: datetime) -> str:
    return f"{instant.astimezone(now.tzinfo):%Y-%m-%d %H:%M}"


def _compared_name(name: str) -> str:
    """Return the form in which names are compared: without the case of letters, and without the
    backslash or the suffix that people leave out."""
    return name.casefold().removeprefix("\\").removesuffix(".timer")


def _matches_any(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, _compared_name(pattern)) for pattern in patterns)


CHECK = Check(
    kind="task",
    title=_("Scheduled task"),
    help=_(
        "Monitors Windows scheduled tasks or systemd timers: whether the last run failed, "
        "whether a run was missed, and how long ago the last run was. Disabled tasks are "
        "monitored only if you enter their full name. This type is not yet verified on a real "
        "Windows system."
    ),
    options=Options,
    limits={
        "failed": Limits(critical=1),
        "missed": Limits(warning=1),
        "disabled": Limits(warning=1),
        "missing": Limits(critical=1),
    },
    units={"age": "h"},
    yes_no=frozenset({"failed", "disabled", "missing"}),
    names={
        "failed": _("Last run failed"),
        "missed": _("Missed runs"),
        "disabled": _("Disabled"),
        "missing": _("Task missing"),
        "age": _("Time since the last run"),
    },
    run=run,
    asks_computer=True,
    blocks=True,
    may_vanish=True,
    modules=("noroshi.hosts.operating_system.local_system",),
)
