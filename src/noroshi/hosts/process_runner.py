"""Run a program so that nothing of it is left: no shell, no handles, an end in time.

The node asks a separate process, the launcher (launcher.py), to start the program and to hear
it out, and says when the program must end: at its time-out, or when nobody waits for it any
more. The launcher may be killed, or hang in the start of a program whose disk is away: then the
node ends what the launcher started, reports a fault for what may have run, begins anew what had
not begun, and starts another launcher.

A launcher starts one program at a time, and waits until the kernel has loaded it. So where a
launcher has much to do another one is started beside it, up to two for each processor.
"""

from __future__ import annotations

import asyncio
import logging
import mmap
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from itertools import count

from noroshi.core.translation import _
from noroshi.hosts import launcher
from noroshi.hosts.clearance import Clearance
from noroshi.hosts.program_texts import ENDLESS, HANGS, NO_START, SLOW
from noroshi.hosts.programs import ClearedProgram
from noroshi.hosts.threads import run_in_thread
from noroshi.knowledge.os_errors import cause_text
from noroshi.ports import Program, ProgramResult, Unmeasurable

assert sys.platform != "win32"  # job_runner.py is for Windows

log = logging.getLogger(__name__)

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
LANG = "C.UTF-8"  # so that what it prints is in UTF-8, and in no tongue that a parser misreads
PATIENCE = 3.0
"""Seconds between two looks at a launcher that does not begin what it was asked for: at the
second one it hangs. One look would not do, as it may have been stopped together with the node."""
ANSWERS = 5.0  # seconds in which a launcher that is told to end a program has done so
EXIT_PATIENCE, KILL_PATIENCE = 2.0, 1.0
"""Seconds in which it has ended one for which nobody waits any more, or itself; and in which it has
gone when it is killed. A node that stops has little time."""
KILL_TRIES, KILL_PAUSE, LATER_PAUSE = 20, 0.1, 1.0
"""Looks for what a lost launcher left, where the system lets nobody look now, and seconds between
two; and between those that follow, as long as the node does not stop."""
A_PROCESSOR = (
    2  # launchers at most for each: one waits, for the disk or its turn, and one starts
)
BUSY = 8  # programs about to begin, or just begun, with which a launcher asks for a second one
TRIES = 3  # launchers that may be lost before a program was begun

NO_LAUNCHER = _("the helper process that starts programs cannot be started: {why}")
LOST = _(
    "the helper process that starts programs was killed from outside Noroshi, so this "
    "program was terminated too; the helper process has been restarted"
)

_serials = count(1)


class _LauncherLostError(Exception):
    """The launcher is gone. `had_begun`: the program may have been started, and was ended."""

    def __init__(self, *, had_begun: bool) -> None:
        super().__init__()
        self.had_begun = had_begun


class _LauncherHungError(Exception):
    """The launcher hangs in the start of this very program."""


