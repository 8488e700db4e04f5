"""The hub: a thousand agents report to one node, which is then killed and started again; and what
an agent of flesh and blood costs meanwhile.

The agents but one are stand-ins in a program of their own (`fleet`). An alarm is counted from the
moment at which it comes up there until the mail server has its mail.
"""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from math import inf
from pathlib import Path
from threading import Event, Thread
from typing import Any

from benchmarks.mails import read_mails, told
from benchmarks.node import Node
from benchmarks.programs import Helper, say, wait_until
from benchmarks.reference import cpu_of
from benchmarks.scene import SLOTS, alarm_name, contact_name, free_port, server_name
from noroshi.cli.clients.socket import SocketClient
from noroshi.config.settings_file import FILE as SETTINGS

HOST = "127.0.0.1"
AN_INVITATION = 500  # servers that one invitation lets join
REAL = "real"  # the name of the agent that is none of the stand-ins
GROUP, MEASURED = "base", "m1"  # of the monitor that is measured on order
KINDS = ("disk", "memory", "process")
OPTIONS = {"process": '[group.monitor.options]\nname = "noroshi"\n'}
SETTLED = 5.0  # seconds from the last configuration to the figures, and from these to the kill
DEAD_FOR = 3.0
PATIENCE = 180.0  # seconds after a restart in which all agents must be back
LAST_MAILS = 10.0  # seconds after the last alarm in which its mail may still come
OFTEN = 0.25  # seconds between two looks at /healthz
LONGEST = 30.0  # seconds that one answer of it may take, so that a bad one is measured too
BARE = 2000  # requests of the reference
DAY = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Hold how many agents, with how many monitors each (every minute), for how long they report
    (seconds), and how many alarms meanwhile, each of another agent; then how many orders are
    given, to others, and in how many seconds."""

    agents: int = 1000
    monitors: int = 30
    window: float = 40.0
    alarms: int = 140
    orders: int = 120
    orders_window: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """Hold the result of a run, in seconds, MB and shares of one core. `stored` and `told` are from an
    alarm to the hub's answer and to its mail, sorted; `untold`: alarms of which no mail came; `answered`: from an order to its answer, both at
    the hub's socket, sorted, and infinite without one;
    `cpu`, `bare_cpu`: of 1,000 requests, in seconds; `bytes_a_day`: of an agent; `back`: from the
    start of the hub until its last agent was answered; `health`: the answers of /healthz, sorted;
    `agent_resident`, `agent_of_a_core`: of the agent that is none of the stand-ins; `agent_at_first`: in
    its first run, in which it took up its configuration."""

    stored: tuple[float, ...]
    told: tuple[float, ...]
    untold: int
    answered: tuple[float, ...]
    refused: int
    requests: int
    cpu: float
    bare_cpu: float
    of_a_core: float
    resident: float
    peak: float
    bytes_a_day: float
    joined: float
    back: float
    health: tuple[float, ...]
    agent_at_first: float
    agent_resident: float
    agent_of_a_core: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The hub with its agents, how to ask it, and the programs at its other side."""

    hub: Node
    calls: SocketClient
    agent: Node
    fleet: Helper
    mails: Path
    figures: Path
    web_port: int


@dataclass
class Health:
    """Ask /healthz again and again, each time by a new connection; how long each answer took. While
    nobody listens there is none."""

    port: int
    took: list[float] = field(default_factory=list)

    def ask(self, ended: Event) -> None:
        while not ended.wait(OFTEN):
            began = time.monotonic()
            connection = HTTPConnection(HOST, self.port, timeout=LONGEST)
            try:
                connection.request("GET", "/healthz")
                connection.getresponse().read()
            except ConnectionError:
                continue
            except (OSError, HTTPException):
                self.took.append(LONGEST)
                continue
            finally:
                connection.close()
            self.took.append(time.monotonic() - began)


def run_hub(work: Path, size: Size) -> Answered:
    """One run; it takes the window and about a minute and a half."""
    work.mkdir(parents=True, exist_ok=True)
    with _stage(work, size) as (on, seen), _health_of(on.web_port) as health:
        say(f"{size.agents} agents report for {size.window:g} s")
        time.sleep(SETTLED)
        row = _measure(on, size)
        answered = _give_orders(on.calls, size)
        time.sleep(SETTLED)
        back = _restart(on)
    bare = cpu_of("answer", BARE)
    return Answered(
        **row,
        **seen,
        answered=tuple(sorted(answered)),
        back=back,
        health=tuple(sorted(health.took)),
        bare_cpu=bare / BARE * 1000,
    )


def _measure(on: Stage, size: Size) -> Mapping[str, Any]:
    on.fleet.tell("begin")
    start, before, agent_before = time.time(), on.hub.usage(), on.agent.usage()
    on.fleet.tell("events", size.alarms, size.window)
    seconds, after, agent_after = time.time() - start, on.hub.usage(), on.agent.usage()
    on.fleet.tell("end")
    figures = json.loads(on.figures.read_text())
    raised, cpu = figures["raised"], after.cpu - before.cpu
    wait_until(
        lambda: told(read_mails(on.mails)).first.keys() >= raised.keys(),
        time.time() + LAST_MAILS,
    )
    first = told(read_mails(on.mails)).first
    return {
        "stored": tuple(sorted(figures["taken"].values())),
        "told": tuple(sorted(first[name] - at for name, at in raised.items() if name in first)),
        "untold": size.alarms - len(raised.keys() & first.keys()),
        "refused": figures["refused"],
        "requests": figures["requests"],
        "cpu": cpu / figures["requests"] * 1000,
        "of_a_core": cpu / seconds,
        "resident": after.resident,
        "peak": after.peak,
        "bytes_a_day": figures["bytes"] / size.agents / seconds * DAY,
        "agent_resident": agent_after.resident,
        "agent_of_a_core": (agent_after.cpu - agent_before.cpu) / seconds,
    }


