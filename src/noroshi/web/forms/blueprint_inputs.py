"""Find the inputs of a blueprint, with help: from the settings in which each value is used.
Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from noroshi.core.definitions.problems import read_location
from noroshi.core.translation import NOTHING, Message, help_text

Answer = Mapping[str, Any]
PLACEHOLDER = re.compile(r"\$\{([a-z][a-z0-9_]*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class BlueprintInput:
    """One value. `default`: what is taken unless it is given; "" must be said. `fills`: the first
    setting that it stands in, as kind and setting; `used`: all, as group/monitor and setting."""

    name: str
    default: str
    help: Message
    fills: tuple[str, str]
    used: Sequence[str]


def inputs_of(blueprint: Answer, kinds: Sequence[Answer]) -> list[BlueprintInput]:
    """All that it asks for; the help is that of the first setting which has one."""
    helps = {
        (kind["kind"], name): help_text(str(said.get("description", "")))
        for kind in kinds
        if kind["family"] == "monitor"
        for name, said in kind["options"].get("properties", {}).items()
    }
    uses = list(_uses(blueprint["groups"]))
    return [_input(name, default, uses, helps) for name, default in blueprint["asks"].items()]


def _input(
    name: str,
    default: str,
    uses: Sequence[tuple[str, str, str, str]],
    helps: Mapping[tuple[str, str], Message],
) -> BlueprintInput:
    mine = [(kind, where, option) for used, kind, where, option in uses if used == name]
    told = (helps.get((kind, option)) for kind, _, option in mine)
    return BlueprintInput(
        name=name,
        default=default,
        help=next((words for words in told if words is not None), NOTHING),
        fills=next(((kind, option) for kind, _, option in mine), ("", name)),
        used=[f"{where} ({option})" if option else where for _, where, option in mine],
    )


def input_at(asks: Sequence[BlueprintInput], where: str) -> str:
    """The name of the value that a problem of definitions is about; "": of none. What the value
    itself lacks is told by its name."""
    found = _use_at(where)
    named = (one.name for one in asks if one.name == where or any(_fits(found, one.used)))
    return next(named, "")


def _use_at(where: str) -> str:
    """Return the setting of a monitor at a place, as `BlueprintInput.used` tells it."""
    match read_location(where).steps:
        case ("group", group, "monitor", monitor, "options", setting, *_):
            return f"{group}/{monitor} ({setting})"
        case ("group", group, "monitor", monitor, setting, *_):
            return f"{group}/{monitor} ({setting})"
        case _:
            return where


def _fits(found: str, used: Sequence[str]) -> Iterator[bool]:
    """Yield of each use whether it is meant: what stands in a name is anything until it is
    filled in."""
    for one in used:
        parts = (re.escape(part) for part in PLACEHOLDER.sub("\0", one).split("\0"))
        yield re.fullmatch("[^/.]+".join(parts), found) is not None


def _uses(groups: Sequence[Answer]) -> Iterator[tuple[str, str, str, str]]:
    """Each use: which value, in a monitor of which kind, where, and in which option."""
    for group in groups:
        for monitor in group.get("monitor", ()):
            kind, where = str(monitor.get("kind")), f"{group.get('name')}/{monitor.get('name')}"
            for setting, said in monitor.items():
                inside = said if setting == "options" else {"": said}
                for option, value in inside.items():
                    for name in dict.fromkeys(PLACEHOLDER.findall(str(value))):
                        yield name, kind, where, option or setting
