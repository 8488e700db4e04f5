"""Running a program so that nothing of it is left: no shell, no handles, an end in time.

1. It starts in a session and process group of its own, with an environment of its own.
2. At its own end, what is left of its group is killed before its number is free again.
3. At a time-out, a cancellation, or an end that leaves our pipes open, all that it ever
   started is killed too, wherever it moved to.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import os
import resource
import signal
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from noroshi.core.system import why
from noroshi.core.words import Words
from noroshi.hosts.programs import NOBODY, identity, real_path
from noroshi.hosts.threads import apart
from noroshi.ports import Program, Ran, Unmeasurable

log = logging.getLogger(__name__)

KEPT = 64 * 1024  # bytes of each output
DRAINED = 16 * KEPT  # bytes after which an output is taken to have no end
LINGER = 1.0  # seconds that pipes may stay open after the program's own end
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
LANG = "C.UTF-8"  # so that what it prints is in UTF-8, and in no tongue that a parser misreads
SWEEPS = 50  # looks for what is left; each kills all that it finds

RLIMIT_LOCKS = 10
"""Linux has not limited locks since 2.4, but still hands the number down at every fork and
exec (getrlimit(2)). Unlike a variable in the environment, no program sees or sheds it."""

SLOW = Words(
    en="no answer within {seconds:g} s; it and its children were ended",
    ja="{seconds:g} 秒以内に終わりませんでした。子プロセスも含めて終了させました",
)
ENDLESS = Words(
    en="it printed more than {most} KiB; it and its children were ended",
    ja="出力が {most} KiB を超えました。子プロセスも含めて終了させました",
)
NO_START = Words(en="cannot start {path}: {why}", ja="{path} を起動できません: {why}")
NO_USER = Words(
    en="there is no user {name} to run it as", ja="実行に使う利用者 {name} がいません"
)

_serials = itertools.count(1)
_marking = threading.Lock()


@dataclass(frozen=True, slots=True)
class _Started:
    """A running program: the handle that tells of its end, and the number that it bears."""

    child: subprocess.Popen[bytes]
    handle: int
    mark: int


async def run(program: Program) -> Ran:
    """Run it to its end; Unmeasurable if it cannot start, is too slow, or has no end.

    Whether it may run at all is asked before: see ProgramRules.
    """
    started = await _begin(program)
    ears = _Ears(started)
    clean = False
    try:
        clean = await ears.listen(program.timeout)
    finally:
        ears.close()
        await apart(lambda: _end(started) if clean else _end_all(started))
    return ears.ran(started.child.returncode)


async def _begin(program: Program) -> _Started:
    """Start it; if nobody waits for that any more, end it as soon as it has started."""
    starting = apart(lambda: _start(program))
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        starting.add_done_callback(_abandon)
        await asyncio.wait([starting], timeout=LINGER)
        raise


def _abandon(starting: asyncio.Future[_Started]) -> None:
    if starting.exception() is None:
        _end_all(starting.result())


class _Output:
    """One output of a program: its beginning, and the end of it."""

    def __init__(self, fd: int, over: asyncio.Event) -> None:
        self.fd, self._over = fd, over
        self.data, self.seen = bytearray(), 0
        self.loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[None] = self.loop.create_future()
        os.set_blocking(fd, False)
        self.loop.add_reader(fd, self._read)

    def _read(self) -> None:
        try:
            part = os.read(self.fd, KEPT)
        except BlockingIOError:
            return
        self.data += part[: KEPT - len(self.data)]
        self.seen += len(part)
        if self.seen > DRAINED:
            self._over.set()
        if not part or self.seen > DRAINED:
            self.close()

    def close(self) -> None:
        self.loop.remove_reader(self.fd)
        if not self.ended.done():
            self.ended.set_result(None)

    def __str__(self) -> str:
        return self.data.decode("utf-8", errors="replace")


class _Ears:
    """What the loop hears of a program: both outputs, and its end."""

    def __init__(self, started: _Started) -> None:
        self._handle = started.handle
        self._over = asyncio.Event()
        pipes = (started.child.stdout, started.child.stderr)
        self._outputs = [_Output(pipe.fileno(), self._over) for pipe in pipes if pipe]
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._handle, self._over.set)

    async def listen(self, seconds: float) -> bool:
        """Wait for its end; False if something that it left behind still holds our pipes."""
        try:
            async with asyncio.timeout(seconds):
                await self._over.wait()
        except TimeoutError:
            raise Unmeasurable(SLOW.fill(seconds=seconds)) from None
        self._loop.remove_reader(self._handle)
        self._refuse_a_flood()
        ends = [output.ended for output in self._outputs]
        _, still_open = await asyncio.wait(ends, timeout=LINGER)
        self._refuse_a_flood()
        return not still_open

    def _refuse_a_flood(self) -> None:
        if any(output.seen > DRAINED for output in self._outputs):
            raise Unmeasurable(ENDLESS.fill(most=DRAINED // 1024))

    def close(self) -> None:
        self._loop.remove_reader(self._handle)
        for output in self._outputs:
            output.close()

    def ran(self, code: int) -> Ran:
        output, errors = self._outputs
        cut = any(one.seen > len(one.data) for one in self._outputs)
        return Ran(code, str(output), str(errors), cut)


def _start(program: Program) -> _Started:
    path = program.argv[0]
    try:
        who = identity(program.runs_as)
        with _marked() as mark:
            child = subprocess.Popen(
                program.argv,
                executable=real_path(path),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                cwd="/",
                env={"PATH": PATH, "LANG": LANG, **program.env},
                start_new_session=True,
                user=who.uid if who else None,
                group=who.gid if who else None,
                extra_groups=who.groups if who else None,
            )
        return _Started(child, _handle(child), mark)
    except KeyError:
        name = program.runs_as or NOBODY
        raise Unmeasurable(NO_USER.fill(name=name)) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in an argument
        raise Unmeasurable(NO_START.fill(path=path, why=why(error))) from error


def _handle(child: subprocess.Popen[bytes]) -> int:
    """A handle on the process itself, which no later process of the same number inherits."""
    try:
        return os.pidfd_open(child.pid)
    except OSError:  # too many files are open
        child.kill()
        child.communicate()
        raise


@contextlib.contextmanager
def _marked() -> Iterator[int]:
    """What is started within bears this number; it is 0 where no number can be set."""
    with _marking:
        mark = os.getpid() << 24 | next(_serials) & 0xFFFFFF
        before = resource.getrlimit(RLIMIT_LOCKS)
        try:
            resource.setrlimit(RLIMIT_LOCKS, (mark, before[1]))
        except (OSError, ValueError):  # somebody set a lower limit for us
            mark = 0
        try:
            yield mark
        finally:
            resource.setrlimit(RLIMIT_LOCKS, before)


def _end(started: _Started) -> None:
    """Kill what is left of its group, and only then let its number go."""
    child = started.child
    with contextlib.suppress(ProcessLookupError, PermissionError):  # none left, or set-uid
        os.killpg(child.pid, signal.SIGKILL)
    try:
        child.wait(LINGER)
    except subprocess.TimeoutExpired:
        log.warning("a program cannot be ended, it hangs in the kernel pid=%d", child.pid)
    os.close(started.handle)
    for pipe in (child.stdout, child.stderr):
        if pipe:
            pipe.close()


def _end_all(started: _Started) -> None:
    """Kill all that it ever started, also what left its group or lost its parent."""
    known = set[int]() if started.mark else _children(started.child.pid)
    for pid in known:
        _kill(pid, 0)
    for _ in range(SWEEPS):
        found = {pid for pid in psutil.pids() if _bears(pid, started.mark)} - known
        if not found:
            break
        for pid in found:
            _kill(pid, started.mark)
        known |= found
    _end(started)


def _children(pid: int) -> set[int]:
    """Those that still have their parents: what can be known of a program without a mark."""
    try:
        return {child.pid for child in psutil.Process(pid).children(recursive=True)}
    except psutil.Error:
        return set()


def _bears(pid: int, mark: int) -> bool:
    try:
        limits = Path(f"/proc/{pid}/limits").read_bytes()
    except OSError:  # it has ended
        return False
    return mark != 0 and b" %d " % mark in limits


def _kill(pid: int, mark: int) -> None:
    """By a handle: between the look and the signal the number might pass to another."""
    with contextlib.suppress(OSError):
        handle = os.pidfd_open(pid)
        try:
            if mark == 0 or _bears(pid, mark):
                signal.pidfd_send_signal(handle, signal.SIGKILL)
        finally:
            os.close(handle)
