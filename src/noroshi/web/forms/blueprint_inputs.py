"""Find the inputs of a blueprint, with help: from the settings in which each value is used.
Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from noroshi.core.definitions.problems import read_location
from noroshi.core.translation import NOTHING, Message, _, help_text
from noroshi.operations.kind_answers import BlueprintRow, Kind
from noroshi.web.view.setting_names import declared_labels


@dataclass(frozen=True, slots=True)
class InputWords:
    """Hold the label of an input, and its help."""

    label: Message
    help: Message


WORDS_OF_INPUTS: Mapping[tuple[str, str], InputWords] = {
    ("hyper-v-replica", "minutes"): InputWords(
        _("Maximum replication delay (min)"),
        _("If a virtual machine's last replication was longer ago, the level is CRITICAL."),
    ),
    ("sql-server", "service"): InputWords(
        _("SQL Server service"), _("Name of the service, such as MSSQLSERVER or MSSQL$NAME.")
    ),
    ("sql-server", "agent"): InputWords(
        _("SQL Server Agent service"),
        _("Name of the service, such as SQLSERVERAGENT or SQLAgent$NAME."),
    ),
}
"""Labels of inputs of our blueprints, by blueprint and input. Only inputs have one whose setting does
not say what is meant: it has no name, or two inputs fill it."""
PLACEHOLDER = re.compile(r"\$\{([a-z][a-z0-9_]*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class BlueprintInput:
    """Hold one value that a blueprint asks for. `default` is used unless it is given; "" must
    be given. `fills` is the first setting that it stands in, as kind and setting; `uses` are
    all, as group/monitor and setting. `label`: the one that the first setting declares
    itself."""

    name: str
    default: str
    help: Message
    fills: tuple[str, str]
    uses: Sequence[str]
    label: Message | None = None

    @property
    def used_by(self) -> Sequence[str]:
        """Return the same to be read: what the value itself names is "…"."""
        return [PLACEHOLDER.sub("…", use) for use in self.uses]


def inputs_of(blueprint: BlueprintRow, kinds: Sequence[Kind]) -> list[BlueprintInput]:
    """Return all values that a blueprint asks for; the help is that of the first setting which
    has one."""
    helps = {
        (kind.kind, name): help_text(str(option.get("description", "")))
        for kind in kinds
        if kind.family == "monitor"
        for name, option in kind.options.get("properties", {}).items()
    }
    labels = {
        kind.kind: declared_labels(kind.options) for kind in kinds if kind.family == "monitor"
    }
    uses = list(_uses(blueprint.groups))
    inputs = [_input(name, default, uses, helps) for name, default in blueprint.asks.items()]
    return [
        _with_words(
            replace(one, label=labels.get(one.fills[0], {}).get(one.fills[1])), blueprint.name
        )
        for one in inputs
    ]


def _with_words(input: BlueprintInput, blueprint: str) -> BlueprintInput:
    """Return the input, with the words that there are for it alone."""
    words = WORDS_OF_INPUTS.get((blueprint, input.name))
    return input if words is None else replace(input, label=words.label, help=words.help)


def _input(
    name: str,
    default: str,
    uses: Sequence[tuple[str, str, str, str]],
    helps: Mapping[tuple[str, str], Message],
) -> BlueprintInput:
    own_uses = [
        (kind, place, option)
        for placeholder, kind, place, option in uses
        if placeholder == name
    ]
    help_texts = (helps.get((kind, option)) for kind, _, option in own_uses)
    return BlueprintInput(
        name=name,
        default=default,
        help=next((text for text in help_texts if text is not None), NOTHING),
        fills=next(((kind, option) for kind, _, option in own_uses), ("", name)),
        uses=[f"{place} ({option})" if option else place for _, place, option in own_uses],
    )


def input_at(inputs: Sequence[BlueprintInput], path: str) -> str:
    """Return the name of the input that a problem of definitions is about; "": of none. A
    problem of the input itself has the input's name as the place."""
    place = _use_at(path)
    names = (ask.name for ask in inputs if ask.name == path or any(_matches(place, ask.uses)))
    return next(names, "")


def _use_at(path: str) -> str:
    """Return the setting of a monitor at a place, as `BlueprintInput.uses` tells it."""
    match read_location(path).steps:
        case ("group", group, "monitor", monitor, "options", setting, *_):
            return f"{group}/{monitor} ({setting})"
        case ("group", group, "monitor", monitor, setting, *_):
            return f"{group}/{monitor} ({setting})"
        case _:
            return path


def _matches(place: str, uses: Sequence[str]) -> Iterator[bool]:
    """Yield of each use whether it is meant: what stands in a name is anything until it is
    filled in."""
    for use in uses:
        parts = (re.escape(part) for part in PLACEHOLDER.sub("\0", use).split("\0"))
        yield re.fullmatch("[^/.]+".join(parts), place) is not None


def _uses(groups: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str, str, str]]:
    """Yield each use of an input: the name of the input, the kind of the monitor, the place of
    the monitor, and the option."""
    for group in groups:
        for monitor in group.get("monitor", ()):
            kind, place = str(monitor.get("kind")), f"{group.get('name')}/{monitor.get('name')}"
            for setting, content in monitor.items():
                options = content if setting == "options" else {"": content}
                for option, value in options.items():
                    for name in dict.fromkeys(PLACEHOLDER.findall(str(value))):
                        yield name, kind, place, option or setting
