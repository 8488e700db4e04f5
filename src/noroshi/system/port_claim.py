"""Claim a port for one socket, so that no other program can listen there as well."""

from __future__ import annotations

import errno
import socket
import sys

if sys.platform == "win32":

    def claim(listener: socket.socket) -> None:
        """Let nobody else bind the port that this socket is about to bind. SO_REUSEADDR would let
        everybody (winsock: "Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE")."""
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)

    TAKEN_ERRORS = frozenset(
        {errno.WSAEADDRINUSE, errno.EADDRINUSE, errno.EACCES, errno.WSAEACCES}
    )
    """The errors of a port that another socket holds; the last two if that one holds it for itself."""
else:

    def claim(listener: socket.socket) -> None:
        """Let this socket bind a port whose earlier connections still fade; nobody else can
        listen there."""
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)

    TAKEN_ERRORS = frozenset({errno.EADDRINUSE})
    """The errors of a port that another socket holds."""
