"""Start programs for a node, hear them out, and leave nothing of them: a small process of its own.

The node's process is large and has threads: a child under another user would cost it a copy of
its page tables and a thread that waits. This one has neither, holds no secret, and starts by
vfork. It runs by the standard library alone: `python -I -S launcher.py`, with the node's socket
as its standard input, and ends with that socket, after all that it started. So a node that is
killed leaves no program behind. Its standard output is memory that it shares with the node.

1. A program starts in a session and process group of its own, and bears a mark (see `_mark_of`).
2. At its own end, what is left of its group is killed before its number is free again.
3. When it is told to end, prints without an end, or leaves its outputs open for longer than
   LINGER after its end, all that it ever started is killed too, wherever it moved to.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import select
import signal
import socket
import struct
import sys
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from functools import partial

if sys.platform != "win32":
    import resource
assert sys.platform != "win32"  # job_runner.py is for Windows

MOST_OUTPUT = 64 * 1024  # bytes of each output
DRAINED = 16 * MOST_OUTPUT  # bytes after which an output is taken to have no end
LINGER = 1.0  # seconds that outputs may stay open after the program's own end
YOUNG = 0.05
"""Seconds for which nothing but a program's end is heard. Most have ended by then, so that one look
takes it all; what they printed waits in the pipes, which hold as much as is kept."""
SWEEPS = 50  # looks for what is left; each kills all that it finds

START, END = 1, 2
REQUEST = struct.Struct("<BIQqqHHHI")
"""The head of a request: what to do; the run; its mark; user (-1: as we are) and group; the
numbers of further groups, arguments and variables, and of the bytes that these take."""
STARTED, FAILED, ENDED = 1, 2, 3
REPLY = struct.Struct("<BIiBII")
"""The head of a reply: what happened; the run; its process, errno or exit code, flags, and how
many bytes of its output and errors follow."""
CUT, FLOOD, HANGS = 1, 2, 4
BEGUN = struct.Struct("<Q")
"""The number of programs that were begun or failed, with the one that is about to be started. It
stands in the shared memory: when a launcher is lost it tells the node which may have run."""

RLIMIT_LOCKS = 10
"""Linux has not limited locks since 2.4, but still hands the number down at every fork and
exec (getrlimit(2)). Unlike a variable in the environment, no program sees or sheds it."""
LOCKS_LINE = b"Max file locks"
OUR_SIGNALS = (
    signal.SIGINT,
    signal.SIGTERM,
    signal.SIGHUP,
    signal.SIGQUIT,
    signal.SIGPIPE,
    signal.SIGXFSZ,
)
"""Ignored here: a service manager tells all processes of a service to end, and this one ends
after the node. A program starts with all of them as they are by default."""


@dataclass(slots=True)
class Output:
    """Hold one output of a program: its beginning, and its `total` size in bytes."""

    fd: int
    data: bytearray = field(default_factory=bytearray)
    total: int = 0

    def read(self) -> bool:
        """Read the output as far as it is there and needed; return False at its end."""
        while self.total <= DRAINED:
            try:
                part = os.read(self.fd, MOST_OUTPUT)
            except BlockingIOError:
                return True
            if not part:
                return False
            self.data += part[: MOST_OUTPUT - len(self.data)]
            self.total += len(part)
        return True


@dataclass(slots=True, eq=False)
class Child:
    """A program that was started. `handle` tells of its end; `open_outputs` are the outputs
    that have not ended; `patience_end` is when patience with its next step ends."""

    run: int
    mark: int
    pid: int
    handle: int
    outputs: tuple[Output, Output]
    open_outputs: list[Output]
    patience_end: float = 0.0
    is_heard: bool = False
    has_ended: bool = False
    is_condemned: bool = False
    is_given_up: bool = False
    flags: int = 0


Planned = tuple[float, Child]
"""A program, and when it is looked at again."""


@dataclass(frozen=True, slots=True)
class Request:
    """A program to start, in bytes as the kernel takes them."""

    run: int
    mark: int
    user: int
    group: int
    groups: tuple[int, ...]
    path: bytes
    argv: tuple[bytes, ...]
    env: dict[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Reply:
    """The reply on a run; see REPLY."""

    kind: int
    run: int
    value: int
    flags: int
    output: bytes
    errors: bytes


class Launcher:
    """Hold all programs that run at one time, and the socket to the node."""

    def __init__(self, node: socket.socket, begun_memory: mmap.mmap) -> None:
        self._node, self._received_bytes, self._unsent_bytes = node, bytearray(), bytearray()
        self._begun_memory, self._count = begun_memory, 0
        self._poll, self._null = select.epoll(), os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
        self._handlers: dict[int, Callable[[], None]] = {}
        self._children: dict[int, Child] = {}
        self._young_children, self._planned_looks = deque[Planned](), deque[Planned]()
        self._condemned_children: list[Child] = []
        self._is_open, self._is_behind = True, False
        node.setblocking(False)
        self._poll.register(node.fileno(), select.EPOLLIN)

    def work(self) -> None:
        """Serve the node until its end of the socket is closed; then end what still runs."""
        while self._is_open:
            ready_fds = [fd for fd, _ in self._poll.poll(self._pause())]
            for fd in ready_fds:
                if handler := self._handlers.get(fd):
                    handler()
            # Last, as it opens handles: none of them is one that closed since it was ready.
            if self._node.fileno() in ready_fds:
                self._hear()
            self._look_at_the_time()
            self._sweep()
            self._send()
        for child in self._children.values():
            self._condemn(child)
        self._sweep()

    # the node

    def _hear(self) -> None:
        try:
            part = self._node.recv(4 * MOST_OUTPUT)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            part = b""
        self._is_open = self._is_open and bool(part)
        self._received_bytes += part
        while len(self._received_bytes) >= REQUEST.size:
            head = REQUEST.unpack_from(self._received_bytes)
            if len(self._received_bytes) < (size := REQUEST.size + head[-1]):
                break
            body = bytes(self._received_bytes[REQUEST.size : size])
            del self._received_bytes[:size]
            self._obey(head, body)

    def _obey(self, head: tuple[int, ...], body: bytes) -> None:
        if head[0] == START:
            self._start(unpack_request(head, body))
        elif child := self._children.get(head[1]):
            self._condemn(child)

    def _tell(
        self, kind: int, run: int, value: int, flags: int = 0, *data: bytes | bytearray
    ) -> None:
        output, errors = data or (b"", b"")
        self._unsent_bytes += REPLY.pack(kind, run, value, flags, len(output), len(errors))
        self._unsent_bytes += output
        self._unsent_bytes += errors

    def _send(self) -> None:
        if not self._unsent_bytes:
            return
        try:
            del self._unsent_bytes[: self._node.send(self._unsent_bytes)]
        except (BlockingIOError, InterruptedError):
            pass
        except OSError:
            self._is_open = False
        if bool(self._unsent_bytes) is not self._is_behind:
            self._is_behind = bool(self._unsent_bytes)
            events = select.EPOLLIN | (select.EPOLLOUT if self._unsent_bytes else 0)
            self._poll.modify(self._node.fileno(), events)

    # a program's life

    def _start(self, request: Request) -> None:
        self._count += 1
        BEGUN.pack_into(self._begun_memory, 0, self._count)
        with contextlib.ExitStack() as write_ends:
            try:
                child = self._spawn(request, write_ends)
            except OSError as error:
                self._tell(FAILED, request.run, error.errno or 0)
                return
        self._children[child.run] = child
        self._young_children.append((time.monotonic() + YOUNG, child))
        self._listen(child.handle, partial(self._has_ended, child))

    def _spawn(self, request: Request, write_ends: contextlib.ExitStack) -> Child:
        """Start the program. Close its ends of the pipes with `write_ends`, all if it cannot."""
        with contextlib.ExitStack() as until_started:
            outputs, actions = [], [(os.POSIX_SPAWN_DUP2, self._null, 0)]
            for number in (1, 2):
                read_end, write_end = os.pipe2(os.O_CLOEXEC)
                until_started.callback(os.close, read_end)
                write_ends.callback(os.close, write_end)
                os.set_blocking(read_end, False)
                outputs.append(Output(read_end))
                actions.append((os.POSIX_SPAWN_DUP2, write_end, number))
            with _mark_children(request.mark), _take_identity(request):
                pid = os.posix_spawn(
                    request.path,
                    request.argv,
                    request.env,
                    file_actions=actions,
                    setsid=True,
                    setsigmask=(),
                    setsigdef=OUR_SIGNALS,
                    resetids=request.user >= 0,
                )
            handle = _handle(pid)
            until_started.pop_all()
        stdout, stderr = outputs
        return Child(request.run, request.mark, pid, handle, (stdout, stderr), [stdout, stderr])

    def _listen(self, fd: int, handler: Callable[[], None]) -> None:
        self._handlers[fd] = handler
        self._poll.register(fd, select.EPOLLIN)

    def _unlisten(self, fd: int) -> None:
        """Stop watching a descriptor before it is closed: a program that is being executed may
        have it open still, and the kernel would tell of it under a number that is another's by
        then."""
        del self._handlers[fd]
        self._poll.unregister(fd)

    def _grow_up(self, child: Child) -> None:
        """Watch the outputs of a program from now on, and report its start to the node."""
        child.is_heard = True
        for output in child.open_outputs:
            self._listen(output.fd, partial(self._read, child, output))
        self._tell(STARTED, child.run, child.pid)

    def _read(self, child: Child, output: Output) -> None:
        goes_on = output.read()
        if output.total > DRAINED:
            child.flags |= FLOOD
            self._condemn(child)
        elif not goes_on:
            self._close(child, output)
            if child.has_ended and not child.open_outputs:
                self._finish(child)

    def _close(self, child: Child, output: Output) -> None:
        child.open_outputs.remove(output)
        if child.is_heard:
            self._unlisten(output.fd)
        os.close(output.fd)

    def _has_ended(self, child: Child) -> None:
        child.has_ended = True
        self._unlisten(child.handle)
        if child in self._condemned_children:
            return  # it is about to be swept, which finishes it
        if not child.is_heard and not child.is_condemned:
            self._read_up(child)
        elif child.is_condemned or not child.open_outputs:
            self._finish(child)
        else:
            self._wait(child)

    def _read_up(self, child: Child) -> None:
        """Read what a program that ended early printed: mostly no output is open any more."""
        for output in child.outputs:
            if not child.is_condemned:
                self._read(child, output)
        if child.open_outputs and not child.is_condemned:
            self._grow_up(child)
            self._wait(child)

    def _wait(self, child: Child) -> None:
        child.patience_end = time.monotonic() + LINGER
        self._planned_looks.append((child.patience_end, child))

    def _pause(self) -> float:
        """Return the seconds until one is no longer young, or patience ends; -1: never."""
        plans = (self._young_children, self._planned_looks)
        next_times = [plan[0][0] for plan in plans if plan]
        return max(0.0, min(next_times) - time.monotonic()) if next_times else -1

    def _look_at_the_time(self) -> None:
        now = time.monotonic()
        while self._young_children and self._young_children[0][0] <= now:
            _, child = self._young_children.popleft()
            if not (child.is_heard or child.is_condemned or child.has_ended):
                self._grow_up(child)
        while self._planned_looks and self._planned_looks[0][0] <= now:
            patience_end, child = self._planned_looks.popleft()
            if self._children.get(child.run) is not child or child.patience_end != patience_end:
                continue
            if child.is_condemned:
                self._give_up(child)
            else:
                self._condemn(child)  # it has ended, and left its outputs open

    def _condemn(self, child: Child) -> None:
        """Mark a program: all that it ever started is about to be killed."""
        if child.is_condemned:
            return
        child.is_condemned = True
        for output in list(child.open_outputs):
            self._close(child, output)
        self._condemned_children.append(child)

    def _sweep(self) -> None:
        """Kill what is condemned, by one look for all of it."""
        condemned_children, self._condemned_children = self._condemned_children, []
        if not condemned_children:
            return
        kill_all({child.mark for child in condemned_children if child.mark})
        for child in condemned_children:
            for pid in [] if child.mark else _descendants(child.pid):
                _kill(pid, frozenset())
            kill_group(child.pid)
            if child.has_ended:
                self._finish(child)
            else:
                self._wait(child)

    def _give_up(self, child: Child) -> None:
        """Give up on a program that hangs in the kernel; its number is freed when it ends."""
        child.is_given_up = True
        del self._children[child.run]
        self._tell(ENDED, child.run, -signal.SIGKILL, child.flags | HANGS)

    def _finish(self, child: Child) -> None:
        """Kill what is left of the program's group, and only then let its number go."""
        kill_group(child.pid)
        _, status = os.waitpid(child.pid, 0)
        os.close(child.handle)
        if child.is_given_up:
            return
        del self._children[child.run]
        output, errors = child.outputs
        if output.total > len(output.data) or errors.total > len(errors.data):
            child.flags |= CUT
        code = os.waitstatus_to_exitcode(status)
        self._tell(ENDED, child.run, code, child.flags, output.data, errors.data)


