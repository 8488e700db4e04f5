"""`noroshi blueprint`: sets of monitors, shown and added to an instance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.errors import RefusedError
from noroshi.cli.handlers.apply import say_applied, say_would
from noroshi.cli.output.tables import table
from noroshi.core.definitions.problems import suggestion
from noroshi.core.translation import _
from noroshi.definitions.blueprints import titled
from noroshi.definitions.toml import toml

Answer = Mapping[str, Any]
HOW_TO_ADD = _("To add one: noroshi blueprint add NAME --to INSTANCE")
NO_BLUEPRINT = _("There is no blueprint {given}{instead}.")
ASKS = _("Parameters")
UNLESS = _("default: {value}")
MUST = _("required")
MONITORS = _("Definitions")
NO_VALUE = _("specify --set as NAME=VALUE, not {given}")


def list_(asked: CommandContext) -> int:
    """All blueprints in short."""
    found = asked.call("blueprints")
    if asked.given.json:
        asked.print_json(found)
        return exits.DONE
    rows = [(one["name"], asked.say(one["title"]), ", ".join(one["monitors"])) for one in found]
    print("\n".join(table(rows)))
    print(asked.say(HOW_TO_ADD))
    return exits.DONE


def show(asked: CommandContext) -> int:
    """One blueprint in full, as it would stand in an instance's file."""
    known = {one["name"]: one for one in asked.call("blueprints")}
    one = known.get(asked.given.name)
    if one is None:
        near = suggestion(asked.given.name, known)
        raise RefusedError("not found", NO_BLUEPRINT.fill(given=asked.given.name, instead=near))
    if asked.given.json:
        asked.print_json(one)
    else:
        print("\n".join(_full(asked, one)))
    return exits.DONE


def add(asked: CommandContext) -> int:
    """Add its monitors to an instance: a new version of the definitions."""
    given = asked.given
    applied = asked.call(
        "blueprint_add",
        blueprint=given.name,
        instance=given.to,
        values=_values(asked, given.set),
        address=given.address,
        zone=given.zone,
        rules=given.rule,
        dry=given.dry_run,
        language=asked.language,
    )
    return say_would(asked, applied) if given.dry_run else say_applied(asked, applied)


def _values(asked: CommandContext, given: Sequence[str]) -> dict[str, str]:
    for text in given:
        if "=" not in text:
            asked.given.parser.refuse(NO_VALUE.fill(given=text))
    return dict(text.split("=", 1) for text in given)


def _full(asked: CommandContext, one: Answer) -> Iterator[str]:
    yield f"{one['name']}  {asked.say(one['title'])}"
    yield f"  {asked.say(one['help'])}"
    if one["asks"]:
        yield from ("", asked.say(ASKS))
        rows = [
            (name, asked.say(UNLESS.fill(value=value) if value else MUST))
            for name, value in one["asks"].items()
        ]
        yield from (f"  {line}" for line in table(rows))
    yield from ("", asked.say(MONITORS), "")
    yield toml({"group": [titled(group, asked.language) for group in one["groups"]]}).strip()
