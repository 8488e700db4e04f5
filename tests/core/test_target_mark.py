"""Marks of what monitors measure, the same for all nodes and in later versions."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from noroshi.core.levels import Level
from noroshi.core.model import Instance, Limits, Monitor
from noroshi.core.target_mark import target_mark


@dataclass(frozen=True)
class Options:
    path: str = "/"
    names: frozenset[str] = frozenset()
    wait: timedelta = timedelta(seconds=5)
    level: Level = Level.OK
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LaterOptions(Options):
    another: bool = False


MONITOR = Monitor(
    id="m",
    name="disk",
    instance=Instance(name="web"),
    group="g",
    kind="disk",
    options=Options(),
)
OTHERS = {
    "kind": replace(MONITOR, kind="load"),
    "option": replace(MONITOR, options=Options(path="/var")),
    "name": replace(MONITOR, options=Options(names=frozenset({"a"}))),
    "duration": replace(MONITOR, options=Options(wait=timedelta(seconds=6))),
    "choice": replace(MONITOR, options=Options(level=Level.WARNING)),
    "header": replace(MONITOR, options=Options(headers={"a": "b"})),
    "address": replace(MONITOR, goes_to="192.0.2.1"),
}


@pytest.mark.parametrize("what", OTHERS)
def test_another_target_has_another_mark(what):
    assert target_mark(OTHERS[what]) not in ("", target_mark(MONITOR))


def test_what_is_not_of_the_target_changes_no_mark():
    other = replace(MONITOR, title="Disk", limits={"used": Limits(warning=1)}, patience=3)
    assert target_mark(other) == target_mark(MONITOR)


def test_an_option_that_a_later_version_adds_changes_no_mark():
    later = replace(MONITOR, options=LaterOptions(path="/var"))
    assert target_mark(later) == target_mark(replace(MONITOR, options=Options(path="/var")))
    chosen = replace(MONITOR, options=LaterOptions(path="/var", another=True))
    assert target_mark(chosen) != target_mark(later)


def test_the_order_of_what_has_none_changes_no_mark():
    one = replace(MONITOR, options=Options(headers={"a": "1", "b": "2"}))
    other = replace(MONITOR, options=Options(headers={"b": "2", "a": "1"}))
    assert target_mark(one) == target_mark(other)


def test_what_cannot_be_written_alike_has_no_mark():
    assert target_mark(replace(MONITOR, options=object())) == ""


PRINT = """
from tests.core.test_target_mark import MONITOR, Options, replace, target_mark
names = frozenset("abcdefgh")
print(target_mark(replace(MONITOR, options=Options(names=names))))
"""


def test_two_processes_make_the_same_mark():
    marks = {
        subprocess.run(
            [sys.executable, "-c", PRINT],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(marks) == 1
