"""This machine: one look at its processes serves all who ask within a second."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import psutil
import pytest

from noroshi.hosts.computer import Computer
from noroshi.hosts.local import LocalHost, SharedParts
from noroshi.hosts.processes import running_processes
from noroshi.hosts.programs import ProgramRules
from noroshi.hosts.volumes import Volumes
from noroshi.ports import Listener, Memory, Process, Unmeasurable, Volume
from noroshi.testing import ManualClocks


class Table:
    """A process table that counts how often somebody looks."""

    def __init__(self) -> None:
        self.looks = 0
        self.open = threading.Event()
        self.open.set()

    def __call__(self) -> list[Process]:
        self.looks += 1
        self.open.wait()
        return [Process(self.looks, "sshd", ())]


def host(look, clocks: ManualClocks) -> LocalHost:
    computer = Computer(clocks.clocks.steady, processes=look)
    shared = SharedParts(computer=computer)
    return LocalHost(ProgramRules(), clocks.clocks, "192.0.2.1", shared_parts=shared)


async def test_one_look_serves_all_who_ask_within_a_second():
    table, clocks = Table(), ManualClocks()
    here = host(table, clocks)
    await asyncio.gather(*[here.processes() for _ in range(5)])
    clocks.pass_by(seconds=0.9)
    assert (await here.processes())[0].pid == 1
    clocks.pass_by(seconds=0.1)
    assert (await here.processes())[0].pid == 2


class Counted:
    """A computer whose every look is counted."""

    def __init__(self, clocks: ManualClocks) -> None:
        self.looks = Counter()
        self.computer = Computer(
            clocks.clocks.steady,
            volumes=Volumes(lambda: ["/"], self.size),
            processes=lambda: self.looked("processes", []),
            memory=lambda: self.looked("memory", Memory(total=2, available=1)),
        )

    def looked(self, fact, found):
        self.looks[fact] += 1
        return found

    def size(self, mount: str) -> Volume:
        return self.looked("volumes", Volume(mount, 100, 50))


async def test_one_snapshot_serves_all_hosts_of_a_computer():
    clocks = ManualClocks()
    counted = Counted(clocks)
    shared = SharedParts(computer=counted.computer)
    hosts = [
        LocalHost(ProgramRules(), clocks.clocks, f"192.0.2.{n}", shared_parts=shared)
        for n in range(20)
    ]

    async def ask(host: LocalHost) -> None:
        await asyncio.gather(host.volumes(), host.processes(), host.memory())

    await asyncio.gather(*map(ask, hosts))
    assert counted.looks == {"volumes": 1, "processes": 1, "memory": 1}
    clocks.pass_by(seconds=1)
    await asyncio.gather(*map(ask, hosts))
    assert counted.looks == {"volumes": 2, "processes": 2, "memory": 2}


async def test_ports_that_take_connections_are_found_and_no_others():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        port, silent = server.getsockname()[1], mute.getsockname()[1]
        found = await host(Table(), ManualClocks()).listeners()
    assert Listener("127.0.0.1", port) in found
    assert silent not in {one.port for one in found}


async def test_a_look_that_hangs_is_shared_and_not_begun_again():
    table, clocks = Table(), ManualClocks()
    table.open.clear()
    here = host(table, clocks)
    first = asyncio.create_task(here.processes())
    await asyncio.sleep(0)
    clocks.pass_by(minutes=1)
    second = asyncio.create_task(here.processes())
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    table.open.set()
    assert (await second)[0].pid == 1


async def test_a_table_that_cannot_be_read_is_told_and_read_anew():
    clocks, answers = ManualClocks(), [PermissionError(13, "Permission denied"), None]

    def look() -> list[Process]:
        error = answers.pop(0)
        if error:
            raise error
        return []

    here = host(look, clocks)
    with pytest.raises(Unmeasurable, match="cannot read the process table: Permission denied"):
        await here.processes()
    clocks.pass_by(seconds=1)
    assert await here.processes() == []


def test_the_real_table_has_ourselves_in_it():
    (me,) = [process for process in running_processes() if process.pid == os.getpid()]
    assert me.user == psutil.Process().username()
    assert me.command == tuple(psutil.Process().cmdline())


NAMES = [
    "short",
    "exactly-15-char",
    "much-longer-than-the-kernel-keeps",
    "a (b) c",
    "a\\nb",
    "狼煙",
]


@pytest.mark.parametrize("name", NAMES)
def test_the_real_table_says_of_a_process_what_psutil_does(tmp_path, name):
    program = Path(shutil.copy("/bin/cat", tmp_path / name))
    argv = [program, "-", "two words", "", "\udcff"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        known = psutil.Process(child.pid)
        while known.exe() != str(program.resolve()) or not known.cmdline():
            pass  # it is still a copy of ourselves, or has not got its arguments yet
        (found,) = [one for one in running_processes() if one.pid == child.pid]
        assert found.command == tuple(known.cmdline()) == tuple(map(os.fspath, argv))
        assert (
            (found.name, found.user) == (known.name(), known.username()) == (name, found.user)
        )
        child.kill()


def test_a_title_that_a_program_wrote_over_its_arguments_is_read():
    title = "import sys; open('/proc/self/comm', 'w').write('re\\\\named\\nit'); input()"
    with subprocess.Popen([sys.executable, "-c", title], stdin=subprocess.PIPE) as child:
        while (name := psutil.Process(child.pid).name()) != "re\\named\nit":
            pass
        assert name in {one.name for one in running_processes() if one.pid == child.pid}
        child.kill()


def test_a_process_that_only_waits_to_be_buried_does_not_run():
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        while psutil.Process(child.pid).status() != psutil.STATUS_ZOMBIE:
            pass
        assert child.pid not in {process.pid for process in running_processes()}


async def test_its_address_is_what_it_was_given():
    assert await host(Table(), ManualClocks()).address() == "192.0.2.1"
