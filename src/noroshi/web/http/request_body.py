"""Read the body of a request: only a small one is held in memory, and only an allowed one is
read."""

from __future__ import annotations

from collections.abc import AsyncIterator

from starlette.requests import Request

from noroshi.core.size import SMALL_TEXT
from noroshi.service import InvalidArgumentError
from noroshi.service.large_requests import ENOUGH, too_long
from noroshi.web.errors import WebError


class BodyTooLongError(WebError, InvalidArgumentError):
    """Report that a body exceeds the limit."""

    def __init__(self, most: int) -> None:
        error = too_long(most)
        super().__init__(error.words)


class Body:
    """Read a body of at most so many bytes. Of what is more somewhat is heard and thrown away:
    who closes with something unread takes the answer away as well."""

    def __init__(self, request: Request, most: int, small: int = SMALL_TEXT) -> None:
        self._stream, self.most, self._small = request.stream(), most, small
        self._first, self._length, self._is_over = b"", 0, False

    async def is_short(self) -> bool:
        """Return True if all of it is here, and is small. Raises BodyTooLongError."""
        parts = [self._first]
        while not self._is_over and self._length <= self._small:
            part = await anext(self._stream, None)
            if part is None:
                self._is_over = True
                break
            self._length += len(part)
            parts.append(part)
        self._first = b"".join(parts)
        if self._length > self.most:
            await self.read_to_end()
        return self._is_over and self._length <= self._small

    async def parts(self) -> AsyncIterator[bytes]:
        """Yield all of it as it arrives. Raises BodyTooLongError in the end."""
        if self._length <= self.most:
            first, self._first = self._first, b""
            yield first
        async for part in self._stream:
            self._length += len(part)
            if self._length <= self.most:
                yield part
            elif self._length > ENOUGH * self.most:
                break
        if self._length > self.most:
            raise BodyTooLongError(self.most)

    async def read_whole(self) -> bytes:
        """Return all of it in memory. Raises BodyTooLongError."""
        return b"".join([part async for part in self.parts()])

    async def read_to_end(self) -> None:
        """Read the body to the end, and keep nothing. Raises BodyTooLongError."""
        async for _ in self.parts():
            pass
