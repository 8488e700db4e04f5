"""argparse, speaking the person's language: headings, errors, and lines of Japanese that fit."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NoReturn

from noroshi.argparse_texts import argparse_language, whole_number
from noroshi.cli.commands.spec import GLOBAL, PROGRAM, Command, Option
from noroshi.cli.exits import MEANING, USAGE
from noroshi.cli.output.tables import paragraphs, terminal_columns, width, wrap
from noroshi.core.translation import Message, _, composed, joined, plain

USAGE_HEAD = _("usage: ")
ARGUMENTS = _("arguments")
OPTIONS = _("options")
SUBCOMMANDS = _("commands")
HELP = _("show this help")
VERSION = _("show the version")
EXITS = _("exit codes:")
BEGIN = ("init", "serve", "setup", "status", "send", "queue", "doctor", "check-config", "apply")
"""The commands that the short help names: what one begins with, and what one needs each week."""
SHORT = _(
    "usage: noroshi COMMAND\n"
    "\n"
    "{about}\n"
    "\n"
    "{commands}\n"
    "\n"
    "All commands: noroshi --help\n"
    "One command:  noroshi COMMAND --help\n"
    "Try it here:  noroshi demo"
)
OF_THESE = _("specify a command: {commands}")
FEW = 10
TRY_HELP = _("Help: {program} --help")
WRONG = _("{program}: {message}")
MEANT = _("there is no {what} {given} (did you mean {near}?)")
COMMAND = _("command")
CHOSEN = _("choice")
VALUED = frozenset(flag for option in GLOBAL for flag in option.flags)
"""Options of all commands; each has a value."""


def build(language: str, commands: Iterable[Command]) -> Parser:
    """Return a parser of these commands, with its help in that language."""
    parser = Parser(
        language, prog="noroshi", description=PROGRAM.say(language), epilog=_exits(language)
    )
    _add_options(parser, (), GLOBAL, language)
    parser.add_argument("--version", action="store_true", help=VERSION.say(language))
    _commands(parser, commands, language)
    return parser


def _exits(language: str) -> str:
    lines = [f"  {code}  {words.say(language)}" for code, words in MEANING.items()]
    return "\n".join([EXITS.say(language), *lines])


def _commands(parent: Parser, commands: Iterable[Command], language: str) -> None:
    title = SUBCOMMANDS.say(language)
    subparsers = parent.add_subparsers(title=title, metavar="COMMAND", dest="command")
    for command in commands:
        description = "\n\n".join(w.say(language) for w in (command.help, *command.more))
        child = subparsers.add_parser(
            command.name,
            help=command.help.say(language),
            description=description,
            language=language,
        )
        child.set_defaults(run=command.run, parser=child)
        _add_options(child, command.options, GLOBAL, language)
        if command.under:
            _commands(child, command.under, language)


def _add_options(
    parser: Parser, options: Iterable[Option], global_options: Iterable[Option], language: str
) -> None:
    for option in options:
        parser.add_argument(
            *option.flags, help=option.help.say(language), **_settings(option, parser)
        )
    for option in global_options:
        # SUPPRESS, or a command's default would wipe out what was given before the command.
        parser.add_argument(
            *option.flags,
            help=option.help.say(language),
            default=argparse.SUPPRESS,
            **_settings(option, parser),
        )
    parser.add_argument("-h", "--help", action="help", help=HELP.say(language))


def _settings(option: Option, parser: Parser) -> Mapping[str, Any]:
    """Return what argparse is told of an option; a slip in a choice is met before it looks."""
    choices = option.settings.get("choices", ())
    return (
        {**option.settings, "type": _choice_type(parser, choices)}
        if choices
        else option.settings
    )


class Parser(argparse.ArgumentParser):
    """No abbreviations: a script that uses one breaks when an option is added."""

    def __init__(self, language: str, **settings: Any) -> None:
        self.language = language
        super().__init__(
            add_help=False,
            allow_abbrev=False,
            formatter_class=lambda prog: Formatter(language, prog=prog),
            **settings,
        )
        self.register("type", int, partial(whole_number, language))
        self._positionals.title = ARGUMENTS.say(language)
        self._optionals.title = OPTIONS.say(language)

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse as argparse does, which tells in our language what is wrong."""
        with argparse_language(self.language, os.environ):
            return super().parse_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Refuse what was typed wrongly, in the words that argparse found in our catalogue."""
        self.refuse(plain(message))

    def check_commands(self, argv: Sequence[str], commands: Iterable[Command]) -> None:
        """Refuse a word that is none of the commands, and is like one of them."""
        at, program = _command_at(argv), self.prog
        by_name = {command.name: command for command in commands}
        while by_name and at < len(argv) and not argv[at].startswith("-"):
            word = argv[at]
            if match := closest_match(word, by_name):
                self.refuse(MEANT.fill(what=COMMAND, given=word, near=match), program)
            subcommands = by_name[word].under if word in by_name else ()
            by_name = {command.name: command for command in subcommands}
            at, program = at + 1, f"{program} {word}"

    def list_commands(self) -> NoReturn:
        """Say which commands there are, as none was typed."""
        choices_of_each = (one.choices for one in self._actions if one.nargs == argparse.PARSER)
        names = [name for choices in choices_of_each for name in choices or ()]
        if 0 < len(names) <= FEW:
            self.refuse(OF_THESE.fill(commands=", ".join(names)))
        print(_short_help().say(self.language), file=sys.stderr)
        sys.exit(USAGE)

    def refuse(self, words: Message, program: str = "") -> NoReturn:
        """Say what is wrong with what was typed, and end with exit code 2."""
        message = WRONG.fill(program=program or self.prog, message=words).say(self.language)
        more = TRY_HELP.fill(program=program or self.prog).say(self.language)
        print(f"{message}\n{more}", file=sys.stderr)
        sys.exit(USAGE)


def _short_help() -> Message:
    """Return the few commands to begin with, each with its line, and where the others are."""
    from noroshi.cli.commands.command_list import COMMANDS

    helps = {command.name: command.help for command in COMMANDS}
    lines = [composed(f"  {name:13} {{help}}", help=helps[name]) for name in BEGIN]
    commands = joined(lines, plain("\n"))
    return SHORT.fill(about=PROGRAM, commands=commands)


class Formatter(argparse.HelpFormatter):
    """Help whose lines are counted in columns, so that Japanese fits as English does."""

    def __init__(self, language: str, prog: str) -> None:
        room = terminal_columns(80) - 2  # as argparse does, which asks shutil
        super().__init__(prog, max_help_position=30, width=room)
        self._language = language
        head = USAGE_HEAD.say(language)
        self._width -= width(head) - len(head)  # argparse counts letters, not columns

    def add_usage(
        self, usage: Any, actions: Any, groups: Any, prefix: str | None = None
    ) -> None:
        head = USAGE_HEAD.say(self._language) if prefix is None else prefix
        super().add_usage(usage, actions, groups, head)

    def _format_action(self, action: argparse.Action) -> str:
        """Let the commands stand by themselves, without a line that says COMMAND above them."""
        text = super()._format_action(action)
        if action.nargs != argparse.PARSER:
            return text
        return re.sub("(?m)^  ", "", text.partition("\n")[2])

    def _split_lines(self, text: str, width: int) -> list[str]:
        return wrap(text, width)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return paragraphs(text, width)


def closest_match(word: str, candidates: Iterable[str]) -> str:
    """Return the word that was likely meant by one that is none of those known; "" if none."""
    names = tuple(candidates)
    if word in names:
        return ""
    from difflib import get_close_matches  # only now: most commands are typed well

    return next(iter(get_close_matches(word, names, n=1)), "")


def _command_at(words: Sequence[str]) -> int:
    """Return where the command stands: after the options that hold for all of them."""
    at = 0
    while at < len(words) and words[at].partition("=")[0] in VALUED:
        at += 1 if "=" in words[at] else 2
    return at


def _choice_type(parser: Parser, choices: Sequence[str]) -> Callable[[str], str]:
    """Return a type for an option with choices, which refuses what is like one of them; the
    rest argparse does."""

    def value(word: str) -> str:
        if match := closest_match(word, choices):
            parser.refuse(MEANT.fill(what=CHOSEN, given=word, near=match))
        return word

    return value
