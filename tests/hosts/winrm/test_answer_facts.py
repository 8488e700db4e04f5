"""What the answers of `facts.ps1` mean. The answers are written as the script would write them; no
PowerShell has."""

from __future__ import annotations

import json

import pytest

from noroshi.hosts.winrm import answer_facts
from noroshi.hosts.winrm.fact_questions import IncompleteOutputError, read_output
from noroshi.hosts.winrm.windows_facts import full_key
from noroshi.ports import Listener, Process, Processor, RegistryValue, ServiceState, StartType
from tests.sweeps import sweep

HEAD = {"noroshi": 1, "host": "SRV1", "powershell": "5.1", "language": "FullLanguage"}


def lines(*rows):
    return [json.dumps(row) for row in (HEAD, *rows, {"end": True})]


def test_an_answer_that_is_missing_takes_no_other_away():
    output = read_output(
        lines({"id": 0, "value": 7}, {"id": 1, "error": "no", "category": "PermissionDenied"})
    )
    answers = output.answer_by_number
    assert (answers[0].value, answers[1].is_denied, output.host_name) == (7, True, "SRV1")


@pytest.mark.parametrize(
    "output",
    [[], ["Welcome!"], lines()[:1], lines()[1:], ["[1]"], ['"noroshi"'], ["[" * 100_000]],
)
def test_an_output_that_is_not_whole_is_none(output):
    with pytest.raises(IncompleteOutputError):
        read_output(output)


def test_a_list_of_one_and_a_list_that_powershell_wraps_are_lists():
    row = {"address": "::", "port": 80}
    for value in (row, [row], {"value": [row], "Count": 1}):
        assert answer_facts.listeners_in(value) == [Listener("::", 80)]
    assert answer_facts.listeners_in(None) == []


def test_the_work_of_the_cores_is_counted_in_seconds():
    value = {"cores": 4, "idle": 3e9, "busy": 1e9}
    assert answer_facts.processor_in(value) == Processor(cores=4, total=400.0, busy=100.0)


def test_a_process_without_rights_has_its_name_alone():
    value = [{"pid": 4, "name": "System", "command": None, "user": None}]
    assert answer_facts.processes_in(value) == [Process(4, "System", ())]


@sweep(
    ("line", "words"),
    [
        (r'"C:\Program Files\a.exe" -k x', ("C:\\Program Files\\a.exe", "-k", "x")),
        (r"a.exe  b	c", ("a.exe", "b", "c")),
        (r'a "" b', ("a", "", "b")),
        (r"C:\a\b.exe", ("C:\\a\\b.exe",)),
        (r"a \"b\" c", ("a", '"b"', "c")),
        (r'a "b c\\" d', ("a", "b c\\", "d")),
        (r'a \\"b c"', ("a", "\\b c")),
        (r"a \\\"b", ("a", '\\"b')),
        (r'"open end', ("open end",)),
        ("", ()),
        ("   ", ()),
    ],
)
def test_a_command_line_is_split_as_programs_of_windows_do(line, words):
    assert answer_facts.split_command(line) == words


def service(**changes):
    row = {"name": "W32Time", "title": "Windows Time", "state": "Stopped", "start": "Auto"}
    row |= {"exit": 0, "ownExit": 0, "pid": 0, "type": 0x20, "hasTriggers": False}
    return row | changes


@sweep(
    ("changes", "state", "detail"),
    [
        ({"state": "Running", "pid": 7}, ServiceState.RUNNING, ""),
        ({"state": "Start Pending"}, ServiceState.STARTING, ""),
        ({}, ServiceState.STOPPED, ""),
        ({"exit": 1077}, ServiceState.STOPPED, ""),
        ({"exit": 2}, ServiceState.FAILED, "2"),
        ({"exit": 1066, "ownExit": 99}, ServiceState.FAILED, "99"),
    ],
)
def test_the_state_of_a_service(changes, state, detail):
    [fact] = answer_facts.services_in([service(**changes)], ["w32*"])
    assert (fact.state, fact.detail, fact.start_type) == (state, detail, StartType.AUTOMATIC)


def test_wildcards_leave_out_the_services_of_single_users():
    rows = [service(), service(name="CDPUserSvc_1a2b3", title="", type=0xE0)]
    named = [one.name for one in answer_facts.services_in(rows, ["*"])]
    assert named == ["W32Time"]
    named = [one.name for one in answer_facts.services_in(rows, ["CDPUserSvc_1a2b3"])]
    assert named == ["CDPUserSvc_1a2b3"]


@sweep(
    ("value", "fact"),
    [
        (None, None),
        ({"type": "text", "value": "19045"}, RegistryValue(text="19045")),
        ({"type": "int32", "value": -1}, RegistryValue(text="4294967295", number=4294967295)),
        ({"type": "int64", "value": 5}, RegistryValue(text="5", number=5)),
        ({"type": "bytes", "value": [1, 255]}, RegistryValue(text="01 ff")),
        ({"type": "list", "value": ["a", "b"]}, RegistryValue(text="a, b")),
        ({"type": "list", "value": "a"}, RegistryValue(text="a")),
    ],
)
def test_a_value_of_the_registry(value, fact):
    assert answer_facts.registry_value_in(value) == fact


@sweep(
    ("key", "is_32_bit", "whole"),
    [
        (r"HKLM\SOFTWARE\A", False, r"HKEY_LOCAL_MACHINE\SOFTWARE\A"),
        (r"HKLM\Software\A", True, r"HKEY_LOCAL_MACHINE\SOFTWARE\WOW6432Node\A"),
        (r"HKLM\SYSTEM\A", True, r"HKEY_LOCAL_MACHINE\SYSTEM\A"),
        ("HKCU:/Software", True, r"HKEY_CURRENT_USER\Software"),
    ],
)
def test_the_whole_name_of_a_key(key, is_32_bit, whole):
    assert full_key(key, is_32_bit) == whole
