"""Parse a command line by the public parts of argparse, in the person's language."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, NoReturn

from noroshi.command_line import help_text
from noroshi.command_line.argparse_texts import argparse_language, whole_number, with_list
from noroshi.command_line.text_width import terminal_columns
from noroshi.core.translation import Message, _, plain

HELP = _("show this help")
TRY_HELP = _("Help: {program} --help")
WRONG = _("{program}: {message}")
USAGE = 2
"""The exit code for what was typed wrongly."""


class Parser(argparse.ArgumentParser):
    """argparse with our sentences and our help. No abbreviations: a script that uses one breaks when
    an option is added."""

    def __init__(self, language: str, *, prog: str, description: str) -> None:
        self.language, self.explained_actions = language, list[argparse.Action]()
        super().__init__(
            prog=prog,
            description=description,
            add_help=False,
            allow_abbrev=False,
            formatter_class=partial(argparse.HelpFormatter, width=80),  # which asks shutil else
        )
        self.register("type", int, partial(whole_number, language))

    def add_argument(self, *flags: str, **settings: Any) -> argparse.Action:
        """Add an option or argument as argparse does; the help explains it."""
        action = super().add_argument(*flags, **settings)
        self.explained_actions.append(action)
        return action

    def offer_help(self) -> None:
        """Add the option that prints the help."""
        self.add_argument("-h", "--help", action="help", help=HELP.say(self.language))

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse as argparse does, which tells in our language what is wrong."""
        with argparse_language(self.language, os.environ):
            return super().parse_args(args, namespace)

    def format_help(self) -> str:
        """Return the whole help."""
        room = terminal_columns(80) - 2  # as argparse does, which asks shutil
        blocks = [
            help_text.usage(self.language, self.prog, self.usage_parts(), room),
            *help_text.descriptions([self.description or ""], room),
            *help_text.sections(self.sections(), room),
            *help_text.descriptions([self.epilog or ""], room),
        ]
        return "\n\n".join(blocks) + "\n"

    def usage_parts(self) -> Sequence[str]:
        """Return what stands behind the program's name: options first."""
        actions = sorted(self.explained_actions, key=lambda one: not one.option_strings)
        return [help_text.usage_of(one) for one in actions]

    def sections(self) -> Iterable[help_text.Section]:
        """Yield the titles of the help, with what stands below each."""
        rows = [(one, help_text.row_of(one, self.prog)) for one in self.explained_actions]
        arguments = [row for one, row in rows if not one.option_strings]
        options = [row for one, row in rows if one.option_strings]
        yield help_text.ARGUMENTS.say(self.language), arguments
        yield help_text.OPTIONS.say(self.language), options

    def error(self, message: str) -> NoReturn:
        """Refuse what was typed wrongly, in the words that argparse found in our catalogue."""
        self.refuse(plain(with_list(message, self.language)))

    def refuse(self, words: Message) -> NoReturn:
        """Say what is wrong with what was typed, and end with exit code 2."""
        mistake = WRONG.fill(program=self.prog, message=words).say(self.language)
        more = TRY_HELP.fill(program=self.prog).say(self.language)
        print(f"{mistake}\n{more}", file=sys.stderr)
        sys.exit(USAGE)
