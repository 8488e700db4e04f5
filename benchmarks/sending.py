"""Sending: a queue of mails through one route on kept connections, beside bare aiosmtplib."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.certificate import make_certificate
from benchmarks.filling import TEXT
from benchmarks.node import Node
from benchmarks.programs import HOUSE, Helper, end, noroshi, say, wait_until
from benchmarks.scene import free_port
from benchmarks.usage import usage
from noroshi.core.mail import Envelope
from noroshi.transports.mime.message import compose

PATIENCE = 300.0  # seconds in which all mails must have left
SETTLED = 2.0  # seconds after the start, and before the mail server answers
START = 60.0  # seconds that the lab's start may take
NO_LIMIT = "mails_a_minute = 0\nrecipients_a_day = 0\n"
"""It is the way out that is measured, not what a mailbox of Microsoft 365 may send."""
SENDER, MAILBOX = "noroshi@example.com", "ops@example.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Hold how many mails, and by how many connections."""

    mails: int = 3000
    connections: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """Hold what a run showed: mails a second at the mail server, from the first to the last;
    CPU seconds for 1,000 mails; mails that were queued and never came, or came twice."""

    ours: float
    bare: float
    cpu_per_1000: float
    bare_cpu_per_1000: float
    missing: int
    left_in_queue: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The mail server, what it wrote down, and what stands beside it."""

    sink: Helper
    port: int
    ca_file: Path
    log: Path
    work: Path

    def taken(self) -> list[float]:
        """Return when each mail was taken."""
        self.sink.tell("flush")
        return [float(line) for line in self.log.read_text().splitlines()]


def run_sending(work: Path, size: Size) -> Sent:
    """One run: ours first, then the bare client, at the same mail server."""
    work.mkdir(parents=True, exist_ok=True)
    with _stage(work) as on, _lab(work) as lab:
        ours, cpu, left = _by_node(on, lab, size)
        bare, bare_cpu = _by_aiosmtplib(on, size, len(ours))
    return Sent(
        ours=_rate(ours),
        bare=_rate(bare),
        cpu_per_1000=cpu / size.mails * 1000,
        bare_cpu_per_1000=bare_cpu / size.mails * 1000,
        missing=abs(size.mails - len(ours)),
        left_in_queue=left,
    )


@contextmanager
def _stage(work: Path) -> Iterator[Stage]:
    certificate, ca_file = make_certificate(work)
    port, log = free_port("127.0.0.1"), work / "taken.log"
    with Helper("submission", "127.0.0.1", port, certificate, log) as sink:
        yield Stage(sink=sink, port=port, ca_file=ca_file, log=log, work=work)


@contextmanager
def _lab(work: Path) -> Iterator[Path]:
    """Entra ID, from which the node has its token."""
    folder = work / "lab"
    process = subprocess.Popen(
        noroshi("lab", "--folder", folder), stdout=subprocess.DEVNULL, text=True
    )
    try:
        wait_until((folder / "lab.json").exists, time.time() + START)
        yield folder
    finally:
        process.terminate()
        end(process)


def _by_node(on: Stage, lab: Path, size: Size) -> tuple[list[float], float, int]:
    """When our mails were taken, the CPU of it, and what was left in the queue."""
    with ExitStack() as stack:
        node = Node(on.work / "home")
        stack.callback(node.stop)
        node.command("apply", _definitions(on, lab, size))
        secret = json.loads((lab / "lab.json").read_text())["client_secret"]
        (on.work / "secret").write_text(secret)
        node.command("secret", "set", "lab-secret", "--file", on.work / "secret")
        say(f"queueing {size.mails} mails")
        fill = [sys.executable, "-m", "benchmarks.filling", str(node.home), str(size.mails)]
        subprocess.run(fill, check=True, cwd=HOUSE)
        node.start()
        node.await_work()
        time.sleep(SETTLED)
        before = node.usage()
        say("sending them")
        on.sink.tell("answer")
        until = time.time() + PATIENCE
        wait_until(lambda: len(on.taken()) >= size.mails, until)
        wait_until(lambda: node.status()["queue"]["waiting"] == 0, until)
        after, queue = node.usage(), node.status()["queue"]
    left = queue["waiting"] + queue["out"] + queue["set_aside"]
    return on.taken(), after.cpu - before.cpu, left


def _definitions(on: Stage, lab: Path, size: Size) -> Path:
    """The lab's cloud and app; its token is shown to our mail server."""
    folder = on.work / "defined"
    files = {
        "clouds/lab.toml": (lab / "definitions/clouds/lab.toml").read_text(),
        "accounts/app.toml": (lab / "definitions/accounts/lab-app.toml").read_text() + NO_LIMIT,
        "contacts/ops.toml": f'addresses = ["{MAILBOX}"]\n',
        "routes/smtp1.toml": f'kind = "smtp"\nconnections = {size.connections}\n\n[options]\n'
        f'account = "app"\nhost = "localhost"\nport = {on.port}\nprotection = "tls"\n'
        f'ca_file = "{on.ca_file}"\nsender = "{SENDER}"\n',
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def _by_aiosmtplib(on: Stage, size: Size, before: int) -> tuple[list[float], float]:
    """The same number of such mails, with nothing around them."""
    mail = on.work / "mail.eml"
    mail.write_bytes(compose(_like_ours(), SENDER, "Noroshi"))
    say("the same by bare aiosmtplib")
    given = (on.port, on.ca_file, mail, size.mails, size.connections)
    with Helper("bare", *given) as client:
        start = usage(client.process.pid)
        client.tell("go")
        spent = usage(client.process.pid).cpu - start.cpu
    return on.taken()[before:], spent


def _like_ours() -> Envelope:
    return Envelope(
        id="01JDM0000000000000000000AA/send/ops",
        routes=("smtp1",),
        contact="ops",
        to=(MAILBOX,),
        order="x",
        alarms=(),
        payload={"subject": "Mail 1234", "text": TEXT, "list": "noroshi"},
        born=datetime(2026, 4, 1, tzinfo=UTC),
    )


def _rate(at: Sequence[float]) -> float:
    """Mails a second between the first and the last."""
    return (len(at) - 1) / (max(at) - min(at)) if len(at) > 1 else 0.0
