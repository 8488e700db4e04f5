"""Read what Noroshi's PowerShell scripts print of updates and of scheduled tasks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from noroshi.core.translation import _
from noroshi.ports import TaskFact, Unmeasurable, UpdateFacts

HEALTHY_RESULTS = frozenset(
    {
        0,
        0x41300,  # SCHED_S_TASK_READY
        0x41301,  # SCHED_S_TASK_RUNNING
        0x41302,  # SCHED_S_TASK_DISABLED
        0x41303,  # SCHED_S_TASK_HAS_NOT_RUN
        0x41304,  # SCHED_S_TASK_NO_MORE_RUNS
        0x41305,  # SCHED_S_TASK_NOT_SCHEDULED
        0x41307,  # SCHED_S_TASK_NO_VALID_TRIGGERS
        0x41308,  # SCHED_S_EVENT_TRIGGER
        0x41325,  # SCHED_S_TASK_QUEUED
    }
)
"""Results of a task that are no failure of its last run.
https://learn.microsoft.com/windows/win32/taskschd/task-scheduler-error-and-success-constants"""
NOT_AS_EXPECTED = _("the output of {script} has an unexpected format")


def updates_in(output: Any) -> UpdateFacts:
    """Return what windows_updates.ps1 told. Raises Unmeasurable."""
    try:
        updates = list(_rows(output["updates"]))
        return UpdateFacts(
            names=tuple(str(update["title"]) for update in updates),
            security_names=tuple(
                str(update["title"]) for update in updates if update["security"]
            ),
            needs_reboot=bool(output["reboot"]),
            listed_at=_moment(output["searched"]),
        )
    except (KeyError, TypeError, ValueError):
        raise Unmeasurable(NOT_AS_EXPECTED.fill(script="windows_updates.ps1")) from None


def tasks_in(output: Any) -> list[TaskFact]:
    """Return what windows_tasks.ps1 told. Raises Unmeasurable."""
    try:
        return [_task(row) for row in _rows(output)]
    except (KeyError, TypeError, ValueError):
        raise Unmeasurable(NOT_AS_EXPECTED.fill(script="windows_tasks.ps1")) from None


def _task(row: Mapping[str, Any]) -> TaskFact:
    result = int(row["result"]) & 0xFFFFFFFF
    return TaskFact(
        name=str(row["path"]),
        is_enabled=bool(row["enabled"]),
        is_running=bool(row["running"]),
        last_run=_moment(row["last"]),
        next_run=_moment(row["next"]),
        failure="" if result in HEALTHY_RESULTS else _shown_result(result),
        missed_runs=int(row["missed"]),
    )


def _shown_result(result: int) -> str:
    """Return a result as the task scheduler shows it, and a program's exit code as programs do."""
    return str(result) if result < 0x10000 else f"0x{result:X}"


def _rows(part: Any) -> Iterable[Mapping[str, Any]]:
    """Return a list of PowerShell, which writes a list of one as the one."""
    if part is None:
        return []
    return part if isinstance(part, list) else [part]


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
