"""The wire to a mail server: what is said on it, and the replies in the order in which they come.

Whoever says something says with it how many replies that has: one, or several where commands are
said in one go (RFC 2920). After a reply that nobody waits for it is unknown what the next one
replies to, so the connection is of no more use.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections import deque
from functools import lru_cache
from math import inf
from typing import NamedTuple, cast

from noroshi.transports.smtp.errors import (
    ConnectionLostError,
    ConnectionWasResetError,
    NotSmtpError,
    SmtpError,
)

LONGEST_LINE = 8192
"""Bytes of a line. RFC 5321, 4.5.3.1.5 allows 512; a server that says more is listened to still."""
LONGEST_REPLY = 4 * LONGEST_LINE
"""Bytes of all lines of a reply, which no RFC bounds; Exchange Online's longest has about 300."""
CODE = re.compile(rb"[0-9]{3}(?![0-9])")
CONTROL = re.compile(rb"[\x00-\x1f\x7f]")


class RawReply(NamedTuple):
    """Hold the server's reply word for word; "\\n" joins the texts of the lines."""

    code: int
    text: str


def command_line(*words: bytes) -> bytes:
    """Return a command as it is written. Raises ValueError for a control character, as after a line
    end would come another command."""
    line = b" ".join(words)
    if CONTROL.search(line):
        raise ValueError("a command with a control character in it")
    return line + b"\r\n"


@lru_cache(maxsize=64)  # the same few answers to each mail
def reply_of_line(line: bytes) -> RawReply | None:
    """Return the reply that a line is by itself; None if it is longer, or none at all."""
    if len(line) > LONGEST_LINE or not CODE.match(line) or line[3:4] == b"-":
        return None
    return RawReply(int(line[:3]), _text_of(line).decode("utf-8", "surrogateescape"))


def _text_of(line: bytes) -> bytes:
    return line[4:].strip(b" \t\r")


class ReplyParser:
    """Put replies together from bytes, however the network cut them."""

    def __init__(self) -> None:
        self._data, self._position = b"", 0
        self._lines, self._size = list[bytes](), 0

    @property
    def is_empty(self) -> bool:
        """Return whether all that came is in replies that were returned."""
        return self._position == len(self._data) and not self._lines

    def feed(self, data: bytes) -> None:
        """Take in what came next."""
        self._data, self._position = self._data[self._position :] + data, 0

    def next_reply(self) -> RawReply | None:
        """Return the next reply, if it is whole. Raises NotSmtpError; nothing can be read after
        that."""
        while (end := self._data.find(b"\n", self._position)) >= 0:
            line, self._position = self._data[self._position : end], end + 1
            if not self._lines and (reply := reply_of_line(line)) is not None:
                return reply
            if self._is_last(line):
                return self._complete_reply(line)
        if len(self._data) - self._position > LONGEST_LINE:
            raise NotSmtpError("a line that is too long")
        return None

    def _is_last(self, line: bytes) -> bool:
        """Take in a line (RFC 5321, 4.2.1), and return whether it is the last: a hyphen after
        the code says that another follows."""
        self._size += len(line)
        if len(line) > LONGEST_LINE or self._size > LONGEST_REPLY:
            raise NotSmtpError("a reply that is too long")
        if not CODE.match(line):
            raise NotSmtpError("a line without a code")
        self._lines.append(_text_of(line))
        return line[3:4] != b"-"

    def _complete_reply(self, last_line: bytes) -> RawReply:
        text = b"\n".join(self._lines).decode("utf-8", "surrogateescape")
        self._lines, self._size = [], 0
        return RawReply(int(last_line[:3]), text)


