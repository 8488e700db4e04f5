"""`noroshi completion SHELL`: what makes a shell complete commands and options, from the table."""

from __future__ import annotations

from collections.abc import Iterator

from noroshi.cli import exits
from noroshi.cli.commands.command_list import COMMANDS
from noroshi.cli.commands.spec import GLOBAL, Command, Option
from noroshi.cli.context import CommandContext

PLACED = ("DIR", "FILE", "PIPE", "SOCKET")
"""Metavars that stand for something in the file system."""

BASH = """\
# bash completion for noroshi. Load it with: source <(noroshi completion bash)
_noroshi() {
    local word=${COMP_WORDS[COMP_CWORD]} last=${COMP_WORDS[COMP_CWORD-1]} path="" at
    for ((at = 1; at < COMP_CWORD; at++)); do
        [[ ${COMP_WORDS[at]} == [a-z]* ]] || continue
        [[ " $(_noroshi_words "$path") " == *" ${COMP_WORDS[at]} "* ]] || continue
        path="${path:+$path }${COMP_WORDS[at]}"
    done
    case "$last" in
%(values)s
    esac
    mapfile -t COMPREPLY < <(compgen -W "$(_noroshi_words "$path")" -- "$word")
    if [[ ${#COMPREPLY[@]} -eq 0 && $word != -* ]]; then
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
    fi
}
_noroshi_words() {
    case "$1" in
%(words)s
    esac
}
complete -o filenames -F _noroshi noroshi
"""
ZSH = """\
#compdef noroshi
# zsh completion for noroshi. Load it with: source <(noroshi completion zsh)
autoload -U +X bashcompinit && bashcompinit
"""
FISH = """\
# fish completion for noroshi. Load it with: noroshi completion fish | source
complete -c noroshi -f
"""


def completion(context: CommandContext) -> int:
    """Print the script; nothing is written anywhere."""
    scripts = {"bash": bash(), "zsh": zsh(), "fish": fish(context.language)}
    print(scripts[context.args.shell], end="")
    return exits.DONE


def bash() -> str:
    """Return the script for bash 4 and newer."""
    words = "\n".join(
        f'        "{path}") echo "{" ".join(_words(command))}" ;;' for path, command in _paths()
    )
    return BASH % {"words": words, "values": "\n".join(_values())}


def zsh() -> str:
    """Return the script for zsh, which can read bash's completions."""
    return ZSH + bash().partition("\n")[2]


def fish(language: str) -> str:
    """Return the script for fish, whose completions show the help too."""
    lines = list[str]()
    for path, command in _paths():
        if command is None:
            continue
        *parents, name = path.split(" ")
        condition = _fish_condition(parents)
        lines.append(
            f"complete -c noroshi -n '{condition}' -a {name} -d {_quote_help(command, language)}"
        )
        lines += [
            f"complete -c noroshi -n '__fish_seen_subcommand_from {name}' -l {flag[2:]}"
            for option in (*command.options, *GLOBAL)
            for flag in option.flags
            if flag.startswith("--")
        ]
    return FISH + "\n".join(lines) + "\n"


def _fish_condition(parents: list[str]) -> str:
    return f"__fish_seen_subcommand_from {parents[-1]}" if parents else "__fish_use_subcommand"


def _quote_help(command: Command, language: str) -> str:
    return "'" + command.help.say(language).replace("\\", "\\\\").replace("'", "\\'") + "'"


def _paths() -> Iterator[tuple[str, Command | None]]:
    """Yield each command with the words typed before its options; "" is the program itself."""
    yield "", None
    for command in COMMANDS:
        yield command.name, command
        for one in command.subcommands:
            yield f"{command.name} {one.name}", one


def _words(command: Command | None) -> list[str]:
    """Return what may come next: the subcommands and the options."""
    if command is None:
        return [one.name for one in COMMANDS] + _flags(GLOBAL) + ["--version", "--help"]
    subcommands = [one.name for one in command.subcommands]
    return subcommands + _flags((*command.options, *GLOBAL)) + ["--help"]


def _flags(options: tuple[Option, ...]) -> list[str]:
    return [flag for option in options for flag in option.flags if flag.startswith("-")]


def _values() -> Iterator[str]:
    """Return what may follow an option: a choice, a file, or anything."""
    by_flag = {flag: option for option in _options() for flag in option.flags}
    for flag, option in sorted(by_flag.items()):
        if not flag.startswith("-") or option.settings.get("action") == "store_true":
            continue
        choices = option.settings.get("choices")
        if choices:
            action = f'compgen -W "{" ".join(map(str, choices))}"'
        elif option.settings.get("metavar") in PLACED:
            action = "compgen -f"
        else:
            yield f"        {flag}) return ;;"
            continue
        yield f'        {flag}) mapfile -t COMPREPLY < <({action} -- "$word"); return ;;'


def _options() -> Iterator[Option]:
    yield from GLOBAL
    for _, command in _paths():
        if command is not None:
            yield from command.options