def unpack_request(head: tuple[int, ...], body: bytes) -> Request:
    _, run, mark, user, group, group_count, argument_count, _, _ = head
    groups = struct.unpack_from(f"<{group_count}I", body)
    path, *strings = body[4 * group_count :].split(b"\0")
    variables = [assignment.partition(b"=") for assignment in strings[argument_count:]]
    return Request(
        run=run,
        mark=mark,
        user=user,
        group=group,
        groups=groups,
        path=path,
        argv=tuple(strings[:argument_count]),
        env={name: value for name, _, value in variables},
    )


def pack_request(request: Request) -> bytes:
    """Return a request as it is told; ValueError for what no program can be given."""
    env = [name + b"=" + value for name, value in request.env.items()]
    strings = (request.path, *request.argv, *env)
    if any(b"\0" in part for part in strings):
        raise ValueError("embedded null byte")
    body = struct.pack(f"<{len(request.groups)}I", *request.groups) + b"\0".join(strings)
    counts = (len(request.groups), len(request.argv), len(env), len(body))
    head = (START, request.run, request.mark, request.user, request.group, *counts)
    return REQUEST.pack(*head) + body


def pack_end(run: int) -> bytes:
    """Return what tells to end a run."""
    return REQUEST.pack(END, run, 0, 0, 0, 0, 0, 0, 0)


