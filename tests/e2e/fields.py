"""A hub and its agents as computers of their own (machines.py), and a server for mail beside them."""

import os
import re
import signal
import socket
import struct
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

from noroshi.cli.clients.socket import SocketClient
from noroshi.cli.errors import RefusedError
from noroshi.core.cadence import EPOCH, phase
from noroshi.core.digest_id import id_of_set
from tests.e2e.hubs import Hub, Server
from tests.e2e.machines import Field
from tests.e2e.relays import Relay
from tests.e2e.world import PATIENCE, Mailbox, until

PORT = 7664
TURN = timedelta(seconds=10)  # the interval of the monitor `clock`
MILLISECOND = timedelta(milliseconds=1)  # stored times have no more digits
FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
WATCH = """
source = "{name}"
every = "1s"
rules = ["ops"]
[[group]]
name = "net"
[[group.monitor]]
name = "shop"
kind = "port"
[group.monitor.options]
port = 8000
[[group.monitor]]
name = "clock"
id = "{clock}"
kind = "port"
every = "10s"
rules = []
[group.monitor.options]
port = 8001
[[group.monitor]]
name = "disks"
kind = "disk"
every = "5s"
rules = []
"""
ROUTE = """
kind = "smtp"
[options]
host = "{host}"
port = {port}
protection = "none"
sender = "noroshi@example.com"
"""


def clock_of(name):
    """The id of the monitor `clock` of an agent, which says when its turns are."""
    return f"01K{name.removeprefix('fs'):0>23}"


class OnMachine:
    """A node on a computer of its own, whose log outlives it."""

    machine = None

    @property
    def log(self):
        return self.machine.folder.with_suffix(".log")

    def call(self, op, **args):
        door = SocketClient(self.folder / "door.sock", patience=lambda _: PATIENCE)
        return door.call(op, **args)

    def status(self):
        return self.call("status")

    @property
    def process(self):
        """The process of the node itself, by whoever listens at its door."""
        with socket.socket(socket.AF_UNIX) as caller:
            caller.connect(str(self.folder / "door.sock"))
            credentials = caller.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        return struct.unpack("3i", credentials)[0]

    def kill(self):
        """It is gone at once, and whoever started it knows."""
        os.kill(self.process, signal.SIGKILL)
        self.running[-1].wait()

    @contextmanager
    def standing_still(self):
        """Its process is stopped, and goes on at the end."""
        process = os.pidfd_open(self.process)
        try:
            signal.pidfd_send_signal(process, signal.SIGSTOP)
            yield
        finally:
            with suppress(ProcessLookupError):  # it was killed
                signal.pidfd_send_signal(process, signal.SIGCONT)
            os.close(process)

    def events(self, name):
        """The events of an agent's shop, oldest first."""
        found = self.call("log", monitor=f"{name}/net/shop", last=1000)["events"]
        return [(one["id"], one["after"]) for one in reversed(found)]

    def times(self, name):
        """When they happened."""
        found = self.call("log", monitor=f"{name}/net/shop", last=1000)["events"]
        return [datetime.fromisoformat(one["at"]) for one in reversed(found)]

    def level(self, name):
        """The level of an agent's shop, "" while it is not known."""
        found = [one for one in self.status()["monitors"] if one["path"] == f"{name}/net/shop"]
        return found[0]["level"] if found and found[0]["known"] else ""

    def disks(self, name):
        """The volumes of an agent."""
        (found,) = [m for m in self.status()["monitors"] if m["path"] == f"{name}/net/disks"]
        return {one["item"] for one in found["items"]}


class FieldHub(OnMachine, Hub):
    def __init__(self, machine):
        self.machine = machine
        super().__init__(machine.outside / "node", PORT)

    def shows(self, agent, patience=PATIENCE):
        """It has what the agent saw last."""

        def is_shown():
            return self.level(agent.name) == agent.seen[-1]

        until(is_shown, f"{agent.name} at the hub", patience)

    def begin(self):
        node = self.serve_warm()
        address = self.machine.address
        self.call("agents_listen", host=address, address=address, port=PORT)
        return node


