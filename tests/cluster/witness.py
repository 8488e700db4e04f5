"""Listen at the ports that nodes watch, close and open some of them, take the mails, and write all of it
down: a program of its own, which knows nothing of nodes but their addresses.

It is told on its input: `begin` to close ports from now on, `rest` to open all and to write down the
record once each closing was told of and ended, or nothing more came for so long, and to end.
"""

from __future__ import annotations

import contextlib
import json
import random
import re
import resource
import selectors
import socket
import sys
import threading
import time
from dataclasses import asdict, dataclass, field
from email import message_from_bytes, policy
from pathlib import Path

from aiosmtpd.controller import Controller

PORT = re.compile(r"port-(\d+)")
CRITICAL, RECOVERED, DIRECT = "[CRITICAL]", "[RECOVERED]", "[sent directly]"
FIRST_PORT, MAIL_PORT = 10000, 2525
NOTHING_MORE = 150.0
"""Seconds without a mail, after which what did not come is lost."""


@dataclass
class Closing:
    """A time within which a port was closed, and when a mail told so and told of its end."""

    port: int
    closed: float
    opened: float = 0.0
    told: float = 0.0
    ended: float = 0.0


@dataclass(frozen=True)
class Mail:
    """A mail as it came."""

    at: float
    node: str
    id: str
    subject: str
    ports: tuple[int, ...]


@dataclass
class Record:
    """Hold all that was seen. `looks` are by port: when, and from which address."""

    looks: list[list[tuple[float, str]]]
    closings: list[Closing] = field(default_factory=list)
    mails: list[Mail] = field(default_factory=list)


class Listeners:
    """Listen at many ports, and note who connects."""

    def __init__(self, address: str, count: int, record: Record) -> None:
        self._address, self._record = address, record
        self._selector = selectors.DefaultSelector()
        self._sockets = dict[int, socket.socket]()
        for port in range(count):
            self.open(port)

    def open(self, port: int) -> None:
        made = socket.create_server((self._address, FIRST_PORT + port), backlog=16)
        made.setblocking(False)
        self._sockets[port] = made
        self._selector.register(made, selectors.EVENT_READ, port)

    def close(self, port: int) -> None:
        made = self._sockets.pop(port)
        self._selector.unregister(made)
        made.close()

    def accept(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            with contextlib.suppress(OSError):
                caller, (address, _) = self._sockets[key.data].accept()
                self._record.looks[key.data].append((time.time(), address))
                caller.close()


class Sink:
    """Take mails."""

    def __init__(self, record: Record) -> None:
        self._record = record

    async def handle_DATA(self, _server, session, envelope):  # noqa: N802 - aiosmtpd's name
        mail = message_from_bytes(envelope.content, policy=policy.default)
        subject = str(mail["Subject"])
        text = mail.get_body(("plain",)).get_content() if DIRECT in subject else ""
        ports = tuple(dict.fromkeys(map(int, PORT.findall(subject + text))))
        self._record.mails.append(
            Mail(time.time(), session.peer[0], mail["Message-ID"], subject, ports)
        )
        return "250 2.0.0 OK"


class Closer:
    """Close ports at random. One that is closed stays so until a mail of the queue told of it, and is
    not closed again before another one told that it is over."""

    def __init__(self, seed: int, every: float, listeners: Listeners, record: Record) -> None:
        self._random, self._every = random.Random(seed), every
        self._listeners, self._record = listeners, record
        self._open_at = dict[int, float]()
        self._seen, self._next, self.rests = 0, 0.0, True
        self.under_way = dict[int, Closing]()

    def step(self) -> None:
        now = time.time()
        self._read_mails()
        for port in [port for port, at in self._open_at.items() if at <= now]:
            del self._open_at[port]
            self._listeners.open(port)
            self.under_way[port].opened = time.time()
        if not self.rests and now >= self._next:
            self._next = now + self._random.uniform(0.2, 1.8) * self._every
            self._close(self._random.randrange(len(self._record.looks)))

    def _close(self, port: int) -> None:
        if port not in self.under_way:
            self._listeners.close(port)
            self.under_way[port] = Closing(port, time.time())
            self._record.closings.append(self.under_way[port])

    def _read_mails(self) -> None:
        mails = self._record.mails[self._seen :]
        self._seen += len(mails)
        for mail in mails:
            if DIRECT not in mail.subject and not mail.id.startswith("<without-the-queue/"):
                for port in mail.ports:
                    self._read_mail(mail, port)

    def _read_mail(self, mail: Mail, port: int) -> None:
        closing = self.under_way.get(port)
        if closing is None:
            return
        if CRITICAL in mail.subject and not closing.told:
            closing.told = mail.at
            self._open_at[port] = mail.at + self._random.uniform(0, 2 * self._every)
        elif RECOVERED in mail.subject and closing.opened and mail.at > closing.opened:
            closing.ended = mail.at
            del self.under_way[port]


def main(folder: Path, address: str, count: int, seed: int, every: float) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (count + 500, count + 500))
    record = Record([[] for _ in range(count)])
    listeners = Listeners(address, count, record)
    closer = Closer(seed, every, listeners, record)
    commands = list[str]()
    threading.Thread(target=lambda: commands.extend(_lines()), daemon=True).start()
    sink = Controller(Sink(record), hostname=address, port=MAIL_PORT)
    sink.start()
    print("ready", flush=True)
    while "rest" not in commands or not _is_over(closer, record):
        closer.rests = "begin" not in commands or "rest" in commands
        listeners.accept(0.05)
        closer.step()
    sink.stop()
    text = json.dumps(asdict(record))
    (folder / "record.json").write_text(text, encoding="utf-8")
    print("written", flush=True)


def _lines():
    for line in sys.stdin:
        yield line.strip()


def _is_over(closer: Closer, record: Record) -> bool:
    """Return whether all was told of, or nothing more comes."""
    if not closer.under_way:
        return True
    last = max(
        (mail.at for mail in record.mails[-1:]),
        default=max(one.closed for one in closer.under_way.values()),
    )
    since = max(last, *(max(one.opened, one.closed) for one in closer.under_way.values()))
    return time.time() - since > NOTHING_MORE


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], *map(int, sys.argv[3:5]), float(sys.argv[5]))
