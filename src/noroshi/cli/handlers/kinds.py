"""`noroshi kinds`: what can be watched, done and sent by, with each kind's options."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.errors import RefusedError
from noroshi.cli.output.tables import table
from noroshi.command_line.text_width import wrap
from noroshi.config.config import ConfigError
from noroshi.core.translation import Message, _, help_text

Answer = Mapping[str, Any]
FAMILIES: Mapping[str, Message] = {
    "monitor": _("Monitors"),
    "action": _("Actions"),
    "route": _("Routes"),
}
OPTIONS = _("Options")
NO_OPTIONS = _("None.")
READINGS = _("Readings")
NEEDED = _("required")
NEEDED_ALONE = _("required without an account")
SORTS: Mapping[str, Message] = {
    "string": _("text"),
    "integer": _("whole number"),
    "number": _("number"),
    "boolean": _("true or false"),
    "array": _("list"),
    "object": _("table"),
}
FROM_ACCOUNT = ("host", "user")
"""What a route with an account has from there."""
LIMITS = _("default limits: {value}")
DEFAULT = _("default {value}")
IN_FULL = _("Details: noroshi kinds KIND")
NO_KIND = _("There is no type {kind}. Available types: {known}")
COLUMNS = 76


def kinds(asked: CommandContext) -> int:
    """All kinds in short, or one in full."""
    found, wanted = _known(asked), asked.given.kind
    if wanted is not None:
        known = ", ".join(sorted({kind["kind"] for kind in found}))
        found = [kind for kind in found if kind["kind"] == wanted]
        if not found:
            raise RefusedError("not found", NO_KIND.fill(kind=wanted, known=known))
    if asked.given.json:
        asked.print_json(found)
    elif wanted is not None:
        print("\n\n".join("\n".join(_full(asked, kind)) for kind in found))
    else:
        print("\n".join(_short(asked, found)))
    return exits.DONE


def _known(asked: CommandContext) -> Any:
    """As the node says; they are plain reference, so neither home folder nor node is needed."""
    try:
        return asked.call("kinds")
    except (ConfigError, RefusedError):
        from noroshi.cli.clients.in_process import (
            built_in_kinds,  # only now: it costs all of Noroshi
        )

        return built_in_kinds()


def _short(asked: CommandContext, found: Sequence[Answer]) -> Iterator[str]:
    for family, words in FAMILIES.items():
        rows = [(k["kind"], asked.say(k["title"])) for k in found if k["family"] == family]
        yield asked.say(words)
        yield from (f"  {line}" for line in table(rows))
        yield ""
    yield asked.say(IN_FULL)


def _full(asked: CommandContext, kind: Answer) -> Iterator[str]:
    yield f"{kind['kind']}  {asked.say(kind['title'])} ({asked.say(FAMILIES[kind['family']])})"
    yield from (f"  {line}" for line in wrap(asked.say(kind["help"]), COLUMNS))
    yield from ("", asked.say(OPTIONS))
    options = kind["options"].get("properties", {})
    if not options:
        yield f"  {asked.say(NO_OPTIONS)}"
    needed = kind["options"].get("required", ())
    for name, option in options.items():
        by_account = "account" in options and name in FROM_ACCOUNT
        must = (NEEDED_ALONE if by_account else NEEDED) if name in needed else None
        yield f"  {name}  {_sort(asked, option, must)}".rstrip()
        help = asked.say(help_text(option.get("description", "")))
        yield from (f"      {line}" for line in wrap(help, COLUMNS - 4) if line)
    if kind["readings"]:
        yield from ("", asked.say(READINGS))
        rows = [
            (name, asked.say(words), _limits(asked, kind["limits"].get(name)))
            for name, words in kind["readings"].items()
        ]
        yield from (f"  {line}" for line in table(rows))


def _limits(asked: CommandContext, limits: Mapping[str, str] | None) -> str:
    """Those that hold unless others are given."""
    told = "" if limits is None else asked.say(limits)
    return asked.say(LIMITS.fill(value=told)) if told else ""


def _sort(asked: CommandContext, option: Answer, must: Message | None) -> str:
    if "enum" in option:
        told = [" | ".join(map(_toml, option["enum"]))]
    else:
        sorts = [SORTS.get(one.get("type")) for one in (option, *option.get("anyOf", ()))]
        told = [asked.say(words) for words in sorts if words is not None][:1]
    if must is not None:
        told.append(asked.say(must))
    elif option.get("default") not in (None, "", [], {}):
        told.append(asked.say(DEFAULT.fill(value=_toml(option["default"]))))
    comma = asked.say(_(", "))
    return f"({comma.join(told)})" if told else ""


def _toml(given: Any) -> str:
    """As it would stand in a definition; JSON writes these as TOML does."""
    return json.dumps(given, ensure_ascii=False)
