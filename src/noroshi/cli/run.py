"""Turn a command line into an exit code: language, home folder, command, and what went
wrong."""

from __future__ import annotations

import gc
import os
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from itertools import groupby
from typing import TYPE_CHECKING

from noroshi import __version__
from noroshi.cli import exits
from noroshi.cli.commands.spec import Command
from noroshi.cli.environment import door_of, home_of, language_of
from noroshi.cli.errors import RefusedError
from noroshi.cli.parser import parse
from noroshi.cli.paths import SIGNS
from noroshi.cli.terminal_escape import flush_output, readable
from noroshi.config.settings_file import FILE, ConfigError, leaves_out
from noroshi.core.translation import ReadAt, _, terminal_of
from noroshi.system.privileges import is_administrator

if TYPE_CHECKING:
    from pathlib import Path

    from noroshi.cli.clients.socket import RemoteClient
    from noroshi.cli.context import CommandContext

CONFIG_INVALID = _("Noroshi's own settings are not valid:")
SAME_OF = _("… and {count} more of the same")
NOT_INSTALLED = _("{name} is not installed: the package noroshi_lab is missing")
FOLDED_FROM, SHOWN = 8, 3
PROGRAMS = ("demo", "lab")
"""Separate programs with separate options: they do not know --home."""
PROGRAMS_OF_OTHERS = "noroshi.commands"  # a group of entry points
IN_SCRIPTS = {
    "send": "noroshi.cli.commands.mail:SEND",
    "beat": "noroshi.cli.commands.status:BEAT",
}
"""Commands that scripts run often: for these, no other command is loaded and parsed."""
ALONE = {**IN_SCRIPTS, "serve": "noroshi.cli.commands.node:SERVE"}
"""The same for the node, which would keep the other commands in memory for as long as it runs."""
WITH_VALUE = ("--home", "--door", "--url", "--token", "--ca-file", "--lang")


def run(argv: Sequence[str]) -> int:
    """Do what was typed; return the exit code."""
    with readable():
        code = _run(argv)
    return exits.RESTART if code == exits.INVALID and _is_node_on_trial(argv) else code


def _is_node_on_trial(argv: Sequence[str]) -> bool:
    """Return whether this is the first start of a version that the hub sent. If it does not accept
    noroshi.toml, the service has to start the earlier one."""
    if "serve" not in argv:
        return False
    from noroshi.agent.installed_folder import is_first_start  # only now: hardly ever needed

    return is_first_start(os.environ)


def _run(argv: Sequence[str]) -> int:
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]  # a terminal may lack ▨
    sys.stderr.reconfigure(errors="replace")  # type: ignore[union-attr]
    home_option = _option_value(argv, "--home")
    home = home_of(home_option, os.environ, is_administrator=is_administrator())
    language = _language(home, _option_value(argv, "--lang"))
    medium = terminal_of(home_option)
    try:
        code = _run_command(argv, home, language)
        flush_output()  # here, where it may still fail quietly
        return code
    except ConfigError as error:
        problems = [(p.location, p.message) for p in error.problems]
        return _print_refusal(
            RefusedError("invalid", CONFIG_INVALID, problems), language, medium
        )
    except RefusedError as refusal:
        return _print_refusal(refusal, language, medium)
    except KeyboardInterrupt:
        return exits.INTERRUPTED
    except BrokenPipeError:  # `noroshi status | head`: whoever read has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exits.DONE


def _run_command(argv: Sequence[str], home: str, language: str) -> int:
    program, arguments = _program(argv)
    if program:
        gc.enable()
    if program == "lab" and arguments[:1] == ["drill"]:
        return _drill(argv, arguments[1:], home, language)
    if program:
        return _other_program(program, arguments, language)
    args = parse(argv, candidate_commands(argv), language)
    if getattr(args, "version", False):
        print(f"noroshi {__version__}")
        return exits.DONE
    if not args.run:
        args.parser.ask_for_command()
    from noroshi.cli.context import CommandContext  # only now: help and version need none

    door, remote, function = _door(args, home), _remote_node(args), _function(args.run)
    if args.command not in IN_SCRIPTS:
        gc.freeze()  # what is loaded is needed to the end: no collection looks through it
        gc.enable()
    with CommandContext(args, home, language, door, remote) as context:
        return function(context)


def _door(args: Namespace, home: str) -> str | None:
    chosen_home = getattr(args, "home", "") or os.environ.get("NOROSHI_HOME")
    return door_of(
        getattr(args, "door", ""),
        os.environ,
        own_node=bool(chosen_home)
        or is_administrator()
        or os.access(f"{home}/{FILE}", os.F_OK),
        service=any(os.access(path, os.F_OK) for path in SIGNS),
    )


