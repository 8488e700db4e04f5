"""What Noroshi's PowerShell scripts print, written after Microsoft's pages on the interfaces that
they ask. No real Windows printed it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from noroshi.hosts.operating_system.windows_script_output import tasks_in, updates_in
from noroshi.ports import TaskFact, Unmeasurable

UPDATES = r"""
{"updates": [
   {"title": "2026-11 Cumulative Update for Windows Server 2025 (KB5099999)", "security": true},
   {"title": "Windows 悪意のあるソフトウェアの削除ツール x64", "security": false}],
 "reboot": true, "searched": "2026-11-28T03:12:44Z"}
"""
TASKS = r"""
[{"path": "\\Backup\\Daily", "enabled": true, "running": false, "result": -2147024891,
  "missed": 1, "last": "2026-11-28T17:00:00Z", "next": "2026-11-29T17:00:00Z"},
 {"path": "\\New", "enabled": false, "running": false, "result": 267011, "missed": 0,
  "last": null, "next": null},
 {"path": "\\Report", "enabled": true, "running": true, "result": 267009, "missed": 0,
  "last": "2026-11-29T01:00:00Z", "next": null},
 {"path": "\\Copy", "enabled": true, "running": false, "result": 16, "missed": 0,
  "last": "2026-11-29T02:00:00Z", "next": null}]
"""


def test_updates_are_read():
    facts = updates_in(json.loads(UPDATES))
    assert len(facts.names) == 2
    assert facts.security_names == facts.names[:1]
    assert facts.needs_reboot is True
    assert facts.listed_at == datetime(2026, 11, 28, 3, 12, 44, tzinfo=UTC)


@pytest.mark.parametrize("updates", ["null", "[]"])
def test_there_may_be_no_updates(updates):
    facts = updates_in(
        json.loads(f'{{"updates": {updates}, "reboot": false, "searched": null}}')
    )
    assert (facts.names, facts.needs_reboot, facts.listed_at) == ((), False, None)


def test_a_list_of_one_comes_as_the_one():
    one = '{"updates": {"title": "KB1", "security": true}, "reboot": false, "searched": null}'
    assert updates_in(json.loads(one)).security_names == ("KB1",)


def test_tasks_are_read():
    backup, new, report, copy = tasks_in(json.loads(TASKS))
    assert backup == TaskFact(
        name=r"\Backup\Daily",
        last_run=datetime(2026, 11, 28, 17, tzinfo=UTC),
        next_run=datetime(2026, 11, 29, 17, tzinfo=UTC),
        failure="0x80070005",
        missed_runs=1,
    )
    assert (new.is_enabled, new.failure, new.last_run) == (False, "", None)
    assert (report.is_running, report.failure) == (True, "")
    assert copy.failure == "16"


@pytest.mark.parametrize("output", ['{"Message": "no"}', "3", '[{"path": "x"}]'])
def test_output_in_another_form_is_told(output):
    with pytest.raises(Unmeasurable, match="unexpected format"):
        tasks_in(json.loads(output))
    with pytest.raises(Unmeasurable, match="unexpected format"):
        updates_in(json.loads(output))
