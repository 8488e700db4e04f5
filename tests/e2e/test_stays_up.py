"""What really happens to a server: a full volume, a disk that breaks, a process that is stopped,
clocks that are set. The node watches on, each alarm arrives, and none arrives twice."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.e2e.world import PATIENCE, Home, Mailbox, until
from tests.ports import free_port
from tests.stores.volumes import breaks, ext4, fill, mended, tmpfs

MARK = "[sent directly] "
FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
WITH_VARIABLES = """
import json, os, sys
node = [sys.executable, "-u", "-m", "noroshi.cli", "--home", sys.argv[1], "serve"]
os.execve(sys.executable, node, os.environ | json.loads(sys.argv[2]))
"""


@pytest.fixture
def mailbox():
    box = Mailbox().open()
    yield box
    box.close()


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path)
    yield home
    home.end()


class Shop:
    """A port that is watched, and can go away and come back."""

    def __init__(self):
        self.port, self._listening = free_port(), None

    def open(self):
        self._listening = socket.create_server(("127.0.0.1", self.port), backlog=1000)
        return self

    def close(self):
        if self._listening is not None:
            self._listening.close()
            self._listening = None


@pytest.fixture
def shop():
    with closing(Shop().open()) as shop:
        yield shop


def define(home, mailbox, contact="one_by_one = 0", **ports):
    """Each port is looked at once a second; whoever is told is told once."""
    home.define(
        contacts__ops=f'addresses = ["ops@example.com"]\n{contact}',
        rules__ops='action = "mail"\ncontacts = ["ops"]\nroutes = ["smtp1"]',
        routes__smtp1=f"""
            kind = "smtp"
            [options]
            host = "127.0.0.1"
            port = {mailbox.port}
            protection = "none"
            sender = "noroshi@example.com"
        """,
        instances__web1='every = "1s"\nrules = ["ops"]\n[[group]]\nname = "net"\n'
        + "".join(
            f'[[group.monitor]]\nname = "{name}"\nkind = "port"\n'
            f"[group.monitor.options]\nport = {port}\n"
            for name, port in ports.items()
        ),
    )


def store_at(home, folder):
    with (home.folder / "noroshi.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'\nstore = "{folder}/noroshi.db"\n')
    home.run("init", "--new-store")


def subjects(mailbox, about):
    return [mail["Subject"] for mail in mailbox.mails if f" {about}" in mail["Subject"]]


def until_told(mailbox, about, count):
    until(lambda: len(subjects(mailbox, about)) >= count, f"mail {count} about {about}")


def log(home):
    return (home.folder.parent / "node.log").read_text(encoding="utf-8")


def none_twice(mailbox):
    ids = Counter(mail["Message-ID"] for mail in mailbox.mails)
    return max(ids.values()) == 1


def counted(mailbox):
    return len(subjects(mailbox, "down")), len(subjects(mailbox, "shop"))


def sent_at(mailbox, about, which):
    mails = [mail for mail in mailbox.mails if f" {about}" in mail["Subject"]]
    return mails[which]["Date"].datetime


def test_on_a_full_volume_alarms_arrive_and_with_room_again_all_is_as_before(
    home, mailbox, shop, tmp_path
):
    with tmpfs(tmp_path / "volume", 64) as volume:
        store_at(home, volume)
        define(home, mailbox, shop=shop.port, down=free_port())
        node = home.serve()
        until_told(mailbox, "down", 1)
        filler = fill(volume)
        shop.close()
        until_told(mailbox, "shop", 1)
        shop.open()
        until_told(mailbox, "shop", 2)
        filler.unlink()
        shop.close()
        until_told(mailbox, "shop", 3)
        until(lambda: not home.queue(), "an empty queue")
        assert not any(MARK in subject for subject in subjects(mailbox, "shop"))
        assert none_twice(mailbox) and node.poll() is None
        home.end()


def test_when_the_disk_breaks_the_alarm_arrives_without_the_queue_and_later_by_it(
    home, mailbox, shop, tmp_path
):
    disk = tmp_path / "disk"
    with ext4(disk, 64):
        store_at(home, disk)
        define(home, mailbox, shop=shop.port)
        node = home.serve()
        breaks(disk)
        shop.close()
        until_told(mailbox, "shop", 1)
        (urgent,) = (mail for mail in mailbox.mails if " shop" in mail["Subject"])
        assert urgent["Subject"].startswith(MARK)
        assert "sent directly" in urgent.get_content()
        assert node.poll() is None
        node.send_signal(signal.SIGKILL)
        node.wait()
        mended(disk)
        home.serve()
        until_told(mailbox, "shop", 2)
        until(lambda: not home.queue(), "an empty queue")
        assert not subjects(mailbox, "shop")[1].startswith(MARK)
        assert none_twice(mailbox)
        home.end()


def test_a_process_that_was_stopped_goes_on_where_it_was(home, mailbox, shop):
    define(home, mailbox, shop=shop.port, down=free_port())
    node = home.serve()
    until_told(mailbox, "down", 1)
    os.kill(node.pid, signal.SIGSTOP)
    shop.close()
    time.sleep(5)  # longer than a look may be late without being noticed
    os.kill(node.pid, signal.SIGCONT)
    until_told(mailbox, "shop", 1)
    assert "clocks out of step" in log(home)
    shop.open()
    until_told(mailbox, "shop", 2)
    assert counted(mailbox) == (1, 2) and none_twice(mailbox)


def test_the_steady_clock_counts_what_the_machine_slept():
    """Or a sleep would look like a clock that was set, and nobody would hear that nobody watched.
    A time namespace sets the clock on that goes on in a sleep, and leaves the other one."""
    look = (
        "import time, noroshi.app.composition as a; print(a.REAL.steady() - time.monotonic())"
    )
    asleep = ["unshare", "-Ur", "--time", "--boottime", "36000"]
    ran = subprocess.run(
        [*asleep, sys.executable, "-c", look], capture_output=True, text=True, check=True
    )
    assert round(float(ran.stdout)) >= 36000


def set_clock(clock, offset):
    """Whole at any moment: the node reads it as it likes."""
    new = clock.with_suffix(".new")
    new.write_text(f"{offset}\n", encoding="utf-8")
    new.replace(clock)


def out_of_step(home, how):
    """By how many seconds, each time that the node saw it. That a busy machine lets it wait, now
    and then, is none."""
    seen = re.findall(rf"clocks out of step .*{how}=(-?[0-9.]+)", log(home))
    return [by for by in map(float, seen) if abs(by) > 3000]


def under_faketime(home, clock, **more):
    set_clock(clock, "+0")
    fake = {"LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(clock)}
    fake |= {"FAKETIME_CACHE_DURATION": "1"} | more
    node = home.start("-c", WITH_VARIABLES, str(home.folder), json.dumps(fake))
    assert node.stdout.readline(), log(home)
    return node


@pytest.mark.parametrize("hour", ["+3600", "-3600"], ids=["an hour on", "an hour back"])
def test_a_wall_clock_that_is_set_blinds_nobody_and_repeats_nothing(
    home, mailbox, shop, tmp_path, hour
):
    define(home, mailbox, shop=shop.port, down=free_port())
    clock = tmp_path / "clock"
    under_faketime(home, clock, FAKETIME_DONT_FAKE_MONOTONIC="1")
    until_told(mailbox, "down", 1)
    set_clock(clock, hour)
    until(lambda: out_of_step(home, "set"), "the node to see that its clock was set")
    shop.close()
    until_told(mailbox, "shop", 1)
    set_clock(clock, "+0")
    until(lambda: len(out_of_step(home, "set")) == 2, "the clock to be right again")
    shop.open()
    until_told(mailbox, "shop", 2)
    assert counted(mailbox) == (1, 2) and none_twice(mailbox)
    apart = abs(sent_at(mailbox, "shop", 0) - sent_at(mailbox, "down", 0))
    assert apart.total_seconds() > 3000


def test_mails_of_a_clock_that_was_ahead_hold_up_no_mail_after_a_restart(
    home, mailbox, shop, tmp_path
):
    """The mails of those six hours are on record as of times that are yet to come."""
    define(home, mailbox, contact="one_by_one = 1", shop=shop.port, down=free_port())
    clock = tmp_path / "clock"
    node = under_faketime(home, clock, FAKETIME_DONT_FAKE_MONOTONIC="1")
    until_told(mailbox, "down", 1)
    set_clock(clock, "+21600")
    until(lambda: out_of_step(home, "set"), "the node to see that its clock was set")
    shop.close()
    until_told(mailbox, "shop", 1)
    set_clock(clock, "+0")
    until(lambda: len(out_of_step(home, "set")) == 2, "the clock to be right again")
    node.send_signal(signal.SIGTERM)
    node.wait(PATIENCE)
    assert latest_accepted(home) > datetime.now(UTC) + timedelta(hours=5)
    home.serve()
    shop.open()
    until_told(mailbox, "shop", 2)
    assert none_twice(mailbox)


def latest_accepted(home):
    with closing(sqlite3.connect(home.folder / "noroshi.db")) as store:
        (at,) = store.execute("select max(at) from receipt where taken > 0").fetchone()
    return datetime.fromtimestamp(at / 1e6, UTC)


def test_a_process_that_was_stopped_for_an_hour_goes_on_and_tells_nothing_twice(
    home, mailbox, shop, tmp_path
):
    """An hour on both clocks, the wall's and the steady one, while it could not look."""
    ports = {f"down{n}": free_port() for n in range(20)}
    define(home, mailbox, shop=shop.port, **ports)
    clock = tmp_path / "clock"
    node = under_faketime(home, clock)
    until_told(mailbox, "down", 20)
    os.kill(node.pid, signal.SIGSTOP)
    set_clock(clock, "+3600")
    shop.close()
    os.kill(node.pid, signal.SIGCONT)
    until_told(mailbox, "shop", 1)
    until(lambda: out_of_step(home, "slept"), "the node to see that it was stopped")
    shop.open()
    until_told(mailbox, "shop", 2)
    assert counted(mailbox) == (20, 2) and none_twice(mailbox)
    apart = sent_at(mailbox, "shop", 1) - sent_at(mailbox, "down", 0)
    assert apart.total_seconds() > 3000


