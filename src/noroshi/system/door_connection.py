"""Reach the door of a node on this computer: a Unix socket, or a named pipe of Windows."""

from __future__ import annotations

import sys
from typing import TypeAlias


class ForeignDoorError(PermissionError):
    """Report that another account holds the door; `owner` is its name."""

    def __init__(self, owner: str) -> None:
        super().__init__()
        self.owner = owner


if sys.platform == "win32":
    from pathlib import Path

    from noroshi.system.named_pipe import PIPES, Pipe, open_pipe, pipe_name
    from noroshi.system.owners import trusted_sids
    from noroshi.system.windows_security import account_name, owner_of

    DoorConnection: TypeAlias = Pipe

    def connect(door: str, seconds: float) -> DoorConnection:
        """Return a connection whose transfers take at most so long each. Raises FileNotFoundError if
        nobody listens, TimeoutError, ForeignDoorError, else OSError."""
        pipe = open_pipe(pipe_name(door), seconds)
        try:
            owner = pipe.owner()
            if owner not in trusted_sids() and owner != _owner_of_home(door):
                raise ForeignDoorError(account_name(owner))
        except BaseException:  # nobody else could close it
            pipe.close()
            raise
        return pipe

    def _owner_of_home(door: str) -> str:
        """Return whose home folder the door is named after, "" if it is named after none."""
        return "" if door.lower().startswith(PIPES) else owner_of(Path(door).parent)
else:
    import socket

    DoorConnection: TypeAlias = socket.socket

    def connect(door: str, seconds: float) -> DoorConnection:
        """Return a connection whose transfers take at most so long each. Raises FileNotFoundError
        or ConnectionRefusedError if nobody listens, BlockingIOError if too many wait, TimeoutError,
        else OSError."""
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(seconds)
            connection.connect(door)
        except BaseException:  # nobody else could close it
            connection.close()
            raise
        return connection
