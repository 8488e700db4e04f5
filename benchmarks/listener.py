"""The watched ports, as a program of its own: it takes connections and writes down when.

Arguments: a JSON file of [address, port] pairs, and the file for the log. Commands come by the
standard input, one a line; each is answered by its word and the time at which it was done:

    close FIRST END   stop listening: connections are refused
    mute FIRST END    never answer again: SYNs are dropped, as by a machine that is gone
    flush             have the log in its file
"""

from __future__ import annotations

import json
import os
import resource
import select
import socket
import sys
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
BACKLOG = 128
AT_ONCE = 50  # ports that a command changes before the others are served again
CELL = "{} {:.6f}\n"


def main() -> None:
    """Serve until the standard input ends."""
    resource.setrlimit(
        resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2
    )
    targets, log = Path(sys.argv[1]), Path(sys.argv[2])
    with log.open("w", buffering=1 << 16, encoding="ascii") as lines:
        Listener(json.loads(targets.read_text()), lines.write, lines.flush).serve()


class Listener:
    """An epoll loop over all ports and the commands."""

    def __init__(
        self,
        targets: list[tuple[str, int]],
        write: Callable[[str], object],
        flush: Callable[[], object],
    ) -> None:
        self.write, self.flush = write, flush
        self.poll = select.epoll()
        self.sockets = [_listening(address, port) for address, port in targets]
        self.numbers = {sock.fileno(): n for n, sock in enumerate(self.sockets)}
        self.fillers = list[socket.socket]()
        self.jobs = deque[Callable[[], object]]()
        for fd in self.numbers:
            self.poll.register(fd, select.EPOLLIN)

    def serve(self) -> None:
        """Take connections and commands until there are no more commands."""
        os.set_blocking(0, False)
        self.poll.register(0, select.EPOLLIN | select.EPOLLHUP)
        _answer("ready")
        while True:
            for fd, _ in self.poll.poll(0 if self.jobs else None):
                if fd:
                    self._take(fd)
                elif not self._obey():
                    return
            if self.jobs:
                self.jobs.popleft()()

    def _take(self, fd: int) -> None:
        """Whoever waits at a port. The handshake was over before: the time is an upper bound."""
        number = self.numbers.get(fd)
        if number is None:
            return  # muted or closed within this very round
        try:
            self.sockets[number].accept()[0].close()
        except OSError:
            return  # it went away again
        self.write(CELL.format(number, time.time()))

    def _obey(self) -> bool:
        text = os.read(0, 1 << 12).decode()
        for line in text.splitlines():
            word, *numbers = line.split()
            if word == "flush":
                self.jobs.append(self.flush)
            else:
                act = {"close": self._close, "mute": self._mute}[word]
                first, end = map(int, numbers)
                for start in range(first, end, AT_ONCE):
                    self.jobs.append(_job(act, range(start, min(start + AT_ONCE, end))))
            self.jobs.append(_job(_answer, word))
        return bool(text)

    def _close(self, numbers: range) -> None:
        for number in numbers:
            self._forget(number)
            self.sockets[number].close()

    def _mute(self, numbers: range) -> None:
        """With the queue of a listening socket full, Linux drops each further SYN."""
        for number in numbers:
            sock = self.sockets[number]
            self._forget(number)
            sock.listen(0)
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(sock.getsockname())
            self.fillers.append(filler)

    def _forget(self, number: int) -> None:
        fd = self.sockets[number].fileno()
        self.poll.unregister(fd)
        del self.numbers[fd]


def _listening(address: str, port: int) -> socket.socket:
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((address, port))
    sock.listen(BACKLOG)
    sock.setblocking(False)
    return sock


def _job(act: Callable[[T], object], about: T) -> Callable[[], object]:
    return lambda: act(about)


def _answer(word: object) -> None:
    print(f"{word} {time.time():.6f}", flush=True)


if __name__ == "__main__":
    main()
