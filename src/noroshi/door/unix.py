"""A door as a Unix socket, and who stands before it."""

from __future__ import annotations

import sys

if sys.platform != "win32":
    import asyncio
    import grp
    import os
    import socket
    import struct
    from pathlib import Path

    from noroshi.door.caller_connection import Listener, Serve
    from noroshi.door.errors import CANNOT_LISTEN, NO_GROUP, DoorError
    from noroshi.knowledge.os_errors import cause_text
    from noroshi.service import Person, administrator, member
    from noroshi.system.owners import user_name

    UCRED = struct.Struct("3i")
    """The answer of SO_PEERCRED (unix(7)): process, user, group, as the kernel saw them."""
    ROOT = 0
    OURS_ALONE, GROUP_TOO = 0o600, 0o660
    CHUNK = 1 << 16

    async def listen(path: Path, group: str, serve: Serve) -> Listener:
        """Open a socket for us, root and the group's members ("" for none), and serve each caller.
        Raises DoorError."""

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await serve(SocketConnection(reader, writer, group))

        door = bind(path, group)
        return SocketListener(
            await asyncio.start_unix_server(answer, sock=door, limit=CHUNK), path
        )

    class SocketListener:
        """Take callers in at a socket."""

        def __init__(self, server: asyncio.Server, path: Path) -> None:
            self._server, self._path = server, path

        def close(self) -> None:
            """Take nobody in any more."""
            self._server.close()

        def remove(self) -> None:
            """Remove the socket's file."""
            self._path.unlink(missing_ok=True)

    class SocketConnection:
        """Talk with one caller over a socket."""

        def __init__(
            self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, group: str
        ) -> None:
            self.reader, self._writer, self._group = reader, writer, group

        async def person(self) -> Person | None:
            """Return who calls, by the kernel's word; None: somebody who may not ask."""
            return peer(self._writer.get_extra_info("socket"), self._group)

        async def send(self, data: bytes) -> None:
            """Send all of it. Raises OSError."""
            self._writer.write(data)
            await self._writer.drain()

        def close(self) -> None:
            """End the connection; what was sent still arrives."""
            self._writer.close()

    def bind(path: Path, group: str) -> socket.socket:
        """Open a socket for us, root and the group's members ("" for none). Raises DoorError.

        Whoever calls holds the life lock, so a socket that is there was left by a dead node.
        """
        door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            path.unlink(missing_ok=True)
            door.bind(str(path))
            if group:
                os.chown(path, -1, grp.getgrnam(group).gr_gid)
            path.chmod(GROUP_TOO if group else OURS_ALONE)
            door.listen()  # at once: a caller who is refused would take the node for dead
        except KeyError:
            door.close()
            raise DoorError(NO_GROUP.fill(group=group)) from None
        except OSError as error:
            door.close()
            raise DoorError(CANNOT_LISTEN.fill(path=path, why=cause_text(error))) from None
        return door

    def peer(connection: socket.socket, group: str) -> Person | None:
        """Return who is at the other end, by the kernel's word; None: somebody who may not
        ask."""
        raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, UCRED.size)
        _, user, first_group = UCRED.unpack(raw)
        return person(user, user_name(user), first_group, group)

    def person(user: int, name: str, first_group: int, group: str) -> Person | None:
        """Root and the node's own user may do everything; the group's members are operators."""
        if user in (ROOT, os.getuid()):
            return administrator(name)
        try:
            group_entry = grp.getgrnam(group)
        except KeyError:  # "" for none, or a group that was removed while we run
            return None
        return (
            member(name)
            if first_group == group_entry.gr_gid or name in group_entry.gr_mem
            else None
        )
