"""Typing a command of ours without waiting for its imports; a process of its own all the same."""

import atexit
import os
import socket
import subprocess
import sys
import tempfile
from functools import cache
from importlib import import_module
from pathlib import Path

from noroshi.cli.commands.command_list import COMMANDS
from tests.warm import one_file

OF_ALL = "NOROSHI_TEST_WARM"
"""Names the program that forks for all workers."""
HERE, HOUSE = Path(__file__).parent, Path(__file__).parents[2]


@cache
def warm():
    """Return what stands for `noroshi` in an argv, for subprocess and its like. On Windows, which
    cannot fork, that is a start with all modules in one file."""
    if sys.platform == "win32":
        return (sys.executable, "-P", one_file.__file__, str(_modules()))
    return (str(_client()), os.environ.get(OF_ALL) or _server())


def for_all_workers():
    """Start one program for all workers, which this process starts and outlives. It imports nothing
    until the first command is asked for."""
    os.environ[OF_ALL] = _server()


def _server():
    """Start the program that forks, and return the name at which it listens."""
    name = f"noroshi-warm-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind("\0" + name)  # of no folder: unix(7)
        listener.listen(64)
        server = subprocess.Popen(
            [sys.executable, "-P", str(HERE / "server.py"), str(listener.fileno())],
            stdin=subprocess.PIPE,  # at its end it ends
            pass_fds=[listener.fileno()],
            start_new_session=True,  # so that it is not Ctrl-C that ends it
        )
    atexit.register(_end, server)
    return name


def _modules():
    """Return the file of all modules that commands import."""
    for command in COMMANDS:
        for one in (command, *command.subcommands):
            if one.run:
                import_module(one.run.partition(":")[0])
    import_module("noroshi.cli.clients.in_process")
    folder = tempfile.TemporaryDirectory(prefix="noroshi-warm-")
    atexit.register(folder.cleanup)
    one_file.write(file := Path(folder.name) / "modules")
    return file


def _client():
    """The program of client.c, compiled where it is new."""
    source, compiled = HERE / "client.c", HOUSE / "build" / "warm-client"
    if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
        compiled.parent.mkdir(exist_ok=True)
        beside = compiled.with_name(f"warm-client.{os.getpid()}")
        subprocess.run(["gcc", "-O2", "-o", beside, source], check=True)
        beside.replace(compiled)  # other workers run the old one or the new one
    return compiled


def _end(server):
    server.stdin.close()
    server.wait(60)
