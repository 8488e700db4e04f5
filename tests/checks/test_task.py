"""The check of scheduled tasks, on made-up tasks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from noroshi.checks import task
from noroshi.ports import TaskFact, Unmeasurable
from noroshi.testing import DAWN
from tests.checks.systems import host

BACKUP = r"\Backup\Daily"


async def look(*tasks, **options):
    outcome = await task.run(task.Options(**options), host(tasks=tasks), {})
    return {(reading.item, reading.name): reading for reading in outcome.readings}


async def test_a_failed_run_is_told_with_its_result():
    failed = TaskFact(name=BACKUP, failure="0x80070005", last_run=DAWN - timedelta(hours=3))
    readings = await look(failed)
    reading = readings[BACKUP, "failed"]
    assert reading.value == 1
    assert reading.note.en == "the last run at 2026-04-01 03:00 failed (0x80070005)"
    assert readings[BACKUP, "age"].value == 3


async def test_a_task_that_never_ran_has_no_age():
    readings = await look(TaskFact(name=BACKUP))
    assert readings[BACKUP, "failed"].value == 0
    assert (BACKUP, "age") not in readings


async def test_a_run_is_missed_if_the_system_says_so():
    assert (await look(TaskFact(name=BACKUP, missed_runs=2)))[BACKUP, "missed"].value == 2


@pytest.mark.parametrize(
    ("late", "others", "missed"),
    [
        (timedelta(minutes=11), {}, 1),
        (timedelta(minutes=9), {}, 0),
        (timedelta(minutes=-9), {}, 0),
        (timedelta(minutes=11), {"is_running": True}, 0),
    ],
    ids=["late", "within the grace", "not due", "running"],
)
async def test_a_run_is_missed_if_it_is_late_by_ten_minutes(late, others, missed):
    readings = await look(TaskFact(name="backup", next_run=DAWN - late, **others))
    assert readings["backup", "missed"].value == missed
    assert bool(readings["backup", "missed"].note.en) is bool(missed)


async def test_a_disabled_task_counts_only_if_it_is_named_in_full():
    disabled, other = TaskFact(name=BACKUP, is_enabled=False), TaskFact(name="other")
    assert {item for item, _ in await look(disabled, other)} == {"other"}
    readings = await look(disabled, include=(r"Backup\daily",))
    assert readings[BACKUP, "disabled"].value == 1


async def test_windows_own_tasks_count_only_if_they_are_named_in_full():
    windows, other = TaskFact(name=r"\Microsoft\Windows\Defrag"), TaskFact(name="other")
    assert {item for item, _ in await look(windows, other)} == {"other"}
    readings = await look(windows, include=(windows.name,))
    assert {item for item, _ in readings} == {windows.name}


async def test_a_task_that_is_named_in_full_and_not_there_is_missing():
    readings = await look(TaskFact(name="other"), include=("certbot.timer", "other"))
    assert readings["certbot.timer", "missing"].value == 1
    assert readings["other", "missing"].value == 0


async def test_no_task_at_all_cannot_be_measured():
    with pytest.raises(Unmeasurable, match=r"no task matches \*"):
        await look()