def _remote_node(args: Namespace) -> RemoteClient | None:
    """Return the manager of another computer's node, if one is named and no door of this
    one."""
    url = getattr(args, "url", "") or os.environ.get("NOROSHI_URL", "")
    if not url or ("door" in args and "url" not in args):
        return None
    from noroshi.cli.clients.http import HttpClient  # only now: it costs http.client and ssl

    token = getattr(args, "token", "") or os.environ.get("NOROSHI_TOKEN", "")
    ca_file = getattr(args, "ca_file", "") or os.environ.get("NOROSHI_CA_FILE", "")
    return HttpClient(url, token, ca_file)


def candidate_commands(argv: Sequence[str]) -> Sequence[Command]:
    """Return the commands that may be meant: all, or the one of ALONE that was typed."""
    at = 0
    while at < len(argv) and argv[at].partition("=")[0] in WITH_VALUE:
        at += 1 if "=" in argv[at] else 2
    if at < len(argv) and argv[at] in ALONE:
        module, _, name = ALONE[argv[at]].partition(":")
        return (getattr(import_module(module), name),)
    from noroshi.cli.commands.command_list import COMMANDS

    return COMMANDS


def _function(name: str) -> Callable[[CommandContext], int]:
    module, _, function = name.partition(":")
    handler: Callable[[CommandContext], int] = getattr(import_module(module), function)
    return handler


def _other_program(name: str, arguments: Sequence[str], language: str) -> int:
    """Run the demo or the lab, which are programs with options of their own."""
    return _load_program(name)(arguments, language=language)


def _load_program(name: str) -> Callable[..., int]:
    """Load the program that a package beside this one registered under that name."""
    from importlib.metadata import entry_points  # only now: no other command needs it

    for entry_point in entry_points(group=PROGRAMS_OF_OTHERS, name=name):
        program: Callable[..., int] = entry_point.load()
        return program
    raise RefusedError("not found", NOT_INSTALLED.fill(name=name))


def _drill(argv: Sequence[str], arguments: Sequence[str], home: str, language: str) -> int:
    """Run the drill: it works on a node and a lab, so it is neither the node's command nor the
    lab's."""
    args = Namespace(home=_option_value(argv, "--home"), door=_option_value(argv, "--door"))

    def door() -> Path:
        from pathlib import Path

        from noroshi.config.config import read_config

        return Path(_door(args, home) or read_config(Path(home)).door)

    return _load_program("drill")(arguments, language=language, door=door)


def _program(argv: Sequence[str]) -> tuple[str, Sequence[str]]:
    """Return the demo or the lab, if that is the command, and all that was typed after it."""
    at = 0
    while at < len(argv) and argv[at].startswith("-"):
        at += 2 if argv[at] in WITH_VALUE else 1
    if at < len(argv) and argv[at] in PROGRAMS:
        return argv[at], argv[at + 1 :]
    return "", ()


def _option_value(argv: Sequence[str], flag: str) -> str:
    """Return an option's value before anything is parsed: even a mistake is told in the right
    language."""
    for at, text in enumerate(argv):
        if text == flag and at + 1 < len(argv):
            return argv[at + 1]
        if text.startswith(f"{flag}="):
            return text.partition("=")[2]
    return ""


def _language(home: str, option: str) -> str:
    """Return the language as typed, else as the node's settings say, else as the environment."""
    if option or leaves_out(home, "language"):
        return language_of(option, os.environ)
    from pathlib import Path  # only now, as what follows: it costs as much as all else

    from noroshi.config.config import read_config

    try:
        language = read_config(Path(home)).language
    except ConfigError:  # told later, by the command that needs it
        language = ""
    return language_of(language, os.environ)


def _problems(refusal: RefusedError, language: str, medium: ReadAt) -> Iterator[str]:
    """Yield a line for each; what is said of very many places is told of the first few."""
    for message, group in groupby(refusal.problems, key=lambda problem: problem[1]):
        places = [place for place, _ in group]
        first_places = places if len(places) <= FOLDED_FROM else places[:SHOWN]
        for place in first_places:
            text = message.say(language, medium)
            yield f"  {place}: {text}" if place else f"  {text}"
        if len(first_places) < len(places):
            yield "  " + SAME_OF.fill(count=len(places) - SHOWN).say(language)


def _print_refusal(refusal: RefusedError, language: str, medium: ReadAt) -> int:
    """Say on the standard error why it was not done, and return the exit code for it."""
    words = refusal.words.say(language, medium)
    print("\n".join([words, *_problems(refusal, language, medium)]), file=sys.stderr)
    return exits.BY_KIND[refusal.kind]
