"""Do HTTP as we need it: a POST or a GET, with a length limit on the answer and without
redirects."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Protocol

from noroshi.imports import ONE_AT_A_TIME
from noroshi.ports import TransportContext

MODULES = ("noroshi.network.http_client",)
"""Modules that `open_http` imports; they load slowly."""
LARGEST = 65_536
"""Bytes of an answer that are read; nobody needs more of it."""
LONGEST_PAUSE = timedelta(hours=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Set how long we wait, in seconds: for a connection, and for the answer; `idle` is how long a
    connection is kept between two requests."""

    connect: float = 15.0
    answer: float = 100.0
    idle: float = 20.0


@dataclass(frozen=True, slots=True)
class Reply:
    """Hold an answer; `headers` by name in small letters. The body may hold anything."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def date(self) -> datetime | None:
        """Return the time by the other side's clock (RFC 9110, 6.6.1); None if it does not say."""
        return date_in(self.headers.get("date", ""))

    def retry_at(self, now: datetime) -> datetime | None:
        """Return before when no further try is wanted: Retry-After in seconds, or as a date (RFC
        9110, 10.2.3). What is absurdly far off is cut."""
        value = self.headers.get("retry-after", "").strip()
        if value.isascii() and value.isdecimal():
            return now + min(timedelta(seconds=int(value[:9])), LONGEST_PAUSE)
        date = date_in(value)
        return min(date, now + LONGEST_PAUSE) if date is not None and date > now else None


def date_in(text: str) -> datetime | None:
    """Return an instant as mails and HTTP write it (RFC 5322, 3.3); None if it is none."""
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # a year or a zone beyond all bounds
        return None
    return date if date.tzinfo is not None else date.replace(tzinfo=UTC)


class Http(Protocol):
    """Send requests over connections that are kept. Several requests may run at once."""

    async def post(self, url: str, content: bytes, headers: Mapping[str, str]) -> Reply:
        """Post, and never follow a redirect. Raises ConnectError where nothing left, or
        NoAnswerError."""

    async def get(
        self, url: str, headers: Mapping[str, str], max_bytes: int = LARGEST
    ) -> Reply:
        """Ask as `post` does; read so many bytes of the answer."""

    async def close(self) -> None:
        """Let go of all connections. It may be called twice."""


Opens = Callable[[TransportContext, tuple[str, ...], Patience], Http]


async def open_http(
    context: TransportContext, ca_files: tuple[str, ...], patience: Patience = Patience()
) -> Http:
    """Open a client, which makes no connection yet. `ca_files` are trusted beside the system's
    and the network's."""
    opens = await asyncio.to_thread(_load)
    return opens(context, ca_files, patience)


def _load() -> Opens:
    with ONE_AT_A_TIME:
        from noroshi.network.http_client import HttpClient

    return HttpClient


class LazyHttp:
    """Open the HTTP client on first use: the import is slow."""

    def __init__(
        self, context: TransportContext, ca_files: tuple[str, ...], patience: Patience
    ) -> None:
        self._arguments = context, ca_files, patience
        self._http: Http | None = None
        self._opening = asyncio.Lock()

    async def open(self) -> Http:
        async with self._opening:
            if self._http is None:
                self._http = await open_http(*self._arguments)
            return self._http

    async def close(self) -> None:
        http, self._http = self._http, None
        if http is not None:
            await http.close()