class FieldAgent(OnMachine, Server):
    """An agent that watches a shop of its own computer. `seen` are the levels that it
    saw, one for each event."""

    def __init__(self, machine):
        self.machine, self.name = machine, machine.name
        super().__init__(machine.outside / "node")
        self.is_set_back = False
        self.shop, self.seen = Shop(machine, 8000), []
        self.clock = Shop(machine, 8001)
        self.clock.open()
        self.ahead, self.lives = timedelta(0), []

    def serve_warm(self):
        return self._live(super().serve_warm)

    def _live(self, serve, ahead=timedelta(0)):
        """Another life of its node, by a wall clock that is so far ahead."""
        if self.lives:
            self.lives[-1].until = datetime.now(UTC) + self.ahead
        self.ahead = ahead
        node = serve()
        self.begin_life()
        return node

    def begin_life(self):
        """From its next turn on, it is to look at its clock."""
        now, looks = self.looks()
        if now:
            self.lives.append(Life(looks[-1] if looks else None, now))

    def serve_by_clock(self, minutes):
        """A node whose wall clock is so many minutes ahead of all others'."""
        fake = {
            "LD_PRELOAD": str(FAKETIME),
            "FAKETIME": f"{minutes * 60:+}",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        variables = ("env", *(f"{name}={value}" for name, value in fake.items()))
        program = (*self.machine.prefix, *variables, sys.executable, "-u", "-m", "noroshi.cli")
        command = [*program, *self._home(), "serve"]
        return self._live(
            lambda: self._said(self._open(command, env=self._env())), timedelta(minutes=minutes)
        )

    def looks(self):
        """The time by its wall clock, and when it looked at its clock, as it stored that."""
        try:
            shown = self.call("monitor_show", monitor=f"{self.name}/net/clock", last=1000)
        except RefusedError:  # it has no such monitor yet
            return None, []
        points = shown["series"][0]["points"] if shown["series"] else []
        now, *times = map(datetime.fromisoformat, (shown["at"], *(one["at"] for one in points)))
        return now, times

    def keeps_to_its_grid(self):
        """In each of its lives, it looked at its clock at each turn, and once."""
        now, looks = self.looks()
        firsts = [_index_after(looks, life.last_before) for life in self.lives]
        ends = [*firsts[1:], len(looks)]
        for life, first, end in zip(self.lives, firsts, ends, strict=True):
            begun, of_life = self._turn(life.since), looks[first:end]
            times = [at for at in of_life if self._turn(at) > begun and life.includes(at)]
            turns = [self._turn(at) for at in times]
            assert turns == [*range(begun + 1, begun + 1 + len(turns))], (
                self.name,
                life,
                times,
            )
            assert all(self._since_turn(at) < TURN / 2 for at in times), (self.name, times)
        assert self._turn(now) - (begun + len(turns)) <= 1, (self.name, now, times)

    def _turn(self, moment):
        """The number of the last turn by then."""
        return self._since_grid(moment) // TURN

    def _since_turn(self, moment):
        return self._since_grid(moment) % TURN

    def _since_grid(self, moment):
        return moment + MILLISECOND - EPOCH - phase(clock_of(self.name)) * TURN

    def sees(self, level):
        until(lambda: self.level(self.name) == level, f"{level} at {self.name}")
        self.seen.append(level)

    def until_sender(self, sender):
        """Whose turn it is to send, by what the agent says, once its hub knows of its route."""

        def is_it():
            link = self.link()
            return link["sender"] == sender and link["sender_reason"] != "unknown-route"

        until(is_it, f"{sender} at {self.name}", 2 * PATIENCE)

    def turns(self):
        """At which turns its clock was looked at, by the first of them: each ten seconds."""
        return [round((visit - self.clock.visits[0]) / 10) for visit in self.clock.visits]

    def flip(self):
        """The shop opens, or closes, and the agent has it in its log."""
        if self.shop.is_open:
            self.shop.close()
            self.sees("critical")
        else:
            self.shop.open()
            self.sees("ok")


class Shop:
    """A port of a computer that answers, or does not. `visits` are the times of the steady clock at
    which somebody came."""

    def __init__(self, machine, port):
        self.visits, self.port, self._machine, self._listener = [], port, machine, None

    @property
    def is_open(self):
        return self._listener is not None

    def open(self):
        self.visits.clear()
        with self._machine.network():
            self._listener = socket.create_server(("127.0.0.1", self.port))
        self._keeper = threading.Thread(target=self._keep, args=(self._listener,))
        self._keeper.start()

    def close(self):
        if self._listener is not None:
            self._listener.shutdown(socket.SHUT_RDWR)  # ends the accept
            self._keeper.join()
            self._listener.close()
            self._listener = None

    def _keep(self, listener):
        while True:
            try:
                visitor, _ = listener.accept()
            except OSError:
                return
            self.visits.append(time.monotonic())
            visitor.close()


@dataclass
class Life:
    """A life of a node: the last look that was stored before it, since when it is watched, and when
    the next life began, by the wall clock of this one."""

    last_before: datetime | None
    since: datetime
    until: datetime | None = None

    def includes(self, look):
        """Whether it is no look of the next life, which was stored before that was watched."""
        return self.until is None or look < self.until


def _index_after(looks, one):
    """Where the looks after that one begin; they may all be, as those before make room."""
    return looks.index(one) + 1 if one in looks else 0


class Fleet:
    """A hub, agents fs01 to fsNN, and a server for mail, each on a computer of its own. `settings`
    are of the hub."""

    def __init__(self, folder, agents, settings=""):
        self.field, self.agents, self.relays = Field(folder), [], []
        self.mailbox = self.hub = None
        self.may_repeat = set()  # alarms that may come twice, with one Message-ID
        try:
            self._begin(agents, settings)
        except BaseException:
            self.end()
            raise

    def _begin(self, agents, settings):
        self.post = self.field.machine("post", size=1)
        self.mailbox = Mailbox(self.post.address)
        self.open_mailbox()
        self.hub = FieldHub(self.field.machine("hub"))
        with (self.hub.folder / "noroshi.toml").open("a", encoding="utf-8") as file:
            file.write(settings)
        self.hub.begin()
        for number in range(1, agents + 1):
            self.join(self.field.machine(f"fs{number:02}"))
        self.hub.define(
            contacts__people='addresses = ["ops@example.com"]\none_by_one = 0',
            rules__ops='action = "mail"\ncontacts = ["people"]\nroutes = ["smtp1"]',
            routes__smtp1=self.route,
        )
        self.watch(*self.agents)

    @property
    def route(self):
        return ROUTE.format(host=self.post.address, port=self.mailbox.port)

    def give_routes(self, *agents):
        """Each of them can send by itself, and its hub knows."""
        for agent in agents:
            agent.define(routes__own=self.route)
        for agent in agents:
            agent.until_sender("linked")

    def join(self, machine, address=""):
        """Another agent, to which the hub has that address."""
        agent = FieldAgent(machine)
        self.agents.append(agent)
        join, where, code = self.hub.line()
        where = where.replace(self.hub.machine.address, address or self.hub.machine.address)
        agent.run(join, where, code, "--name", agent.name)
        agent.serve_warm()
        agent.until_linked()
        return agent

    def watch(self, *agents):
        """Each of them watches its shop, which is closed."""
        watched = {
            f"instances__{one.name}": WATCH.format(name=one.name, clock=clock_of(one.name))
            for one in agents
        }
        self.hub.define(**watched)
        for agent in agents:
            agent.sees("critical")
            until(lambda agent=agent: agent.looks()[1], f"a look of {agent.name} at its clock")
            agent.begin_life()

    def relay(self, delay):
        """A computer that passes on to the hub."""
        relay = Relay(self.field.machine("relay", size=1), self.hub.machine, PORT, delay)
        self.relays.append(relay)
        return relay

    def open_mailbox(self):
        with self.post.network():
            self.mailbox.close()
            self.mailbox.open()

    def mails(self):
        """How often each mail came, by its id in the ledger."""
        return Counter(_sent_id(mail["Message-ID"]) for mail in self.mailbox.mails)

    def alarms(self, agent, at=None):
        """The alarms of an agent's shop in the ledger of the hub, or of another node."""
        node = at or self.hub
        return node.call("ledger", monitor=f"{agent.name}/net/shop", last=1000)["rows"]

    def all_is_told(self):
        """The hub has each event of each agent once and in order; each alarm came as one mail; and
        the agents watch on their grid."""
        for agent in self.agents:
            agent.keeps_to_its_grid()
            self.has_the_log_of(agent)
            self.told_once(agent)
        carriers = {
            id for one in self.agents for ids in self.carriers(one).values() for id in ids
        }
        others = {id for id in self.mails().keys() - carriers if not id.startswith("notice/")}
        assert not others, others

    def has_the_log_of(self, agent):
        until(
            lambda: len(self.hub.events(agent.name)) >= len(agent.seen),
            f"the hub to have the log of {agent.name}",
        )
        known, seen = self.hub.events(agent.name), agent.events(agent.name)
        assert agent.is_set_back or known == seen, (known, seen)
        assert len(dict(known)) == len(known)
        assert [after for _, after in known] == agent.seen, (known, agent.seen)

    def told_once(self, agent):
        """Each event of the agent was one alarm, and came in one mail."""
        until(
            lambda: (
                [row["state"] for row in self.alarms(agent)] == ["accepted"] * len(agent.seen)
            ),
            f"{len(agent.seen)} alarms of {agent.name}",
        )
        carriers, mails = self.carriers(agent), self.mails()
        events = Counter(alarm.partition("/")[0] for alarm in carriers)
        assert events == {id: 1 for id, _ in self.hub.events(agent.name)}, events
        counts = {alarm: sum(mails[id] for id in ids) for alarm, ids in carriers.items()}
        often = {alarm: count for alarm, count in counts.items() if count != 1}
        assert often.keys() <= self.may_repeat and set(often.values()) <= {2}, often

    def carriers(self, agent):
        """The mails that may carry each alarm, by the ledgers of the hub and of the agent: its own,
        and those of several."""
        found = {}
        for node in (self.hub, agent):
            rows = self.alarms(agent, at=node)
            for row in rows:
                mails = {row["mail"], _sent_id_of_digest(row["digest"], rows)} - {""}
                found.setdefault(row["alarm"], set()).update(mails)
        return found

    def dates(self):
        """The dates of all mails."""
        return [parsedate_to_datetime(mail["Date"]) for mail in self.mailbox.mails]

    def end(self):
        for agent in self.agents:
            agent.shop.close()
            agent.clock.close()
        for relay in self.relays:
            relay.end()
        for node in (*self.agents, *([self.hub] if self.hub else ())):
            node.end()
        if self.mailbox:
            self.mailbox.close()
        self.field.end()


def _sent_id(message_id):
    """A digest that is put together anew has another ending."""
    id, _, _ = message_id.strip("<>").partition("@")
    return re.sub(r"(/together)~.*", r"\1", id)


def _sent_id_of_digest(digest, rows):
    """The id by which a digest of an agent's alarms is sent: that of all its mails."""
    members = {row["mail"] for row in rows if row["digest"] == digest}
    return id_of_set(members) if digest else ""