class SmtpProtocol(asyncio.Protocol):
    """Speak on one connection; one task at a time does.

    Replies that came can be read although the connection was lost meanwhile: a server may close it
    right after it has said why.
    """

    transport: asyncio.Transport | None = None

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._parser, self._replies = ReplyParser(), deque[RawReply]()
        self._due = 1
        """The number of replies still to be read. The first is the greeting."""
        self._has_surplus = False
        self._failure: type[SmtpError] | None = None
        """The reason why nothing comes after the replies at hand."""
        self._waiter: asyncio.Future[None] | None = None
        self._wait_ends_at = inf
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_connected(self) -> bool:
        """Return whether something can be said, as far as is known."""
        is_open = self.transport is not None and not self.transport.is_closing()
        return is_open and self._failure is None

    @property
    def in_step(self) -> bool:
        """Return whether the next reply will be the one to what is said next."""
        return not self._due and not self._has_surplus

    def write(self, data: bytes, replies: int = 1) -> None:
        """Write bytes that are replied to so many times. Raises ConnectionLostError, and has
        written nothing then."""
        if self.transport is None or not self.is_connected:
            raise ConnectionLostError("the connection is closed")
        if not self.in_step:
            raise ConnectionLostError("the connection is out of step")
        self._due = replies
        self.transport.write(data)

    async def read_reply(self, seconds: float | None = None) -> RawReply:
        """Return the next reply, for which it waits so long; None: for ever. Raises NotSmtpError, or
        ConnectionLostError, also if none came in time."""
        if not self._replies and self._failure is None:
            await self._wait(seconds)
        if not self._replies:
            assert self._failure is not None, "or it would wait still"
            raise self._failure("no reply comes any more")
        self._due -= 1
        return self._replies.popleft()

    async def start_tls(self, context: ssl.SSLContext, host: str) -> None:
        """Begin TLS, once the server has agreed to. Raises ssl.SSLError, or ConnectionLostError."""
        if self.transport is None or not self.is_connected:
            raise ConnectionLostError("the connection is closed")
        # RFC 3207, 4.2, CVE-2011-0411: what came until now may be anybody's, and must not be read
        # as if it had come in TLS. What comes from now on goes to TLS, as part of its handshake.
        self._parser, self._has_surplus = ReplyParser(), False
        try:
            self.transport = await self._loop.start_tls(
                self.transport, self, context, server_hostname=host
            )
        except ssl.SSLError:
            raise
        except OSError as error:  # time-outs are among these
            raise ConnectionLostError(str(error)) from None

    def abort(self) -> None:
        """Let go at once."""
        if self.transport is not None:
            self.transport.abort()

    # what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self._failure is not None or self._has_surplus:
            return  # nobody will read it, and it may be without end
        self._parser.feed(data)
        try:
            self._take_replies()
        except NotSmtpError:
            self._fail(NotSmtpError)

    def eof_received(self) -> None:
        self._fail(ConnectionLostError)

    def connection_lost(self, error: Exception | None) -> None:
        was_reset = isinstance(error, ConnectionError)
        self._fail(ConnectionWasResetError if was_reset else ConnectionLostError)
        if self._timer is not None:
            self._timer.cancel()

    def _take_replies(self) -> None:
        while len(self._replies) < self._due:
            reply = self._parser.next_reply()
            if reply is None:
                return
            self._replies.append(reply)
            self._wake()
        self._has_surplus = not self._parser.is_empty

    async def _wait(self, seconds: float | None) -> None:
        """Wait until there is a reply, or a failure. A timer costs less than asyncio.timeout(), which
        cancels the task, and there are several waits to a mail."""
        self._waiter = self._loop.create_future()
        if seconds is not None:
            self._end_wait_at(self._loop.time() + seconds)
        try:
            await self._waiter
        finally:
            self._waiter, self._wait_ends_at = None, inf

    def _end_wait_at(self, moment: float) -> None:
        """Let the wait fail then. Nearly every wait is over long before, so the timer is left for
        those that follow, and sets itself anew where one of them lasts longer."""
        self._wait_ends_at = moment
        if self._timer is not None and self._timer.when() > moment:
            self._timer.cancel()
            self._timer = None
        if self._timer is None:
            self._timer = self._loop.call_at(moment, self._end_wait)

    def _end_wait(self) -> None:
        self._timer = None
        if self._wait_ends_at <= self._loop.time():
            self._fail(ConnectionLostError)
        elif self._wait_ends_at < inf:
            self._end_wait_at(self._wait_ends_at)

    def _fail(self, failure: type[SmtpError]) -> None:
        if self._failure is None:
            self._failure = failure
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
