"""The wire to a mail server: aiosmtplib's protocol, and several commands said at once."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence

from aiosmtplib import SMTPReadTimeoutError, SMTPResponse, SMTPResponseException
from aiosmtplib.protocol import SMTPProtocol
from aiosmtplib.typing import SMTPStatus

LONGEST_REPLIES = 65_536
"""Bytes of answers that are taken in before anybody wants them."""


class SmtpProtocol(SMTPProtocol):
    """The protocol, which can tell whether more came than was asked for, and pipeline (RFC 2920).

    What is said ahead is answered in its order, by as many calls of `next_reply`. aiosmtplib
    drops what comes before somebody waits for it, so those answers are kept here.
    """

    _due = 0
    """Answers to what was said ahead that have not been taken yet: how many."""

    def __init__(self) -> None:
        super().__init__()
        self._queued = deque[SMTPResponse | SMTPResponseException]()

    @property
    def in_step(self) -> bool:
        return not self._buffer and not self._due

    def write_ahead(self, commands: Sequence[bytes]) -> None:
        """Say them all in one go. ConnectionError if the connection is closed; ValueError if
        one has a line end in it."""
        if any(b"\r" in command or b"\n" in command for command in commands):
            raise ValueError("a command with a line end in it")
        self._due, self._response_pending = len(commands), True
        self.write(b"".join(command + b"\r\n" for command in commands))

    async def read_response(self, timeout: float | None = None) -> SMTPResponse:
        """Read a response as aiosmtplib does, without a wait_for() for each: that is a good part of
        a mail's time."""
        waiting, loop = self._response_waiter, self._loop
        if timeout is None or waiting is None or waiting.done():
            return await super().read_response(timeout)
        timer = loop.call_later(timeout, self._is_late, waiting)
        try:
            return await super().read_response()
        finally:
            timer.cancel()

    async def next_reply(self, timeout: float) -> SMTPResponse:
        """Return the answer to the next of what was said ahead; raises as `read_response`
        does."""
        found: SMTPResponse | SMTPResponseException
        try:
            if self._queued and not self._has_untaken_reply():
                found = self._queued.popleft()
            else:
                found = await self.read_response(timeout)
        finally:
            self._due -= 1
        if isinstance(found, SMTPResponseException):
            raise found
        return found

    def data_received(self, data: bytes) -> None:
        if not self._due:
            super().data_received(data)
            return
        self._buffer.extend(data)
        for found in self._answers():
            self._hand_on(found)

    def _is_late(self, waiting: asyncio.Future[SMTPResponse]) -> None:
        if not waiting.done():
            late = SMTPReadTimeoutError("Timed out waiting for server response")
            self._set_response_exception(waiting, late)

    def _answers(self) -> list[SMTPResponse | SMTPResponseException]:
        """Return what the buffer has in whole, no more than is due."""
        missing = self._due - len(self._queued) - int(self._has_untaken_reply())
        found = list[SMTPResponse | SMTPResponseException]()
        try:
            while len(found) < missing and (one := self._read_response_from_buffer()):
                found.append(one)
        except SMTPResponseException as error:
            found.append(error)
        if len(self._buffer) > LONGEST_REPLIES:
            del self._buffer[:]
            found.append(
                SMTPResponseException(SMTPStatus.invalid_response.value, "Response too long")
            )
        return found

    def _has_untaken_reply(self) -> bool:
        """Return True if a reply came that nobody has taken yet; it comes before those in the
        queue."""
        return self._response_waiter is not None and self._response_waiter.done()

    def _hand_on(self, found: SMTPResponse | SMTPResponseException) -> None:
        """Give it to whoever waits, else keep it: the one before it has not been taken yet."""
        waiting = self._response_waiter
        if waiting is None or waiting.done() or self._queued:
            self._queued.append(found)
        elif isinstance(found, SMTPResponseException):
            self._set_response_exception(waiting, found)
        else:
            waiting.set_result(found)