def unpack_replies(buffer: bytearray) -> Iterator[Reply]:
    """Take the replies that are whole out of what was heard."""
    while len(buffer) >= REPLY.size:
        kind, run, value, flags, output, errors = REPLY.unpack_from(buffer)
        errors_start = REPLY.size + output
        if len(buffer) < (end := errors_start + errors):
            return
        yield Reply(
            kind,
            run,
            value,
            flags,
            bytes(buffer[REPLY.size : errors_start]),
            bytes(buffer[errors_start:end]),
        )
        del buffer[:end]


@contextlib.contextmanager
def _mark_children(mark: int) -> Iterator[None]:
    """Mark with this number all that is started within."""
    old_limit = resource.getrlimit(RLIMIT_LOCKS)
    if mark:
        resource.setrlimit(RLIMIT_LOCKS, (mark, old_limit[1]))
    try:
        yield
    finally:
        resource.setrlimit(RLIMIT_LOCKS, old_limit)


@contextlib.contextmanager
def _take_identity(request: Request) -> Iterator[None]:
    """Spawn within as that user (`resetids`), while we stay who we are.

    The real ids are lent, and the child makes them its effective ones. Its saved ones stay ours
    until it has executed the program, so that none of that user's processes can trace it while
    it shares our memory (ptrace(2), "Ptrace access mode checking").
    """
    if request.user < 0:
        yield
        return
    user, group = os.geteuid(), os.getegid()
    try:
        os.setgroups(request.groups)
        os.setresgid(request.group, group, group)
        os.setresuid(request.user, user, user)
        yield
    finally:
        os.setresuid(user, user, user)
        os.setresgid(group, group, group)


