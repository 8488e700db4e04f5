"""Add --home to the commands of our texts, for whoever gave it."""

from __future__ import annotations

import re
from functools import cache

from noroshi.core.translation import Message, in_each_language

PROGRAMS = ("demo", "lab")
"""Programs of their own, with options of their own: they know no --home."""
HINT = "noroshi "
"""How a command of ours begins in a text, as something to type."""


def meant_for(text: Message, home: str) -> Message:
    """Return a text with its commands meant for the home folder that was given, if one was. What fills
    the text and is none of ours, as a subject of a mail, stays as it is."""
    if not home:
        return text
    if "{" in home or "}" in home:  # in a wording they would be a place
        return in_each_language(lambda language: at_home(text.say(language), home))
    return text.reworded(lambda wording: at_home(wording, home))


def at_home(text: str, home: str) -> str:
    """Return what the node has put into words, its commands meant for the home folder that was given,
    if one was."""
    if not home or HINT not in text:
        return text
    from shlex import quote

    return _commands_in_texts().sub(
        lambda command_match: f"{command_match[0]} --home {quote(home)}", text
    )


@cache
def _commands_in_texts() -> re.Pattern[str]:
    from noroshi.cli.commands.command_list import (
        COMMANDS,  # only now: it costs a third of `send`
    )

    commands = [command for command in COMMANDS if command.name not in PROGRAMS]
    names = [
        f"{command.name} {one.name}" for command in commands for one in command.subcommands
    ]
    names += [command.name for command in commands if not command.subcommands]
    return re.compile(rf"\b{HINT}(?:{'|'.join(map(re.escape, names))})\b")