class _StartError(Exception):
    """The system refuses to start the program."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.error = OSError(number, os.strerror(number))


@dataclass(frozen=True, slots=True)
class _ProgramEnd:
    """A launcher's report on a program's end."""

    code: int
    flags: int
    output: bytes
    errors: bytes


@dataclass(slots=True, eq=False)
class _Run:
    """Hold a program that a launcher was asked for as its `request_number`th; `begin` is called
    once the program was started."""

    number: int
    request_number: int
    mark: int
    begin: Callable[[], None]
    started_at: float
    end_future: asyncio.Future[_ProgramEnd]
    pid: int = 0


class ProgramRunner:
    """Run programs by launchers, of which the first is started with the first program.
    Used from one loop."""

    def __init__(self, patience: float = PATIENCE, max_launchers: int = 0) -> None:
        """`max_launchers`: launchers at a time; 0: as many as our processors keep busy."""
        self._patience = patience
        self._max_launchers = max_launchers or A_PROCESSOR * len(os.sched_getaffinity(0))
        self._channels: list[_Channel] = []
        self._is_closed = False
        self.clearance = Clearance()

    async def run(self, program: Program, cleared_program: ClearedProgram) -> ProgramResult:
        """Run a program to its end; raise Unmeasurable if it cannot start, is too slow, or has
        no end."""
        path = program.argv[0]
        for _unused in range(TRIES):
            try:
                return _program_result(await self._run_once(program, cleared_program))
            except _LauncherLostError as launcher_error:
                if launcher_error.had_begun or self._is_closed:
                    break
            except _LauncherHungError:
                words = HANGS.fill(path=path, seconds=2 * self._patience)
                raise Unmeasurable(words) from None
            except _StartError as start_error:
                words = NO_START.fill(path=path, why=cause_text(start_error.error))
                raise Unmeasurable(words) from start_error.error
            except ValueError as error:  # a NUL in an argument
                raise Unmeasurable(NO_START.fill(path=path, why=cause_text(error))) from error
        raise Unmeasurable(LOST)

    async def _run_once(self, program: Program, cleared_program: ClearedProgram) -> _ProgramEnd:
        """Ask a launcher for the program, and end it at its time-out, which counts from its
        start."""
        loop, channel = asyncio.get_running_loop(), self._open()
        limit = asyncio.timeout(None)
        number = next(_serials)
        run = channel.start(
            _request(number, program, cleared_program),
            begin=lambda: limit.reschedule(loop.time() + program.timeout),
        )
        try:
            async with limit:
                return await asyncio.shield(run.end_future)
        except TimeoutError:
            await channel.end(run, ANSWERS)
            raise Unmeasurable(SLOW.fill(seconds=program.timeout)) from None
        except asyncio.CancelledError:
            await channel.end(run, EXIT_PATIENCE)
            raise

    def _open(self) -> _Channel:
        """Choose the launcher that has least to begin; one that hangs is not chosen for long."""
        # `close` waits for those that are lost too, until all that they started is ended.
        self._channels = [channel for channel in self._channels if not channel.is_ended]
        usable_channels = [channel for channel in self._channels if not channel.is_lost]
        least_loaded = min(usable_channels, key=lambda channel: channel.load, default=None)
        if least_loaded and (
            least_loaded.load < BUSY or len(usable_channels) >= self._max_launchers
        ):
            return least_loaded
        try:
            self._channels.append(_Channel(self._patience))
        except OSError as error:
            if least_loaded:
                return least_loaded
            raise Unmeasurable(NO_LAUNCHER.fill(why=cause_text(error))) from error
        return self._channels[-1]

    async def close(self) -> None:
        """End the launchers, and with them whatever still runs; what had not begun never does."""
        self._is_closed = True
        await asyncio.gather(*(channel.close() for channel in self._channels))


class _Channel:
    """Hold one launcher: the requests it got, and those it has not answered yet."""

    def __init__(self, patience: float) -> None:
        """Start a launcher. Raise OSError if no process can be started."""
        self._patience = patience
        self._loop = asyncio.get_running_loop()
        self._socket, child_socket = socket.socketpair()
        try:
            self._process, self._begun_memory = _launcher(child_socket)
        except BaseException:  # raised anew; the socket must not stay open
            self._socket.close()
            raise
        finally:
            child_socket.close()
        self._runs, self._unbegun_runs = dict[int, _Run](), dict[int, _Run]()
        self._received_bytes, self._unsent_bytes, self._requests = bytearray(), bytearray(), 0
        self._watch: asyncio.TimerHandle | None = None
        self._culprit: _Run | None = None
        self._ending: asyncio.Future[None] | None = None
        self._closing = threading.Event()
        self.is_lost = False
        self._socket.setblocking(False)
        self._loop.add_reader(self._socket, self._hear)

    @property
    def is_ended(self) -> bool:
        """Return True once it is lost or closed, and all that it started is ended too."""
        return self._ending is not None and self._ending.done()

    @property
    def load(self) -> int:
        """Return how many programs it was asked for that it has not told to run, or to have ended."""
        return len(self._unbegun_runs)

    def start(self, request: launcher.Request, begin: Callable[[], None]) -> _Run:
        """Ask for a program; ValueError for what no program can be given."""
        data, number = launcher.pack_request(request), request.run
        now, end_future = self._loop.time(), self._loop.create_future()
        end_future.add_done_callback(
            asyncio.Future.exception
        )  # when it comes, nobody may wait any more
        self._requests += 1
        run = _Run(number, self._requests, request.mark, begin, now, end_future)
        self._runs[number] = self._unbegun_runs[number] = run
        if self._watch is None:
            self._watch = self._loop.call_later(self._patience, self._look, None)
        self._tell(data)
        return run

    async def end(self, run: _Run, seconds: float) -> None:
        """Have a program ended with all that it started, and wait until that is done; a
        launcher that has not done it within so many seconds is lost."""
        run.begin = _do_nothing  # nobody waits for its end any more
        if not run.end_future.done():
            self._tell(launcher.pack_end(run.number))
            done_futures, _ = await asyncio.wait([run.end_future], timeout=seconds)
            if not done_futures:
                self._lose()
                await asyncio.wait([run.end_future], timeout=ANSWERS)

    async def close(self) -> None:
        """Close our end: the launcher ends what runs, and then itself; or it is done from here."""
        self._closing.set()
        await (self._ending or self._end(_wait_for_exit))

    # what is told and heard

    def _tell(self, data: bytes) -> None:
        if self.is_lost:
            return
        if not self._unsent_bytes:
            data = data[self._send(data) :]
            if data:
                self._loop.add_writer(self._socket, self._catch_up)
        self._unsent_bytes += data

    def _catch_up(self) -> None:
        del self._unsent_bytes[: self._send(self._unsent_bytes)]
        if not self._unsent_bytes:
            self._loop.remove_writer(self._socket)

    def _send(self, data: bytes | bytearray) -> int:
        try:
            return self._socket.send(data)
        except OSError:  # what is lost is noticed where it is heard
            return 0

    def _hear(self) -> None:
        try:
            part = self._socket.recv(4 * launcher.MOST_OUTPUT)
        except BlockingIOError:
            return
        except OSError:
            part = b""
        if not part:
            self._lose()
            return
        self._received_bytes += part
        for reply in launcher.unpack_replies(self._received_bytes):
            self._handle_reply(reply)

    def _handle_reply(self, reply: launcher.Reply) -> None:
        run = self._runs.get(reply.run)
        if run is None:
            return
        self._unbegun_runs.pop(reply.run, None)
        if reply.kind == launcher.STARTED:
            run.pid = reply.value
            run.begin()
            return
        del self._runs[reply.run]
        if run.end_future.done():
            return
        if reply.kind == launcher.FAILED:
            run.end_future.set_exception(_StartError(reply.value))
        else:
            program_end = _ProgramEnd(reply.value, reply.flags, reply.output, reply.errors)
            run.end_future.set_result(program_end)

    # what is lost

    def _look(self, suspect: _Run | None) -> None:
        """Look for a hang: a launcher that has not begun the same run at two looks hangs in
        it."""
        oldest = next(iter(self._unbegun_runs.values()), None)
        if oldest is None or self.is_lost:
            self._watch = None
        elif oldest is suspect:
            last = self._count()
            unbegun_runs = self._unbegun_runs.values()
            self._culprit = next(
                (run for run in unbegun_runs if run.request_number == last), oldest
            )
            self._lose()
        else:
            is_late = self._loop.time() - oldest.started_at >= self._patience
            args = (oldest if is_late else None,)
            self._watch = self._loop.call_later(self._patience, self._look, *args)

    def _lose(self) -> None:
        """Kill what may be left of the launcher and of what it started; then tell who waits."""
        if self.is_lost:
            return
        log.warning("the launcher of programs is lost pid=%d", self._process.pid)
        self._end(_end_all)

    def _end(
        self,
        end_process: Callable[[subprocess.Popen[bytes], Iterable[_Run], threading.Event], None],
    ) -> asyncio.Future[None]:
        """Let go of it, and fail what ran by it once all of that is ended."""
        self._let_go()
        runs = list(self._runs.values())
        self._ending = run_in_thread(lambda: end_process(self._process, runs, self._closing))
        self._ending.add_done_callback(lambda _: self._fail())
        return self._ending

    def _let_go(self) -> None:
        self.is_lost = True
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        self._socket.close()

    def _count(self) -> int:
        """Return how many it has begun, as it says itself, also when it is no more."""
        (count,) = launcher.BEGUN.unpack_from(self._begun_memory)
        return int(count)

    def _fail(self) -> None:
        count = self._count()
        for run in self._runs.values():
            if not run.end_future.done():
                is_hung = run is self._culprit
                run.end_future.set_exception(
                    _LauncherHungError()
                    if is_hung
                    else _LauncherLostError(had_begun=run.request_number <= count)
                )
        self._runs.clear()
        self._unbegun_runs.clear()
        self._begun_memory.close()


def _do_nothing() -> None:
    pass


def _launcher(child_socket: socket.socket) -> tuple[subprocess.Popen[bytes], mmap.mmap]:
    """Start a launcher with the socket, memory that it shares with us, and nothing else: no
    environment, no handle, and not our terminal."""
    memory_fd = os.memfd_create("begun")
    try:
        os.ftruncate(memory_fd, launcher.BEGUN.size)
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", launcher.__file__],
            stdin=child_socket.fileno(),
            stdout=memory_fd,
            env={},
            cwd="/",
            start_new_session=True,
        )
        return process, mmap.mmap(memory_fd, launcher.BEGUN.size)
    finally:
        os.close(memory_fd)


def _request(
    number: int, program: Program, cleared_program: ClearedProgram
) -> launcher.Request:
    mark = os.getpid() << 24 | number & 0xFFFFFF
    identity, env = cleared_program.identity, {"PATH": PATH, "LANG": LANG, **program.env}
    return launcher.Request(
        run=number & 0xFFFFFFFF,
        mark=mark if launcher.can_mark(mark) else 0,
        user=identity.uid if identity else -1,
        group=identity.gid if identity else -1,
        groups=identity.groups if identity else (),
        path=os.fsencode(cleared_program.path),
        argv=tuple(map(os.fsencode, program.argv)),
        env={os.fsencode(name): os.fsencode(value) for name, value in env.items()},
    )


def _program_result(program_end: _ProgramEnd) -> ProgramResult:
    if program_end.flags & launcher.HANGS:
        log.warning("a program cannot be ended, it hangs in the kernel")
    if program_end.flags & launcher.FLOOD:
        raise Unmeasurable(ENDLESS.fill(most=launcher.DRAINED // 1024))
    output, errors = (
        text.decode("utf-8", "replace") for text in (program_end.output, program_end.errors)
    )
    return ProgramResult(
        program_end.code, output, errors, bool(program_end.flags & launcher.CUT)
    )


def _wait_for_exit(
    process: subprocess.Popen[bytes], runs: Iterable[_Run], closing: threading.Event
) -> None:
    """Wait until a launcher has ended all, and then itself; one that cannot is no more waited for."""
    try:
        code = process.wait(EXIT_PATIENCE)
    except subprocess.TimeoutExpired:
        code = None
    if code != 0:
        _end_all(process, runs, closing)


def _kill_marked(marks: Collection[int], closing: threading.Event) -> None:
    """Kill all that bears one of these marks. It is found by files of /proc: where no file can be
    opened now, as too many are, it is tried again until one can; for a node that stops
    (`closing`) only for a while."""
    for attempt_count in count(1):
        try:
            return launcher.kill_all(marks)
        except OSError as error:
            log.warning("the programs of a lost launcher cannot be found: %s", error)
        if attempt_count < KILL_TRIES:
            time.sleep(KILL_PAUSE)
        elif closing.is_set():
            log.error("programs of a lost launcher may go on running marks=%s", sorted(marks))
            return None
        else:
            closing.wait(LATER_PAUSE)
    return None


def _end_all(
    process: subprocess.Popen[bytes], runs: Iterable[_Run], closing: threading.Event
) -> None:
    """End the launcher first, or it would start more."""
    process.kill()
    try:
        process.wait(KILL_PATIENCE)
    except subprocess.TimeoutExpired:
        log.warning("the launcher of programs does not end pid=%d", process.pid)
    _kill_marked({run.mark for run in runs if run.mark}, closing)
    for run in runs:
        if run.pid and not run.mark:
            launcher.kill_group(run.pid)
