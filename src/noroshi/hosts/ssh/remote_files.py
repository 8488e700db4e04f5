"""Read files of a computer by SFTP, for work that runs in a thread of its own."""

from __future__ import annotations

import asyncio
import errno
import io
import os
import shlex
import stat
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar, cast

import asyncssh

from noroshi.core.ssh_login import SshLogin
from noroshi.core.translation import _
from noroshi.hosts.files import WILDCARD
from noroshi.hosts.ssh.ssh_connection import SshConnection
from noroshi.ports import FileFact, Unmeasurable

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

T = TypeVar("T")
MOST_AT_ONCE = 1 << 18
"""Bytes of one request."""
PATIENCE = 15.0
"""Seconds for each request."""
MOST_FILES = 10_000
NO_SFTP = _(
    "log files are read over SFTP, which {where} does not offer to {user}. The SSH server must "
    "allow it (Subsystem sftp), and the key must not be restricted to one command"
)
ERRORS = {
    asyncssh.FX_NO_SUCH_FILE: errno.ENOENT,
    asyncssh.FX_NO_SUCH_PATH: errno.ENOENT,
    asyncssh.FX_PERMISSION_DENIED: errno.EACCES,
}


class RemoteFiles:
    """See ports.Files. Each method is called in a thread, and waits there for the loop."""

    def __init__(
        self, login: SshLogin, connection: SshConnection, loop: asyncio.AbstractEventLoop
    ) -> None:
        self._login, self._connection, self._loop = login, connection, loop
        self._opening = asyncio.Lock()
        self._sftp: tuple[asyncssh.SSHClientConnection, asyncssh.SFTPClient] | None = None

    def find(self, pattern: str) -> Sequence[FileFact]:
        """Return what matches; a path without wildcards that is not there is a FileNotFoundError."""
        if not WILDCARD.search(pattern):
            return (self._fact(pattern, self._status(pattern), self._identities([pattern])),)
        paths = self._matches(pattern)
        identities = self._identities(paths)
        facts = list[FileFact]()
        for path in paths:
            try:
                facts.append(self._fact(path, self._status(path), identities))
            except FileNotFoundError:  # renamed since the folder was read
                continue
        return tuple(facts)

    def open(self, path: str) -> tuple[BinaryIO, FileFact]:
        status = self._status(path)
        fact = self._fact(path, status, self._identities([path]))
        if not fact.regular:
            raise OSError(errno.EINVAL, "not a regular file", path)
        file = self._wait(path, self._open_file(path))
        return cast("BinaryIO", RemoteFile(file, lambda work: self._wait(path, work))), fact

    def _matches(self, pattern: str) -> list[str]:
        paths = self._wait(pattern, self._glob(pattern))
        return sorted(path for path in paths if _shows_hidden(pattern, path))[:MOST_FILES]

    def _status(self, path: str) -> asyncssh.SFTPAttrs:
        return self._wait(path, self._stat(path))

    def _identities(self, paths: Sequence[str]) -> dict[str, str]:
        """Return device and number of each file: SFTP does not tell them, and without them no
        renamed log is known again. "" where the computer does not tell."""
        if not paths:
            return {}
        line = f"ls -1iLd -- {shlex.join(paths)}"
        result = self._wait(paths[0], self._connection.run(line, PATIENCE))
        rows = (row.strip().partition(" ") for row in result.output.splitlines())
        return {path: number for number, _, path in rows if number.isdecimal()}

    def _fact(
        self, path: str, status: asyncssh.SFTPAttrs, identities: dict[str, str]
    ) -> FileFact:
        mode = status.permissions or 0
        return FileFact(
            path=path,
            identity=identities.get(path, path),
            size=status.size or 0,
            modified_ns=(status.mtime or 0) * 1_000_000_000 + (status.mtime_ns or 0),
            regular=stat.S_ISREG(mode),
        )

    async def _glob(self, pattern: str) -> Sequence[str]:
        return [str(path) for path in await (await self._client()).glob(pattern)]

    async def _stat(self, path: str) -> asyncssh.SFTPAttrs:
        return await (await self._client()).stat(path)

    async def _open_file(self, path: str) -> asyncssh.SFTPClientFile:
        return await (await self._client()).open(path, "rb")

    async def _client(self) -> asyncssh.SFTPClient:
        """Return a session on the connection that is open now: an older one ended with its own."""
        async with self._opening:  # several pieces of work may ask at once
            connection = await self._connection.open()
            if self._sftp is None or self._sftp[0] is not connection:
                self._sftp = connection, await self._new_session(connection)
            return self._sftp[1]

    async def _new_session(
        self, connection: asyncssh.SSHClientConnection
    ) -> asyncssh.SFTPClient:
        try:
            return await connection.start_sftp_client()
        except asyncssh.Error:
            arguments = {"where": self._login.host_and_port, "user": self._login.user}
            raise Unmeasurable(NO_SFTP.fill(**arguments)) from None

    def _wait(self, path: str, work: Coroutine[Any, Any, T]) -> T:
        """Wait in this thread for work on the loop. Raises OSError as the system does."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(2 * PATIENCE)
        except TimeoutError:
            future.cancel()
            raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT), path) from None
        except asyncssh.SFTPError as error:
            number = ERRORS.get(error.code, errno.EIO)
            raise OSError(number, os.strerror(number), path) from None
        except (asyncssh.Error, ConnectionError):
            raise OSError(errno.ECONNRESET, os.strerror(errno.ECONNRESET), path) from None


class RemoteFile(io.RawIOBase):
    """Read a file over there from an offset on. `wait` runs a request on the loop."""

    def __init__(
        self, file: asyncssh.SFTPClientFile, wait: Callable[[Coroutine[Any, Any, bytes]], bytes]
    ) -> None:
        super().__init__()
        self._file, self._wait_for, self._offset = file, wait, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._offset

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        if whence == os.SEEK_END:
            raise io.UnsupportedOperation("the end of a remote file moves")
        self._offset = offset if whence == os.SEEK_SET else self._offset + offset
        return self._offset

    def readinto(self, view: WriteableBuffer) -> int:
        place = memoryview(view).cast("B")
        piece = self._wait_for(self._read(min(len(place), MOST_AT_ONCE)))
        place[: len(piece)] = piece
        self._offset += len(piece)
        return len(piece)

    def close(self) -> None:
        if not self.closed:
            super().close()
            with suppress(OSError):  # nothing was written: what is not closed now ends with it
                self._wait_for(self._close_file())

    async def _read(self, size: int) -> bytes:
        return cast("bytes", await self._file.read(size, self._offset))

    async def _close_file(self) -> bytes:
        await self._file.close()
        return b""


def _shows_hidden(pattern: str, path: str) -> bool:
    """Return whether a match is meant: a wildcard begins no hidden name."""
    parts = zip(pattern.split("/"), path.split("/"), strict=False)
    return all(part.startswith(".") or not name.startswith(".") for part, name in parts)
