"""argparse for the lab's few options, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from noroshi.command_line.parser import Parser
from noroshi.core.translation import Message, _

_FOLDER = _("folder for the lab's files (default: %(default)s)")
_LANG = _("language of the output")


def language_of(argv: Sequence[str], usual: str) -> str:
    """Return the language, which is read before the other options, as the help has that
    language too."""
    for at, word in enumerate(argv):
        if word == "--lang" and at + 1 < len(argv):
            return argv[at + 1]
        if word.startswith("--lang="):
            return word.partition("=")[2]
    return usual


def command(name: str, what: Message, language: str) -> Parser:
    """Return a parser with the options that all of the lab's commands have."""
    usual = language if language in ("ja", "en") else "en"
    parser = Parser(usual, prog=name, description=what.say(language))
    parser.offer_help()
    parser.add_argument(
        "--folder",
        type=Path,
        metavar="DIR",
        default=Path.home() / ".noroshi-lab",
        help=_FOLDER.say(language),
    )
    parser.add_argument("--lang", choices=("ja", "en"), default=usual, help=_LANG.say(language))
    return parser