def _give_orders(calls: SocketClient, size: Size) -> list[float]:
    """Have agents that raise no alarm measure a monitor now, one after the other at an even pace.
    Return how long each answer took."""
    took, begun = list[float](), time.monotonic()
    quiet = [number for number in range(size.agents) if number % (size.agents // size.alarms)]
    for turn, number in enumerate(quiet[: size.orders]):
        time.sleep(max(0.0, begun + turn * size.orders_window / size.orders - time.monotonic()))
        started = time.monotonic()
        monitor = f"{server_name(number)}/{GROUP}/{MEASURED}"
        tried = calls.call("try_monitor", monitor=monitor)
        took.append(inf if tried["not_measured"]["en"] else time.monotonic() - started)
    return took


def _restart(on: Stage) -> float:
    """Kill the hub, and return how long after its start the last agent was back."""
    say("the hub is killed, and started again")
    on.hub.kill()
    time.sleep(DEAD_FOR)
    started = on.hub.start()
    return on.fleet.tell("back", started) - started


@contextmanager
def _stage(work: Path, size: Size) -> Iterator[tuple[Stage, Mapping[str, Any]]]:
    """Set up all of it; what was seen meanwhile comes with it."""
    mail_port, port, web_port = (free_port(HOST) for _ in range(3))
    mails, figures, codes, folder = (
        work / "mails.log",
        work / "fleet.json",
        work / "codes.json",
        work / "defined",
    )
    with ExitStack() as stack:
        stack.enter_context(Helper("sink", HOST, mail_port, mails))
        hub = _hub(work, mail_port, web_port, size)
        stack.callback(hub.stop)
        calls = SocketClient(hub.home / "door.sock", lambda op: PATIENCE)
        calls.call("agents_listen", host=HOST, address=HOST, port=port)
        lines = [_line(calls, AN_INVITATION) for _ in range(0, size.agents, AN_INVITATION)]
        codes.write_text(json.dumps([line[-1] for line in lines]))
        fleet = stack.enter_context(Helper("fleet", port, codes, size.agents, figures))
        say(f"{size.agents} agents join")
        began = time.time()
        joined = fleet.tell("join") - began
        agent = Node(work / REAL, first=(*_line(calls, 1), "--name", REAL))
        agent.start()
        stack.callback(agent.stop)
        _write(folder, _instances(size))
        hub.command("apply", folder)
        fleet.tell("link")
        agent_at_first = _restarted(agent)
        on = Stage(
            hub=hub,
            calls=calls,
            agent=agent,
            fleet=fleet,
            mails=mails,
            figures=figures,
            web_port=web_port,
        )
        yield on, {"joined": joined, "agent_at_first": agent_at_first}


def _restarted(agent: Node) -> float:
    """Start an agent again, as it is from its second run on; return its memory before that."""
    time.sleep(SETTLED)
    resident = agent.usage().resident
    agent.stop()
    agent.start()
    return resident


def _line(calls: SocketClient, servers: int) -> list[str]:
    """Return the words of a line by which so many servers join."""
    return shlex.split(calls.call("agent_invite", servers=servers)["line"])[1:]


def _hub(work: Path, mail_port: int, web_port: int, size: Size) -> Node:
    """Start the node with all but the instances, as these name agents that are not there yet."""
    hub = Node(work / "home")
    with (hub.home / SETTINGS).open("a", encoding="utf-8") as file:
        file.write(f"\n[web]\nport = {web_port}\n")
    hub.command("apply", _write(work / "defined", _common(mail_port, size)))
    hub.start()
    hub.await_work()
    return hub


def _common(mail_port: int, size: Size) -> Mapping[str, str]:
    contacts = {contact_name(number) for number in range(size.agents + 1)}
    files = {
        "instances/noroshi": "rules = []\n",
        "routes/smtp1": f'kind = "smtp"\nconnections = {SLOTS}\n\n[options]\nhost = "{HOST}"\n'
        f'port = {mail_port}\nprotection = "none"\nsender = "noroshi@example.com"\n',
    }
    for name in sorted(contacts):
        files[f"contacts/{name}"] = f'addresses = ["{name}@example.com"]\n'
        files[f"rules/{name}"] = f'action = "mail"\ncontacts = ["{name}"]\nroutes = ["smtp1"]\n'
    return files


def _instances(size: Size) -> Mapping[str, str]:
    names = {server_name(number): contact_name(number) for number in range(size.agents)}
    files = {
        f"instances/{name}": _instance(name, contact, alarm_name(number), size)
        for number, (name, contact) in enumerate(names.items())
    }
    files[f"instances/{REAL}"] = _instance(REAL, contact_name(size.agents), "first", size)
    return files


def _instance(name: str, contact: str, first: str, size: Size) -> str:
    text = f'source = "{name}"\nrules = ["{contact}"]\n[[group]]\nname = "{GROUP}"\nevery = "60s"\n'
    for number in range(size.monitors):
        kind = KINDS[number % len(KINDS)]
        monitor = f"m{number}" if number else first
        text += (
            f'[[group.monitor]]\nname = "{monitor}"\nkind = "{kind}"\n{OPTIONS.get(kind, "")}'
        )
    return text


def _write(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = folder / f"{name}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@contextmanager
def _health_of(port: int) -> Iterator[Health]:
    health, ended = Health(port), Event()
    thread = Thread(target=health.ask, args=(ended,))
    thread.start()
    try:
        yield health
    finally:
        ended.set()
        thread.join()