def _handle(pid: int) -> int:
    """Return a handle on the process itself, which no later process of the same number
    inherits."""
    try:
        return os.pidfd_open(pid)
    except OSError:  # too many files are open
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        raise


def can_mark(mark: int) -> bool:
    """Return whether programs can bear a mark: somebody may have set a lower limit for us."""
    hard_limit = resource.getrlimit(RLIMIT_LOCKS)[1]
    return hard_limit == resource.RLIM_INFINITY or mark <= hard_limit


# killing; the node does it too, for what a launcher left that was killed


def kill_all(marks: Collection[int]) -> None:
    """Kill all that bears one of these marks, also what left its group or lost its parent."""
    digits = frozenset(b"%d" % mark for mark in marks)
    killed = set[int]()
    for _ in range(SWEEPS if digits else 0):
        marked_pids = [p for p in _pids() if p not in killed and _mark_of(p) in digits]
        if not marked_pids:
            break
        for pid in marked_pids:
            _kill(pid, digits)
        killed.update(marked_pids)


def kill_group(group: int) -> None:
    """Kill what is left of a process group whose first process is not reaped yet."""
    with contextlib.suppress(ProcessLookupError, PermissionError):  # none left, or set-uid
        os.killpg(group, signal.SIGKILL)


def _pids() -> Iterator[int]:
    return (int(name) for name in os.listdir("/proc") if name.isdigit())  # noqa: PTH208  pathlib is slow


