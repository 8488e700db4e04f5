"""Give signs of life: request a URL each minute, and feed systemd's watchdog.

`fetch` and `ServiceManager` are the two ways out; `liveness` says whether the node is alive.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import ssl
import sys
from collections.abc import Callable, Mapping
from typing import Protocol
from urllib.parse import urlsplit

from noroshi.core.translation import Message
from noroshi.engine.liveness import NOT_WRITTEN_FOR_LONG, Liveness, find_stall
from noroshi.hosts.threads import run_in_thread
from noroshi.imports import ONE_AT_A_TIME
from noroshi.ports import Clocks
from noroshi.system.service_process import service_process

log = logging.getLogger(__name__)

STEP = 1.0
BEAT = 60.0
LATENESS_OF_SLEEP = (
    5.0  # seconds that a step may be late: else it was stopped with all the rest
)
TIMEOUT, LONGEST_FETCH = 10.0, 30.0

Fetch = Callable[[str, str], int]


class Supervisor(Protocol):
    """Hear from a service how it is."""

    @property
    def watchdog(self) -> float:
        """Return within how many seconds it wants to hear "WATCHDOG=1"; 0: never."""

    def notify(self, text: str) -> None:
        """Take a text of sd_notify(3)."""


class ServiceManager:
    """Talk to the service manager as sd_notify(3) describes it; to nobody without an address."""

    def __init__(self, address: str = "", watchdog: float = 0.0) -> None:
        """`watchdog`: seconds within which the manager wants to hear from us; 0: it does not."""
        self._address, self.watchdog = address, watchdog
        self._last_error = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> ServiceManager:
        """Read the service manager's variables (sd_watchdog_enabled(3))."""
        address = environment.get("NOTIFY_SOCKET", "")
        interval = environment.get("WATCHDOG_USEC", "")
        is_meant = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        watchdog = (
            int(interval) / 1e6
            if interval.isascii() and interval.isdigit() and is_meant
            else 0.0
        )
        return cls(address, watchdog if address else 0.0)

    def notify(self, text: str) -> None:
        """Send one datagram. A manager that does not listen is no reason to stop."""
        if not self._address or sys.platform == "win32":
            return
        # "@" stands for the NUL of Linux's abstract socket names.
        name = "\0" + self._address[1:] if self._address[0] == "@" else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
                sock.setblocking(False)
                sock.sendto(text.encode(), name)
            self._last_error = ""
        except OSError as error:
            reason = error.strerror or type(error).__name__
            if reason != self._last_error:  # once is enough: it is fed again and again
                log.warning("the service manager does not hear us: %s", reason)
            self._last_error = reason


def supervisor(environment: Mapping[str, str]) -> Supervisor:
    """Return what watches over this process: the service control manager of Windows, or whom the
    environment names."""
    return service_process() or ServiceManager.from_environment(environment)


def fetch(url: str, reason: str) -> int:
    """Return the status that a URL answers to GET, or to POST of a reason. Follow no redirects.

    Raises OSError or HTTPException. Nothing here logs the URL: whoever has it may use it.
    """
    with ONE_AT_A_TIME:
        from http.client import (  # only now: few nodes have a URL
            HTTPConnection,
            HTTPSConnection,
        )

    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    connection: HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection = HTTPSConnection(host, port, timeout=TIMEOUT, context=context)
    else:
        connection = HTTPConnection(host, port, timeout=TIMEOUT)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        # As bytes: http.client would write a text in Latin-1, and fail on all else.
        method, body = ("POST", reason.encode()) if reason else ("GET", None)
        connection.request(method, path, body, {"User-Agent": "Noroshi"})
        return connection.getresponse().status
    finally:
        connection.close()


class SignsOfLife:
    """Give signs of life as long as the node is alive, and only then."""

    def __init__(
        self,
        clocks: Clocks,
        liveness: Callable[[], Liveness],
        manager: Supervisor,
        beat: str = "",
        fetching: Fetch = fetch,
    ) -> None:
        """`beat` is a URL, or "" for none."""
        self._clocks, self._liveness, self._manager = clocks, liveness, manager
        self._url, self._fetch = beat, fetching
        self._stepped_at = clocks.steady()
        self._fed_at = self._beat_at = float("-inf")
        self._stall: Message | None = None
        self._failing_urls = False
        self.fetching: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Step each second until cancelled."""
        while True:
            try:
                self.step()
            except Exception:  # a bug here must not end the beat for ever
                log.exception("a sign of life could not be given")
            await asyncio.sleep(STEP)

    def step(self) -> None:
        """Judge whether the node is alive, and say so where it is time to."""
        now, previous_step = self._clocks.steady(), self._stepped_at
        self._stepped_at = now
        if now - previous_step > LATENESS_OF_SLEEP:
            return  # the watcher was stopped too: let it look at its schedule first
        liveness = self._liveness()
        self._feed(liveness, now)
        if self._url:
            self._beat(find_stall(liveness, now), now)

    def _feed(self, liveness: Liveness, now: float) -> None:
        interval = self._manager.watchdog / 4
        if not interval or now - self._fed_at < interval:
            return
        if find_stall(liveness, now, NOT_WRITTEN_FOR_LONG) is None:
            self._fed_at = now
            self._manager.notify("WATCHDOG=1")

    def _beat(self, stall: Message | None, now: float) -> None:
        """Request the URL each minute while all is well; when it is not, report once that it
        failed."""
        if (stall is None) != (self._stall is None):
            self._beat_at = float("-inf")
        elif stall is not None:
            return
        if now - self._beat_at < BEAT or (self.fetching and not self.fetching.done()):
            return
        self._beat_at, self._stall = now, stall
        if stall is not None:
            log.error("no beat any more: %s", stall.en)
        if url := self._url if stall is None else _failure_url(self._url):
            self.fetching = asyncio.create_task(self._get(url, stall.en if stall else ""))

    async def _get(self, url: str, reason: str) -> None:
        """Request the URL in a thread: looking a name up may hang. Log a failure once."""
        try:
            async with asyncio.timeout(LONGEST_FETCH):
                status = await run_in_thread(lambda: self._fetch(url, reason))
            trouble = "" if 200 <= status < 300 else f"it answered {status}"
        except (OSError, ValueError, _http_exception()) as error:
            # TimeoutError is an OSError, a name that can be none (IDNA) a ValueError.
            trouble = type(error).__name__
        if trouble and not self._failing_urls:
            log.warning("the beat to %s was not taken: %s", urlsplit(url).hostname, trouble)
        elif self._failing_urls and not trouble:
            log.info("the beat to %s is taken again", urlsplit(url).hostname)
        self._failing_urls = bool(trouble)


def _http_exception() -> type[Exception]:
    with ONE_AT_A_TIME:
        from http.client import HTTPException

    return HTTPException


def _failure_url(url: str) -> str:
    """Return where Healthchecks hears of a failure (healthchecks.io/docs/signaling_failures); ""
    for a URL with a query, which is of a service of another sort: there the silence tells it."""
    parts = urlsplit(url)
    return "" if parts.query else parts._replace(path=f"{parts.path.rstrip('/')}/fail").geturl()
