"""Fifty computers are watched over SSH each minute, by a real node: each by one login that is kept,
and by no more sessions than it is looked at."""

import tempfile
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import asyncssh
import pytest

from noroshi.core.cadence import EPOCH, phase
from tests.e2e.world import until
from tests.hosts.ssh.servers import USER, SshServer

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]
COMPUTERS, KINDS, TURNS = range(1, 51), ("disk", "memory"), 3
MINUTE, SHARED = timedelta(minutes=1), timedelta(seconds=2)
MILLISECOND = timedelta(milliseconds=1)  # stored times have no more digits
UNDER_WAY = 4  # looks of the moment at which the sessions are counted
LOGIN, SESSION = "Accepted publickey", "Starting session: command"
WATCH = """
address = "{address}"
source = "ssh"
rules = []
[ssh]
user = "{user}"
port = {port}
key = "ssh/key"
host_key = "{host_key}"
[[group]]
name = "os"
every = "1m"
[[group.monitor]]
name = "disk"
id = "{disk}"
kind = "disk"
[[group.monitor]]
name = "memory"
id = "{memory}"
kind = "memory"
"""


@pytest.fixture
def key():
    return asyncssh.generate_private_key("ssh-ed25519")


@pytest.fixture
def server(key):
    """One server stands for all computers, each of which has an address of its own."""
    with tempfile.TemporaryDirectory(prefix="noroshi-sshd-") as path:
        Path(path).chmod(0o755)  # its user must get in
        server = SshServer(Path(path) / "server", listens="0.0.0.0", rules="MaxStartups 200")
        server.authorize(key.export_public_key().decode().strip())
        yield server.start()
        server.stop()


def id_of(number, kind):
    """The id of a monitor of a computer, which says when its turns are."""
    return f"01K{number:021}{'DM'[kind == 'memory']}0"


def looks(hub, number, kind):
    """When it was looked at, oldest first: never without an answer."""
    shown = hub.call("monitor_show", monitor=f"nas{number}/os/{kind}", last=100)
    assert not shown["faults"], shown["status"]["items"]
    points = shown["series"][0]["points"] if shown["series"] else []
    return [datetime.fromisoformat(one["at"]) for one in points]


def keeps_to_its_grid(number, kind, times):
    """After its first look, which is at no turn, it was looked at once a minute."""
    place = phase(id_of(number, kind))
    turns = [(at + MILLISECOND - EPOCH) / MINUTE - place for at in times[1:]]
    assert all(turn % 1 < 0.5 for turn in turns), (number, kind, times)
    first = int(turns[0])
    assert [int(turn) for turn in turns] == [*range(first, first + len(turns))], times
    assert len(turns) >= TURNS - 1, (number, kind, times)


def apart(times):
    """How many groups there are of looks that may have shared a session."""
    ordered = sorted(times)
    pauses = (later - earlier for earlier, later in pairwise(ordered))
    return 1 + sum(pause > SHARED for pause in pauses)


def watch_of(number, server):
    return WATCH.format(
        address=f"127.0.1.{number}",
        user=USER,
        port=server.port,
        host_key=server.host_key,
        **{kind: id_of(number, kind) for kind in KINDS},
    )


def test_fifty_computers_are_watched_each_minute_by_one_login_each(hub, server, key):
    hub.serve_warm()
    hub.call("set_secret", name="ssh/key", value=key.export_private_key().decode())
    hub.define(**{f"instances__nas{number}": watch_of(number, server) for number in COMPUTERS})
    last = COMPUTERS[-1], KINDS[-1]
    until(lambda: len(looks(hub, *last)) > TURNS, f"{TURNS} turns", 600)
    sessions, together = server.log.count(SESSION), []
    for number in COMPUTERS:
        together.append([])
        for kind in KINDS:
            times = looks(hub, number, kind)
            keeps_to_its_grid(number, kind, times)
            together[-1] += times
    assert server.log.count(LOGIN) == len(COMPUTERS)
    assert sum(map(apart, together)) - UNDER_WAY <= sessions
    assert sessions <= sum(map(len, together)) + UNDER_WAY
