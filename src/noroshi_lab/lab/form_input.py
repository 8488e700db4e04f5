"""argparse for the lab's few options, in the reader's language."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, NoReturn
from unicodedata import east_asian_width

from noroshi.argparse_texts import argparse_language, whole_number
from noroshi.core.translation import Message, _

_FOLDER = _("folder of the lab's files (default: %(default)s)")
_LANG = _("language of the output")
_USAGE = _("usage: ")
_ARGUMENTS = _("arguments")
_OPTIONS = _("options")
_HELP = _("show this help")
PIECES = re.compile(r"[!-~]+[、。]*|\s|.[、。]*")
"""What stays together on a line: a word, and a letter with the mark that ends a phrase."""


def columns(text: str) -> int:
    """Return how wide it stands in a terminal, where a Japanese letter takes two columns."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


class Parser(argparse.ArgumentParser):
    """Its headings, its help and its errors are all in one language."""

    def __init__(self, language: str, **given: Any) -> None:
        self.language = language
        super().__init__(
            add_help=False, formatter_class=lambda prog: _Formatter(language, prog), **given
        )
        self.register("type", int, partial(whole_number, language))
        self._positionals.title = _ARGUMENTS.say(language)
        self._optionals.title = _OPTIONS.say(language)
        self.add_argument("-h", "--help", action="help", help=_HELP.say(language))

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse as argparse does, which tells in our language what is wrong."""
        with argparse_language(self.language, os.environ):
            return super().parse_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Exit code 2, as argparse has it."""
        self.print_usage(sys.stderr)
        self.exit(2, f"{self.prog}: {message}\n")


class _Formatter(argparse.HelpFormatter):
    def __init__(self, language: str, prog: str) -> None:
        super().__init__(prog)
        self._language = language

    def add_usage(
        self, usage: Any, actions: Any, groups: Any, prefix: str | None = None
    ) -> None:
        super().add_usage(usage, actions, groups, _USAGE.say(self._language))

    def _split_lines(self, text: str, width: int) -> list[str]:
        lines = [""]
        for piece in PIECES.findall(text):
            if columns(lines[-1] + piece.rstrip()) > width:
                lines.append("")
            lines[-1] += piece if lines[-1] else piece.lstrip()
        return [line.rstrip() for line in lines]

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        lines = (line for each in text.splitlines() for line in self._split_lines(each, width))
        return "\n".join(indent + line for line in lines)


def language_of(argv: Sequence[str], usual: str) -> str:
    """Known before the options are read, because their help is in it too."""
    for at, word in enumerate(argv):
        if word == "--lang" and at + 1 < len(argv):
            return argv[at + 1]
        if word.startswith("--lang="):
            return word.partition("=")[2]
    return usual


def command(name: str, what: Message, language: str) -> argparse.ArgumentParser:
    """Return a parser with the options that all of the lab's commands have."""
    usual = language if language in ("ja", "en") else "en"
    parser = Parser(usual, prog=name, description=what.say(language))
    parser.add_argument(
        "--folder",
        type=Path,
        metavar="DIR",
        default=Path.home() / ".noroshi-lab",
        help=_FOLDER.say(language),
    )
    parser.add_argument("--lang", choices=("ja", "en"), default=usual, help=_LANG.say(language))
    return parser
