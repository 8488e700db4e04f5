"""The process check, against made-up tables and one real process."""

from __future__ import annotations

import subprocess
import sys

import psutil
import pytest

from noroshi import schema
from noroshi.checks import process
from noroshi.core.judgement import judge
from noroshi.core.levels import Level
from noroshi.hosts.local import LocalHost
from noroshi.hosts.programs import ProgramRules
from noroshi.ports import Process
from noroshi.testing import FakeHost, ManualClocks

TABLE = [
    Process(1, "init", ("/sbin/init",), "root"),
    Process(20, "nginx", ("nginx:", "master"), "root"),
    Process(21, "nginx", ("nginx:", "worker"), "www-data"),
    Process(22, "nginx", ("nginx:", "worker"), "www-data"),
    Process(30, "java", ("java", "-jar", "/srv/[app].jar"), "app"),
    Process(40, "kworker/0:1", (), "root"),
]


async def count(host=None, **options):
    table = host or FakeHost(processes=TABLE)
    (reading,) = (await process.run(process.Options(**options), table, {})).readings
    return reading


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param({"name": "*"}, 6, id="all"),
        pytest.param({"name": "nginx"}, 3, id="by name"),
        pytest.param({"name": "ng"}, 0, id="a name is a whole name"),
        pytest.param({"name": "kworker*"}, 1, id="by the beginning of a name"),
        pytest.param({"command": "worker"}, 2, id="by a part of the command line"),
        pytest.param({"command": "java*app"}, 1, id="by two parts of it"),
        pytest.param({"user": "root"}, 3, id="by owner"),
        pytest.param({"name": "nginx", "user": "www-data"}, 2, id="by all that is given"),
    ],
)
async def test_counts_what_matches_all_that_is_given(options, expected):
    assert (await count(**options)).value == expected


@pytest.mark.parametrize(
    ("options", "item"),
    [
        ({"label": "web", "name": "nginx"}, "web"),
        ({"name": "nginx", "user": "root"}, "nginx"),
        ({"command": "worker"}, "worker"),
        ({"user": "root"}, "root"),
    ],
)
async def test_the_item_is_what_it_is_called(options, item):
    assert (await count(**options)).item == item


async def test_the_note_names_the_first_numbers():
    assert (await count(name="nginx")).note.en == "running (PID 20, 21, 22)"
    every = (await count(name="*")).note
    assert every.en == "running (PID 1, 20, 21, 22, 30 and 1 more)"
    assert every.ja == "動いています (PID 1、20、21、22、30 ほか1件)"
    assert (await count(name="sshd")).note.ja == "動いていません"


@pytest.mark.parametrize("given", [{}, {"label": "web"}], ids=["nothing", "only a label"])
def test_one_must_say_which_processes(given):
    with pytest.raises(
        schema.Invalid, match="at least one of name, command and user must be set"
    ):
        schema.read(process.Options, given)


async def test_none_is_critical_and_one_is_fine():
    limits = process.CHECK.limits["count"]
    assert judge(await count(name="sshd"), limits) is Level.CRITICAL
    assert judge(await count(name="java"), limits) is Level.OK


async def test_a_real_process_is_found_while_it_lives_and_not_after():
    mark, clocks = "noroshi-test-of-a-real-process", ManualClocks()
    here = LocalHost(ProgramRules(), clocks.clocks)
    argv = [sys.executable, "-c", "input()", mark]
    with subprocess.Popen(argv, stdin=subprocess.PIPE) as child:
        owner = psutil.Process(child.pid).username()
        found = await count(here, command=mark, user=owner)
        assert (found.value, found.note.en) == (1, f"running (PID {child.pid})")
        child.kill()
    clocks.pass_by(seconds=1)
    assert (await count(here, command=mark)).value == 0
