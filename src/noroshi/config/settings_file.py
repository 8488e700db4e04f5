"""Name the file of a node's own settings, and what is wrong with it. By itself, as each command loads
it."""

from __future__ import annotations

import sys
from typing import NamedTuple

from noroshi.core.translation import Message

FILE = "noroshi.toml"
DOOR_FILE = "door.sock"
"""The door in the home folder, unless the file says otherwise."""
LONGEST_SOCKET = 107 if sys.platform != "win32" else 32_767
"""Bytes that a Unix socket's path may have (unix(7)); longer ones cannot be bound. The pipe that
Windows has in its place is named after the path by a number."""
COMMENT = "#"
ESCAPES = ("\\u", "\\U")
"""The beginnings of an escape in a quoted name that stands for a letter ("\\u0061")."""


def leaves_out(home: str, name: str) -> bool:
    """Return True if the settings in a home folder do not name a setting, so that its default
    holds. The word alone decides: reading the file costs several times this, and `noroshi send`
    in a script must be over before one notices it."""
    try:
        with open(f"{home}/{FILE}", encoding="utf-8") as file:  # noqa: PTH123  # without pathlib
            texts = (name, *ESCAPES)
            return not any(
                text in line for line in file if not line.startswith(COMMENT) for text in texts
            )
    except FileNotFoundError:
        return True
    except (OSError, UnicodeDecodeError):  # told by whoever reads it
        return False


class Fault(NamedTuple):
    """Hold one problem of the file, and the place of it."""

    location: str
    message: Message


class ConfigError(ValueError):
    """Report that the file cannot be used; `problems` are all that is wrong with it."""

    def __init__(self, problems: tuple[Fault, ...]) -> None:
        super().__init__("; ".join(f"{p.location}: {p.message.en}" for p in problems))
        self.problems = problems
