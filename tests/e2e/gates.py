"""A gate on the way to a server: it lets connections through, cuts them off, or swallows what they carry."""

import socket
import threading
from contextlib import suppress

CHUNK = 64 * 1024


class Gate:
    """Listens on a port of its own, and passes on to `port`. While it is shut, whoever comes is turned
    away; while it swallows, connections stay open, and nothing comes through."""

    def __init__(self, port):
        self._target, self._lock, self._sockets = port, threading.Lock(), set()
        self._is_shut = self._swallows = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def shut(self):
        self._is_shut = True
        self._cut()

    def swallow(self):
        self._swallows = True

    def open(self):
        """Let all through from now on; what lost some of its bytes is cut off."""
        self._is_shut = self._swallows = False
        self._cut()

    def close(self):
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._cut()

    def _accept(self):
        while True:
            try:
                caller, _ = self._listener.accept()
            except OSError:
                return
            if self._is_shut:
                caller.close()
                continue
            threading.Thread(target=self._serve, args=(caller,), daemon=True).start()

    def _serve(self, caller):
        try:
            server = socket.create_connection(("127.0.0.1", self._target))
        except OSError:
            caller.close()
            return
        with self._lock:
            self._sockets |= {caller, server}
        threading.Thread(target=self._pass_on, args=(server, caller), daemon=True).start()
        self._pass_on(caller, server)

    def _pass_on(self, source, sink):
        with suppress(OSError):
            while data := source.recv(CHUNK):
                if not self._swallows:
                    sink.sendall(data)
        for one in (source, sink):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        with self._lock:
            self._sockets -= {source, sink}

    def _cut(self):
        with self._lock:
            sockets = list(self._sockets)
        for one in sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
