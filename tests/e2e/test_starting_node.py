"""A node that starts while a command is at work, and a command while a node starts: real processes."""

import array
import asyncio
import fcntl
import json
import socket
import subprocess
import termios
from concurrent.futures import ThreadPoolExecutor

import pytest

from noroshi.stores.sqlite.migrations import known_migrations
from noroshi.stores.sqlite.process_lock import Holder, LifeLock, holding
from noroshi.stores.sqlite.store import SqliteStore
from tests.e2e.world import PATIENCE, Home, until
from tests.warm import warm

MANY = 400
ROUTE = """
    kind = "smtp"
    [options]
    host = "127.0.0.1"
    port = {port}
    protection = "none"
    sender = "noroshi@example.com"
"""
MONITOR = """
    [[group.monitor]]
    name = "m{number}"
    kind = "memory"
"""


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path)
    yield home
    home.end()


def log_of(home):
    return (home.folder.parent / "node.log").read_text()


def lock(home, holder):
    return LifeLock(home.folder / "noroshi.lock", holder)


def starting(home):
    """A node that has been started, and may have to wait."""
    return home.start("-m", "noroshi.cli", "--home", str(home.folder), "serve")


GATE = """
import sys
from noroshi.cli import main

class Gate:
    def find_spec(self, name, *_):
        if name == "noroshi.app.composition":
            print("imports", flush=True)
            sys.stdin.readline()

sys.meta_path.insert(0, Gate())
sys.exit(main())
"""
"""A node that stays where it imports all that it is made of, until a line comes."""


def unread(pipe):
    """How many bytes stand in a pipe that nobody reads."""
    count = array.array("i", [0])
    fcntl.ioctl(pipe, termios.FIONREAD, count)
    return count[0]


def test_a_command_whose_output_nobody_reads_keeps_no_node_from_starting(home):
    group = "".join(MONITOR.format(number=number) for number in range(MANY))
    home.define(instances__many=f'every = "1h"\n[[group]]\nname = "g"\n{group}')
    command = [*warm(), "--home", str(home.folder), "status", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as looking:
        until(lambda: unread(looking.stdout) >= 60_000, "the pager's first page")
        home.serve()
        assert home.status()["running"]
        assert looking.poll() is None
        told = json.loads(looking.stdout.read())
    assert not told["running"] and len(told["monitors"]) >= MANY


def test_a_doctor_that_still_looks_keeps_no_node_from_starting(home):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        home.define(routes__mute=ROUTE.format(port=mute.getsockname()[1]))
        doctor = home.start("-m", "noroshi.cli", "--home", str(home.folder), "doctor", "mute")
        mute.settimeout(PATIENCE)
        with mute.accept()[0]:
            home.serve()
            assert home.status()["running"] and doctor.poll() is None
        assert doctor.wait(PATIENCE) == 1
    assert "Nothing was sent" in doctor.stdout.read()


def test_a_node_waits_for_a_command_that_writes(home):
    with lock(home, Holder.COMMAND):
        node = starting(home)
        until(lambda: "waiting for it" in log_of(home), "the node to meet the lock")
        assert node.poll() is None
    home.until_its_door_is_open()
    assert home.status()["running"]


def test_a_node_waits_for_the_end_of_the_one_before_it(home):
    with lock(home, Holder.STOPPING):
        node = starting(home)
        until(lambda: "waiting for it" in log_of(home), "the node to meet the lock")
        assert node.poll() is None
    home.until_its_door_is_open()


def at_once(home, *commands):
    """What came of each; they wait for seconds, so they do it all at the same time."""
    with ThreadPoolExecutor(len(commands)) as pool:
        return [*pool.map(lambda command: home.run(*command, check=False), commands)]


def test_a_command_during_a_start_says_that_it_starts(home):
    commands = ("status",), ("send", "--to", "ops", "--subject", "s", "t")
    with lock(home, Holder.STARTING):
        ended = at_once(home, *commands)
    for told in ended:
        said = " ".join(told.stderr.split())
        assert told.returncode == 4 and "is starting" in said
        assert "No node is running" not in said + told.stdout


def test_a_node_is_seen_to_start_before_it_has_imported_all_that_it_is_made_of(home):
    node = home.start("-c", GATE, "--home", str(home.folder), "serve", stdin=subprocess.PIPE)
    with node.stdin:
        assert node.stdout.readline() == "imports\n"
        told = home.run("status", check=False)
        said = " ".join(told.stderr.split())
        assert (
            told.returncode == 4
            and f"the node (process {node.pid}) is starting" in said.lower()
        )
        node.stdin.write("\n")
    home.until_its_door_is_open()
    assert home.status()["running"]


def test_a_command_waits_for_a_node_that_is_just_starting(home):
    """It waits for seconds, which a busy machine may need for the start alone: then it says so."""
    with lock(home, Holder.STARTING):
        starting(home)
        until(lambda: "waiting for it" in log_of(home), "the node to meet the lock")
    # Before the node has it, nobody does: a command would rightly answer by itself.
    until(lambda: holding(home.folder / "noroshi.lock"), "the node to take the lock")
    told = home.run("status", "--json", check=False)
    assert (told.returncode == 0 and json.loads(told.stdout)["running"]) or (
        told.returncode == 4 and "is starting" in " ".join(told.stderr.split())
    )


def test_a_node_that_has_the_store_and_no_open_door_is_not_called_none(home):
    """Who has just taken the lock may not have written yet that it starts."""
    commands = ("status",), ("send", "--to", "ops@example.com", "--subject", "s", "t")
    with lock(home, Holder.RUNNING):
        ended = at_once(home, *commands)
    for told in ended:
        said = " ".join(told.stderr.split())
        assert told.returncode == 4 and "is using this store" in said
        assert "No node is running" not in said + told.stdout


def test_a_command_right_after_a_start_goes_on_through_the_node(home, tmp_path):
    (tmp_path / "new" / "contacts").mkdir(parents=True)
    (tmp_path / "new" / "contacts" / "ops.toml").write_text('addresses = ["ops@example.com"]')
    starting(home)
    told = home.run("apply", str(tmp_path / "new"), "--json", check=False)
    assert (told.returncode, told.stderr) == (0, "")
    home.until_its_door_is_open()
    assert home.status()["version"] == 1


def test_a_store_of_an_older_schema_is_brought_up_to_date_for_a_look_too(home):
    for file in home.folder.glob("noroshi.db*"):
        file.unlink()
    asyncio.run(older(home.folder / "noroshi.db"))
    assert "No node is running" in home.run("status").stdout
    with lock(home, Holder.COMMAND):
        assert "No node is running" in home.run("status").stdout


async def older(path):
    await SqliteStore.open(path, steps=known_migrations()[:-1]).close()