def _mark_of(pid: int) -> bytes:
    """Return the mark of a process, in digits; of one that bears none, its limit of locks."""
    try:
        handle = os.open(f"/proc/{pid}/limits", os.O_RDONLY | os.O_CLOEXEC)
    except (FileNotFoundError, ProcessLookupError, PermissionError):  # it has ended
        return b""
    try:
        limits = os.read(handle, 4096)
    except OSError:
        return b""
    finally:
        os.close(handle)
    return mark_in(limits)


def mark_in(limits: bytes) -> bytes:
    """Return the limit of locks in what /proc says of a process's limits; nothing where it says
    nothing, as of one that is going at this moment."""
    words = limits[limits.find(LOCKS_LINE) + len(LOCKS_LINE) :].split(None, 1)
    return words[0] if words else b""


def _kill(pid: int, marks: Collection[bytes]) -> None:
    """Kill by a handle: between the look and the signal the number might pass to another."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        handle = os.pidfd_open(pid)
        try:
            if not marks or _mark_of(pid) in marks:
                signal.pidfd_send_signal(handle, signal.SIGKILL)
        finally:
            os.close(handle)


def _descendants(pid: int) -> set[int]:
    """Return the descendants whose parents still live: no others are found without a mark."""
    parents = {child: _parent(child) for child in _pids()}
    tree, generation = set[int](), {pid}
    while generation:
        tree |= generation
        generation = {child for child, parent in parents.items() if parent in generation} - tree
    return tree - {pid}


def _parent(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123  as above
            return int(file.read().rpartition(b") ")[2].split()[1])
    except OSError:  # it has ended
        return 0


def _shed_ambient_capabilities() -> None:
    """Drop what a service manager gave to root: it is not for the users that programs run as, and
    would outlive `_take_identity`, as the kernel takes it away only with the last of the ids that are 0."""
    import ctypes  # nearly never needed, and it takes a megabyte

    ambient, clear_all = 47, 4  # prctl(2): PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL
    ctypes.CDLL(None).prctl(ambient, clear_all, 0, 0, 0)


def _has_ambient_capabilities() -> bool:
    with open("/proc/self/status", "rb") as file:  # noqa: PTH123  as above
        masks = [line.split()[1] for line in file if line.startswith(b"CapAmb:")]
    return any(int(capabilities, 16) for capabilities in masks)


def main() -> None:
    """Serve the node at the other end of the standard input, and count in the standard output."""
    if os.geteuid() == 0 and _has_ambient_capabilities():
        _shed_ambient_capabilities()
    for number in OUR_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    node, begun_memory = socket.socket(fileno=os.dup(0)), mmap.mmap(1, BEGUN.size)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    os.close(null)
    Launcher(node, begun_memory).work()


if __name__ == "__main__":
    main()
    sys.exit()
