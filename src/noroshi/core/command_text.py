"""Hold a command of Noroshi within a text as a value, to be rendered for the place where the
reader types it.

A terminal shows the command with the home folder that the reader named. No code searches a text
for commands.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Self

from noroshi.core.translation import Argument, Message, ReadAt, Terminal, plain
from noroshi.imports import ONE_AT_A_TIME

PROGRAM = "noroshi"
OPERANDS = "operands"


class CommandText(Message):
    """Hold a command as a reader types it: the name, such as "queue release", and what follows,
    with {places}. The command is filled along with the text that it stands in."""

    __slots__ = ("name",)
    filled_along = True

    def __init__(self, name: str, operands: Message | str = "") -> None:
        self.name = name
        message = plain(operands) if isinstance(operands, str) else operands
        head = f"{PROGRAM} {name}"
        if not message.id:
            super().__init__(head)
        else:
            # A node that knows no such value reads what is stored by this.
            super().__init__(f"{head} {{{OPERANDS}}}", arguments={OPERANDS: message})

    def with_arguments(self, arguments: Mapping[str, Argument | Message]) -> CommandText:
        """Return the same command with those operands."""
        operands = arguments.get(OPERANDS, "")
        return CommandText(self.name, operands if isinstance(operands, Message) else "")

    def fill(self, **replacements: object) -> CommandText:
        """Return the command with its {places} filled, as `Message.fill` does."""
        filled = super().fill(**replacements)
        assert isinstance(filled, CommandText)
        return filled

    def _filled_along(self) -> Mapping[str, Message]:
        return {
            name: operands
            for name, operands in self.arguments.items()
            if isinstance(operands, Message)
        }

    def _has_command(self) -> bool:
        return True

    def _wording(self, _language: str, medium: ReadAt) -> str:
        if not isinstance(medium, Terminal):
            return self.id
        home = _shell_word(medium.home)
        if self.arguments:  # else it is no text with places
            home = home.replace("{", "{{").replace("}", "}}")
        head = f"{PROGRAM} {self.name}"
        return f"{head} --home {home}{self.id.removeprefix(head)}"


class CopiedCommand(str):
    """Hold a command as a line to be copied: a string for whoever reads no more than that."""

    __slots__ = ("command",)
    command: CommandText

    def __new__(cls, command: CommandText) -> Self:
        """Return the line as it is where no home folder was named."""
        line = super().__new__(cls, command.en)
        line.command = command
        return line


def line_at(line: str, medium: ReadAt) -> str:
    """Return a line to be copied as it is typed there."""
    return line.command.say("en", medium) if isinstance(line, CopiedCommand) else line


def with_commands(text: Message, **commands: Message) -> Message:
    """Return a text with commands in the places of these names."""
    return text.with_arguments({**text.arguments, **commands})


if sys.platform == "win32":
    import re

    UNQUOTED = re.compile(r"[\w.:/\\~+@-]+")
    """Text that cmd.exe and PowerShell both take as one word as it stands."""

    def _shell_word(text: str) -> str:
        return text if UNQUOTED.fullmatch(text) else f'"{text}"'
else:

    def _shell_word(text: str) -> str:
        with ONE_AT_A_TIME:
            from shlex import quote  # only now: few commands are given a home folder

        return quote(text)
