"""Has imported all of Noroshi, and forks a process of its own for each command.

Four fifths of what a short command costs are its imports, and a test that waits for what a node
does asks for its status again and again. What imports what at a real start is looked at in
tests/cli/test_starting.py, and by each test that starts a node, a lab or a demo.
"""

import atexit
import gc
import marshal
import os
import pkgutil
import select
import signal
import socket
import sys
import threading
import time
from importlib import import_module

import noroshi.cli


def import_all():
    """What the commands import when they are asked for."""
    for found in pkgutil.walk_packages(noroshi.cli.__path__, "noroshi.cli."):
        if not found.name.endswith("__main__"):
            import_module(found.name)
    gc.collect()
    gc.freeze()  # so that the children share it


def serve(listener):
    """A child for each that comes, until whoever started this is gone; in a child, its command."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that look after one
    while listener in select.select([listener, sys.stdin], [], [])[0]:
        way, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            return after(way)
        way.close()
    return None


def after(way):
    """Look after one command: pass on signals, and tell how it ended; in its process, itself."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's & leaves it ignored
    head, files, _, _ = socket.recv_fds(way, 4, 3)
    text = b""
    while len(text) < int.from_bytes(head, "big"):
        text += way.recv(1 << 16)
    child = os.fork()
    if child == 0:
        way.close()
        return marshal.loads(text), files
    for file in (*files, 0, 1, 2):
        os.close(file)
    ends = os.pidfd_open(child)
    while way in select.select([way, ends], [], [])[0]:
        number = way.recv(1)
        os.kill(child, number[0] if number else signal.SIGKILL)
        if not number:
            os._exit(1)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    way.send(code.to_bytes(2, "big", signed=True))
    os._exit(0)


def become(argv, environment, folder, files):
    """The process that the command would be if somebody had typed it."""
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
        import_all()
        asked = serve(listener)
    if asked:
        said, files = asked
        become(*said, files)
        run()


if __name__ == "__main__":
    main()
