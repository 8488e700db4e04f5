"""Typing a command as a person or a script does: a process of its own, and what came of it."""

import asyncio
import os
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass

from noroshi.config.config import Config
from noroshi.door import open_door
from tests.warm import warm

OF_WINDOWS = ("SYSTEMROOT", "USERPROFILE", "LOCALAPPDATA", "PROGRAMDATA", "TEMP", "PATHEXT")
"""Name what Windows gives every process, and its libraries look for."""
NOBODYS = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "COLUMNS": "100", "TZ": "UTC"}
if sys.platform == "win32":
    NOBODYS |= {name: os.environ[name] for name in OF_WINDOWS if name in os.environ}
    NOBODYS["PYTHONIOENCODING"] = "utf-8"


@dataclass(frozen=True)
class Typed:
    code: int
    out: str
    err: str


async def typed(*argv, home=None, given="", before=None, cwd=None, **env):
    """Run `noroshi` with these arguments; `given` is its standard input, and `before` another
    way to start it than by what is imported already."""
    environment = NOBODYS | env | ({"NOROSHI_HOME": str(home)} if home else {})
    process = await asyncio.create_subprocess_exec(
        *(warm() if before is None else (sys.executable, *before)),
        *argv,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment,
        cwd=cwd,
    )
    out, err = await process.communicate(given.encode())
    return Typed(process.returncode, *(_lines(text) for text in (out, err)))


def _lines(printed):
    return printed.decode().replace(os.linesep, "\n")


@asynccontextmanager
async def a_node(home, service):
    """A door as a running node has it, in a home folder with its settings."""
    (home / "noroshi.toml").write_text('name = "node"\n')
    config = Config(
        home=home, store=home / "noroshi.db", key=home / "key", door=home / "door.sock"
    )

    async def open_service():
        return service

    async with open_door(config, open_service, lambda: None):
        yield
