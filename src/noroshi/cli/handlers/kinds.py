"""`noroshi kinds`: what can be watched, done and sent by, with each kind's options."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.errors import RefusedError
from noroshi.cli.output.tables import table
from noroshi.command_line.text_width import wrap
from noroshi.config.settings_file import ConfigError
from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.sources import WINRM_KINDS
from noroshi.core.translation import Message, _, help_text, list_names, pgettext
from noroshi.operations import monitor_operations
from noroshi.operations.kind_answers import Kind

T = TypeVar("T")
FAMILIES: Mapping[str, Message] = {
    "monitor": _("Monitors"),
    "action": _("Actions"),
    "route": _("Routes"),
}
HEADS: Mapping[str, Message] = {
    "monitor": _("{kind}  {title}, type of monitor"),
    "action": _("{kind}  {title}, type of action"),
    "route": _("{kind}  {title}, type of route"),
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
"""The options that a route takes from its account."""
LIMITS = _("default limits: {value}")
DEFAULT = _("default {value}")
IN_FULL = with_commands(
    _("Details: {command}"), command=CommandText("kinds", pgettext("command", "KIND"))
)
BY_WINRM = _(
    "This type also works over WinRM, which was tested with a simulated server only, not yet with "
    "Windows."
)
NO_KIND = _("There is no type “{kind}”. Available types: {known}")
COLUMNS = 76


def kinds(context: CommandContext) -> int:
    """Print all kinds in short, or one in full."""
    kind_name = context.args.kind
    if context.args.json:
        answer = _all_kinds_as_json(context)
        context.print_json(_select(answer, kind_name, lambda kind: str(kind["kind"])))
        return exits.DONE
    entries = _select(_all_kinds(context), kind_name, lambda kind: kind.kind)
    if kind_name is not None:
        print("\n\n".join("\n".join(_details(context, kind)) for kind in entries))
    else:
        print("\n".join(_overview(context, entries)))
    return exits.DONE


def _select(
    entries: Sequence[T], kind_name: str | None, name_of: Callable[[T], str]
) -> Sequence[T]:
    """Return all of them, or those of that name. Raises RefusedError if there is none."""
    if kind_name is None:
        return entries
    selected = [kind for kind in entries if name_of(kind) == kind_name]
    if not selected:
        names = list_names(sorted({name_of(kind) for kind in entries}))
        raise RefusedError("not found", NO_KIND.fill(kind=kind_name, known=names))
    return selected


def _all_kinds(context: CommandContext) -> Sequence[Kind]:
    """Return the kinds as the node says; they are plain reference, so neither home folder nor
    node is needed."""
    try:
        return context.ask(monitor_operations.KINDS, tuple[Kind, ...])
    except (ConfigError, RefusedError):
        return _built_in_kinds()


def _all_kinds_as_json(context: CommandContext) -> Sequence[Mapping[str, Any]]:
    """Return all kinds as JSON's own types: converted to its type, a limit of 95 would become
    95.0."""
    try:
        answer: Sequence[Mapping[str, Any]] = context.call(monitor_operations.KINDS.name)
        return answer
    except (ConfigError, RefusedError):
        from noroshi.answer_json import as_json  # only now: few commands need it

        return [as_json(kind) for kind in _built_in_kinds()]


def _built_in_kinds() -> Sequence[Kind]:
    # Only now: it costs all of Noroshi.
    from noroshi.actions.template import TemplateRenderer
    from noroshi.cli.clients.built_in import built_in
    from noroshi.service.monitors.status_view import kinds as kinds_of

    return kinds_of(built_in(TemplateRenderer()))


def _overview(context: CommandContext, entries: Sequence[Kind]) -> Iterator[str]:
    for family, words in FAMILIES.items():
        rows = [(k.kind, context.say(k.title)) for k in entries if k.family == family]
        yield context.say(words)
        yield from (f"  {line}" for line in table(rows))
        yield ""
    yield context.say(IN_FULL)


def _details(context: CommandContext, kind: Kind) -> Iterator[str]:
    yield context.say(HEADS[kind.family].fill(kind=kind.kind, title=kind.title))
    yield from (f"  {line}" for line in wrap(context.say(kind.help), COLUMNS))
    if kind.family == "monitor" and kind.kind in WINRM_KINDS:
        yield from (f"  {line}" for line in wrap(context.say(BY_WINRM), COLUMNS))
    yield from ("", context.say(OPTIONS))
    options = kind.options.get("properties", {})
    if not options:
        yield f"  {context.say(NO_OPTIONS)}"
    required = kind.options.get("required", ())
    for name, option in options.items():
        by_account = "account" in options and name in FROM_ACCOUNT
        must = (NEEDED_ALONE if by_account else NEEDED) if name in required else None
        yield f"  {name}  {_sort(context, option, must)}".rstrip()
        help = context.say(help_text(option.get("description", "")))
        yield from (f"      {line}" for line in wrap(help, COLUMNS - 4) if line)
    if kind.readings:
        yield from ("", context.say(READINGS))
        rows = [
            (name, context.say(words), _limits(context, kind.limits.get(name)))
            for name, words in kind.readings.items()
        ]
        yield from (f"  {line}" for line in table(rows))


def _limits(context: CommandContext, limits: Message | None) -> str:
    """Return the limits that hold unless others are given."""
    text = "" if limits is None else context.say(limits)
    return context.say(LIMITS.fill(value=text)) if text else ""


def _sort(context: CommandContext, option: Mapping[str, Any], must: Message | None) -> str:
    if "enum" in option:
        facts = [" | ".join(map(_toml, option["enum"]))]
    else:
        sorts = [SORTS.get(one.get("type")) for one in (option, *option.get("anyOf", ()))]
        facts = [context.say(words) for words in sorts if words is not None][:1]
    if must is not None:
        facts.append(context.say(must))
    elif option.get("default") not in (None, "", [], {}):
        facts.append(context.say(DEFAULT.fill(value=_toml(option["default"]))))
    comma = context.say(_(", "))
    return f"({comma.join(facts)})" if facts else ""


def _toml(value: Any) -> str:
    """Return a value as it would stand in a definition; JSON writes these as TOML does."""
    return json.dumps(value, ensure_ascii=False)
