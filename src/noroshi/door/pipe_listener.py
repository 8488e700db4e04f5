"""A door as a named pipe, and who stands before it."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import asyncio
    import logging
    import threading
    from pathlib import Path

    from noroshi.door.caller_connection import Listener, Serve
    from noroshi.door.errors import CANNOT_LISTEN, NO_GROUP, DoorError
    from noroshi.door.line_stream import IDLE
    from noroshi.hosts.threads import run_in_thread
    from noroshi.knowledge.os_errors import cause_text
    from noroshi.service import Person, administrator, member
    from noroshi.system.named_pipe import ACCESS, Pipe, make_pipe, pipe_name
    from noroshi.system.owners import SERVICE
    from noroshi.system.windows_security import (
        ADMINISTRATORS,
        NETWORK,
        SYSTEM,
        account_name,
        group_sid,
        own_groups,
        own_sid,
        service_sid,
    )

    log = logging.getLogger(__name__)
    FIRST_BYTES = 1 << 16
    AGAIN_AFTER = 1.0
    """Seconds after which a new instance is tried, where Windows had no room for one."""

    async def listen(path: Path, group: str, serve: Serve) -> Listener:
        """Open the pipe of a path for us, SYSTEM, administrators and the group's members ("" for
        none), and serve each caller. Raises DoorError."""
        sid = _group_sid(group)
        try:
            return PipeListener(pipe_name(str(path)), sid, serve)
        except OSError as error:
            raise DoorError(CANNOT_LISTEN.fill(path=path, why=cause_text(error))) from None

    class PipeListener:
        """Take callers in at a pipe. A thread waits at the instance that is free."""

        def __init__(self, name: str, group_sid: str, serve: Serve) -> None:
            self._name, self._group_sid, self._serve = name, group_sid, serve
            self._access = access(own_sid(), group_sid, own_groups())
            self._free = make_pipe(name, self._access, is_first=True)
            self._loop, self._tasks = asyncio.get_running_loop(), set[asyncio.Future[None]]()
            self._is_closed, self._swapping = threading.Event(), threading.Lock()
            threading.Thread(target=self._take_in, daemon=True, name="noroshi-door").start()

        def close(self) -> None:
            """Take nobody in any more."""
            with self._swapping:
                self._is_closed.set()
                self._free.close()

        def remove(self) -> None:
            """Do nothing: a pipe ends with its last instance."""

        def _take_in(self) -> None:
            while not self._is_closed.is_set():
                try:
                    self._free.wait_for_client()
                    self._hand_over()
                except ConnectionAbortedError:  # by `close`
                    return
                except BrokenPipeError:  # who came is gone again
                    self._replace()
                except OSError:  # the system is short of something: others still want in
                    log.exception("the door %s could not take somebody in", self._name)
                    self._is_closed.wait(AGAIN_AFTER)
                    self._replace()

        def _hand_over(self) -> None:
            """Let whoever came be served, and wait at another instance."""
            pipe = self._free
            self._replace(keep=True)
            try:
                self._loop.call_soon_threadsafe(self._begin, pipe)
            except RuntimeError:  # the loop is closed: nobody serves any more
                pipe.close()

        def _replace(self, *, keep: bool = False) -> None:
            """Put another instance into the place of the one that was free, which is closed unless
            it is to be kept."""
            while True:
                try:
                    with self._swapping:
                        if self._is_closed.is_set():
                            return
                        old, self._free = self._free, self._make()
                except OSError:
                    log.exception("the door %s cannot take anybody in now", self._name)
                    self._is_closed.wait(AGAIN_AFTER)
                else:
                    break
            if not keep:
                old.close()

        def _make(self) -> Pipe:
            return make_pipe(self._name, self._access, is_first=False)

        def _begin(self, pipe: Pipe) -> None:
            connection = PipeConnection(pipe, self._group_sid)
            task = asyncio.ensure_future(self._serve(connection))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    class PipeConnection:
        """Talk with one caller over a pipe, and read from it."""

        def __init__(self, pipe: Pipe, group_sid: str) -> None:
            self._pipe, self._group_sid, self._first = pipe, group_sid, b""

        @property
        def reader(self) -> PipeConnection:
            """Return this: it reads as well."""
            return self

        async def person(self) -> Person | None:
            """Return who calls, by the kernel's word, which it gives once something was read; None:
            somebody who may not ask. Raises OSError and TimeoutError."""
            async with asyncio.timeout(IDLE):
                self._first = await run_in_thread(lambda: self._pipe.recv(FIRST_BYTES))
            return await run_in_thread(lambda: person(*self._pipe.client(), self._group_sid))

        async def read(self, size: int) -> bytes:
            """Return what came; b"" at the end. Raises OSError."""
            if self._first:
                first, self._first = self._first[:size], self._first[size:]
                return first
            return await run_in_thread(lambda: self._pipe.recv(size))

        async def send(self, data: bytes) -> None:
            """Send all of it. Raises OSError."""
            await run_in_thread(lambda: self._pipe.sendall(data))

        def close(self) -> None:
            """End the connection; what was sent still arrives."""
            self._pipe.close()

    def access(user: str, group_sid: str, own_groups: frozenset[str]) -> str:
        """Return who may open the pipe, in SDDL: nobody from the network, and the group's members
        not to make an instance of their own."""
        owner = pipe_owner(user, own_groups)
        allowed = "".join(f"(A;;GA;;;{sid})" for sid in (SYSTEM, ADMINISTRATORS, user))
        members = f"(A;;{ACCESS:#x};;;{group_sid})" if group_sid else ""
        return f"O:{owner}D:P(D;;GA;;;{NETWORK}){allowed}{members}"

    def pipe_owner(user: str, own_groups: frozenset[str]) -> str:
        """Return who is to own the pipe, so that callers trust it whatever account the service
        has."""
        trusted = (ADMINISTRATORS, service_sid(SERVICE))
        return next((sid for sid in trusted if sid in own_groups), user)

    def person(user: str, groups: frozenset[str], group_sid: str) -> Person | None:
        """SYSTEM, administrators and the node's own user may do everything; the group's members
        are operators."""
        if user in (SYSTEM, own_sid()) or ADMINISTRATORS in groups:
            return administrator(account_name(user))
        return member(account_name(user)) if group_sid and group_sid in groups else None

    def _group_sid(group: str) -> str:
        """Raises DoorError."""
        if not group:
            return ""
        try:
            return group_sid(group)
        except OSError:
            raise DoorError(NO_GROUP.fill(group=group)) from None
