"""Has imported all of Noroshi, and forks a process of its own for each command.

Four fifths of what a short command costs are its imports, and a test that waits for what a node
does asks for its status again and again. What imports what at a real start is looked at in
tests/cli/test_starting.py, and by each test that starts a node, a lab or a demo.
"""

import atexit
import ctypes
import gc
import os
import pkgutil
import select
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from importlib import import_module
from typing import NamedTuple

import noroshi.cli
from noroshi.core.definitions.document import Document
from noroshi.schema_validation import validate


def import_all():
    """What commands and nodes import when they are asked for it."""
    for found in pkgutil.walk_packages(noroshi.__path__, "noroshi."):
        if not found.name.endswith("__main__"):
            import_module(found.name)
    validate(tuple[Document, ...], ())  # pydantic imports half of itself for the first type
    gc.collect()
    gc.freeze()  # so that the children share it


class Command(NamedTuple):
    """A process that was asked for: by whom, and what tells its end."""

    process: int
    way: socket.socket
    ends: int


def serve(listener):
    """A child for each that comes, until whoever started this is gone; in a child, its command."""
    running = {}
    while True:
        ready = select.select([sys.stdin, listener, *running], [], [])[0]
        if sys.stdin in ready:
            return end_all(running)
        for one in ready:
            if one is listener:
                if asked := begin(listener, running):
                    return asked
            elif one in running:  # it may have ended in this very round
                look_after(one, running)


def begin(listener, running):
    """A process for whoever comes; in that process, what it is asked for."""
    way, _ = listener.accept()
    said, files = received(way)
    process = os.fork()
    if process:
        command = Command(process, way, os.pidfd_open(process))
        running[command.way] = running[command.ends] = command
        for file in files:
            os.close(file)
        return None
    for command in {*running.values()}:
        command.way.close()
        os.close(command.ends)
    way.close()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's & leaves it ignored
    return asked_for(said), files


def asked_for(said):
    """Arguments, environment and folder of what tests/warm/client.c sent."""
    folder, count, *rest = map(os.fsdecode, said.split(b"\0")[:-1])
    pairs = (one.partition("=") for one in rest[int(count) :])
    return rest[: int(count)], {name: value for name, _, value in pairs}, folder


def received(way):
    """What tests/warm/client.c sends; nothing is whole if somebody has killed it meanwhile."""
    head, files, _, _ = socket.recv_fds(way, 4, 3)
    text = b""
    while len(text) < int.from_bytes(head, "big") and (more := way.recv(1 << 16)):
        text += more
    return text, files


def look_after(ready, running):
    """Pass on a signal, or tell how a command ended. Whoever asked for it may be gone: so is it."""
    command = running[ready]
    if ready is command.way:
        number = command.way.recv(1)
        os.kill(command.process, number[0] if number else signal.SIGKILL)
        if not number:
            del running[command.way]
        return
    code = os.waitstatus_to_exitcode(os.waitpid(command.process, 0)[1])
    with suppress(ConnectionError):
        command.way.send(code.to_bytes(2, "big", signed=True))
    for one in command[1:]:
        running.pop(one, None)
    command.way.close()
    os.close(command.ends)


def end_all(running):
    for command in {*running.values()}:
        os.kill(command.process, signal.SIGKILL)


MACHINE = "NOROSHI_TEST_MACHINE"
"""Names a process in whose namespaces (network, mounts, names) the command is to run."""
NAMESPACES = 0x40000000 | 0x00020000 | 0x04000000  # CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWUTS


def enter(process):
    """Go where a process is: setns(2), which the os module has from Python 3.12 on."""
    libc = ctypes.CDLL(None, use_errno=True)
    there = os.pidfd_open(process)
    if libc.setns(there, NAMESPACES):
        raise OSError(ctypes.get_errno(), f"cannot enter the namespaces of process {process}")
    os.close(there)


def become(argv, environment, folder, files):
    """The process that the command would be if somebody had typed it."""
    if process := environment.pop(MACHINE, ""):
        enter(int(process))
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.chdir(folder)
    sys.argv = [noroshi.cli.__file__.replace("__init__", "__main__"), *argv]
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - for good
    at_once = os.isatty(1) or "PYTHONUNBUFFERED" in os.environ
    sys.stdout = _text(1, "strict", buffering=1 if at_once else -1)
    sys.stderr = _text(2, "backslashreplace", buffering=1)


def _text(file, errors, buffering):
    return open(file, "w", buffering, encoding="utf-8", errors=errors, closefd=False)


def run():
    """The command, up to its process's end."""
    try:
        code = noroshi.cli.main()
    except SystemExit as left:
        if not isinstance(left.code, int):
            raise
        code = left.code
    leave(code)


def leave(code):
    """As the interpreter ends, but for taking apart what was imported: that costs as much as most
    commands. What the command itself left behind is finalized, and may still complain."""
    threading._shutdown()
    atexit._run_exitfuncs()
    gc.collect()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def main():
    with socket.socket(fileno=int(sys.argv[1])) as listener:
        select.select([sys.stdin, listener], [], [])  # many runs ask for no command
        import_all()
        asked = serve(listener)
    if asked:
        said, files = asked
        become(*said, files)
        run()


if __name__ == "__main__":
    main()
