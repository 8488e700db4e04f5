"""Name the file of a node's own settings, and what is wrong with it. By itself, as each command loads
it."""

from __future__ import annotations

from typing import NamedTuple

from noroshi.core.translation import Message

FILE = "noroshi.toml"


class Fault(NamedTuple):
    """One thing wrong with the file, and where."""

    location: str
    message: Message


class ConfigError(ValueError):
    """The file cannot be used; `problems` says all that is wrong with it."""

    def __init__(self, problems: tuple[Fault, ...]) -> None:
        super().__init__("; ".join(f"{p.location}: {p.message.en}" for p in problems))
        self.problems = problems