class Asked(BaseHTTPRequestHandler):
    """Notes on its server what it was asked for."""

    def do_GET(self):
        self.server.paths.append(self.path)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *said):
        """Silent."""


def test_a_service_manager_and_a_url_hear_that_it_lives_and_that_it_stops(home, tmp_path):
    with (
        HTTPServer(("127.0.0.1", 0), Asked) as listening,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager,
    ):
        listening.paths = []
        Thread(target=listening.serve_forever, daemon=True).start()
        with (home.folder / "noroshi.toml").open("a", encoding="utf-8") as settings:
            settings.write(f'\nbeat = "http://127.0.0.1:{listening.server_port}/ping/canary"\n')
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(PATIENCE)
        variables = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "4000000"}
        node = home.start("-c", WITH_VARIABLES, str(home.folder), json.dumps(variables))
        assert [manager.recv(99) for _ in range(3)] == [b"READY=1", *[b"WATCHDOG=1"] * 2]
        until(lambda: listening.paths == ["/ping/canary"], "the first beat")
        node.send_signal(signal.SIGTERM)
        while (said := manager.recv(99)) != b"STOPPING=1":
            assert said == b"WATCHDOG=1"
        assert node.wait(PATIENCE) == 0
        assert "canary" not in log(home)
        listening.shutdown()
