"""Ports for what the tests open, close and open again, and for what must be closed."""

import socket
import sys


def free_port():
    """A port of this computer that nobody else is given for as long as this process lives.

    A socket that is bound and does not listen keeps it: the kernel gives it to nobody who asks
    for any port, nor to an outgoing connection; who connects is refused; and who wants just
    this one, with SO_REUSEADDR as servers have it, may listen. On Windows nobody may, so there
    the port is only one that was free.
    """
    with socket.socket() as found:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
        if sys.platform != "win32":
            found.detach()  # kept open until the process ends
    return port
