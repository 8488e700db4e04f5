"""Read a command line: find the command in the table, and let argparse read its options.

Nested parsers of argparse would be made for all commands, whichever was typed; here one is made.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, NoReturn

from noroshi.cli.commands.spec import GLOBAL, PROGRAM, Command, Option
from noroshi.cli.exits import MEANING, USAGE
from noroshi.command_line import help_text
from noroshi.command_line.parser import Parser
from noroshi.core.printable import visible_text
from noroshi.core.translation import Message, _, composed, joined, list_names, pgettext, plain

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
SUBCOMMANDS = _("commands")
COMMON = _("Options common to all commands (--home, --url, --lang and others): noroshi --help")
ANY_OPTION = pgettext("usage", "[OPTION ...]")
COMMAND_PLACE = "COMMAND ..."
OF_THESE = _("specify a command: {commands}")
MEANT = _("there is no command “{given}” (did you mean {near}?)")
MISTYPED = _("invalid choice: “{given}” (did you mean {near}?)")
NO_COMMAND = _("there is no command “{given}”. Available: {commands}")
VALUED = frozenset(flag for option in GLOBAL for flag in option.flags)
"""Options of all commands; each has a value."""
NAME = "noroshi"


class CommandLine(NamedTuple):
    """Hold what was typed: the command, and all arguments beside the words of its name."""

    program: str
    command: Command
    arguments: Sequence[str]
    stray: str = ""
    """A word that stands where a command is expected, and names none."""


def parse(
    argv: Sequence[str], commands: Sequence[Command], language: str
) -> argparse.Namespace:
    """Return what was typed: `run` is what does it. Exits with code 0 after a help, and with 2 for
    what cannot be understood."""
    root = Command(name=NAME, help=PROGRAM, subcommands=tuple(commands))
    line = find(argv, root)
    parser = parser_of(line.command, language, line.program)
    if line.stray:
        parser.refuse_command(line.stray)
    if line.command is root:
        parser.add_argument("--version", action="store_true", help=VERSION.say(language))
    args: argparse.Namespace = parser.parse_args(line.arguments)
    args.run, args.parser, args.operation = line.command.run, parser, line.command.operation
    args.command = line.command.name
    return args


def find(argv: Sequence[str], root: Command) -> CommandLine:
    """Follow the words of a command down the table. Options of all commands may stand between them."""
    command, program, arguments, at = root, root.name, list[str](), 0
    while command.subcommands and at < len(argv):
        word = argv[at]
        if word.partition("=")[0] in VALUED:
            last = at + (1 if "=" in word else 2)
            arguments += argv[at:last]
            at = last
            continue
        if word.startswith("-"):
            break
        subcommand = next((one for one in command.subcommands if one.name == word), None)
        if subcommand is None:
            return CommandLine(program, command, arguments, word)
        command, program, at = subcommand, f"{program} {word}", at + 1
    return CommandLine(program, command, [*arguments, *argv[at:]])


def parser_of(command: Command, language: str, program: str) -> CommandParser:
    """Return a parser of the options of one command, and of those that every command has."""
    parser = CommandParser(command, language, program)
    for option in command.options:
        parser.offer(option)
    for option in GLOBAL:
        parser.offer_common(option)
    parser.offer_help()
    return parser


class CommandParser(Parser):
    """The parser of one command. The options of every command are explained once, by the help of
    the program itself."""

    def __init__(self, command: Command, language: str, program: str) -> None:
        description = "\n\n".join(
            words.say(language) for words in (command.help, *command.more)
        )
        super().__init__(language, prog=program, description=description)
        self._subcommands, self._is_root = command.subcommands, program == NAME
        self.epilog = _exits(language) if self._is_root else COMMON.say(language)

    def offer(self, option: Option) -> None:
        """Add an option from the table of commands."""
        help = option.help.say(self.language)
        self.add_argument(*option.flags, help=help, **self._settings(option))

    def offer_common(self, option: Option) -> None:
        """Add an option of every command."""
        action = argparse.ArgumentParser.add_argument(
            self,
            *option.flags,
            help=option.help.say(self.language),
            default=argparse.SUPPRESS,
            **self._settings(option),
        )
        if self._is_root:
            self.explained_actions.append(action)

    def usage_parts(self) -> Sequence[str]:
        """Return how the command goes on; before other commands all options are one word."""
        if not self._subcommands:
            return super().usage_parts()
        return [ANY_OPTION.say(self.language), COMMAND_PLACE]

    def sections(self) -> Iterable[help_text.Section]:
        """Yield the options, and below their headings the commands."""
        yield from super().sections()
        groups = dict[str, list[help_text.Row]]()
        for command in self._subcommands:
            title = (command.group or SUBCOMMANDS).say(self.language)
            row = command.name, command.help.say(self.language)
            groups.setdefault(title, []).append(row)
        yield from groups.items()

    def refuse_command(self, word: str) -> NoReturn:
        """Refuse a word that names no command: say which was meant, or which there are."""
        names = [command.name for command in self._subcommands]
        if near_name := closest_match(word, names):
            self.refuse(MEANT.fill(given=word, near=near_name))
        self.refuse(NO_COMMAND.fill(given=visible_text(word), commands=list_names(names)))

    def ask_for_command(self) -> NoReturn:
        """Say that a command is missing, and list the commands."""
        if self._is_root:
            print(_short_help().say(self.language), file=sys.stderr)
            sys.exit(USAGE)
        names = list_names(command.name for command in self._subcommands)
        self.refuse(OF_THESE.fill(commands=names))

    def _settings(self, option: Option) -> Mapping[str, Any]:
        """Return what argparse needs to know of an option; a slip in a choice is met before it looks."""
        choices = option.settings.get("choices", ())
        if not choices:
            return option.settings
        return {**option.settings, "type": _choice_type(self, choices)}


def _exits(language: str) -> str:
    lines = [f"  {code}  {words.say(language)}" for code, words in MEANING.items()]
    return "\n".join([EXITS.say(language), *lines])


def _short_help() -> Message:
    """Return the few commands to begin with, each with its help, and how to list the others."""
    from noroshi.cli.commands.command_list import COMMANDS

    helps = {command.name: command.help for command in COMMANDS}
    lines = [composed(f"  {name:13} {{help}}", help=helps[name]) for name in BEGIN]
    commands = joined(lines, plain("\n"))
    return SHORT.fill(about=PROGRAM, commands=commands)


def closest_match(word: str, candidates: Iterable[str]) -> str:
    """Return the word that was likely meant by one that is none of the candidates; "" if none."""
    names = tuple(candidates)
    if word in names:
        return ""
    from difflib import get_close_matches  # only now: most commands are typed well

    return next(iter(get_close_matches(word, names, n=1)), "")


def _choice_type(parser: CommandParser, choices: Sequence[str]) -> Callable[[str], str]:
    """Return a type for an option with choices, which refuses what is like one of them; the
    rest argparse does."""

    def value(text: str) -> str:
        if near_choice := closest_match(text, choices):
            parser.refuse(MISTYPED.fill(given=text, near=near_choice))
        return text

    return value
