"""`noroshi blueprint`: sets of monitors, shown and added to an instance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.errors import RefusedError
from noroshi.cli.handlers.apply import say_applied, say_dry_run
from noroshi.cli.output.lists import print_answer
from noroshi.cli.output.tables import table
from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.definitions.problems import suggestion
from noroshi.core.translation import _, list_names, pgettext
from noroshi.definitions.blueprints import localize
from noroshi.definitions.toml import toml
from noroshi.operations import definition_operations
from noroshi.operations.definition_answers import Applied
from noroshi.operations.kind_answers import BlueprintRow

HOW_TO_ADD = with_commands(
    _("To add one: {command}"),
    command=CommandText("blueprint add", pgettext("command", "NAME --to INSTANCE")),
)
NO_BLUEPRINT = _("There is no blueprint “{given}”{instead}.")
ASKS = _("Parameters")
UNLESS = _("default: {value}")
MUST = _("required")
MONITORS = _("Definitions")
NO_VALUE = _("specify --set as NAME=VALUE, not “{given}”")


def list_(context: CommandContext) -> int:
    """List all blueprints in short."""
    blueprints = context.ask(definition_operations.BLUEPRINTS, tuple[BlueprintRow, ...])
    if context.args.json:
        context.print_json(blueprints)
        return exits.DONE
    rows = [
        (one.name, context.say(one.title), context.say(list_names(one.monitors)))
        for one in blueprints
    ]
    print("\n".join(table(rows)))
    print(context.say(HOW_TO_ADD))
    return exits.DONE


def show(context: CommandContext) -> int:
    """Print one blueprint in full, as it would stand in an instance's file."""
    by_name = {
        one.name: one
        for one in context.ask(definition_operations.BLUEPRINTS, tuple[BlueprintRow, ...])
    }
    one = by_name.get(context.args.name)
    if one is None:
        near = suggestion(context.args.name, by_name)
        raise RefusedError(
            "not found", NO_BLUEPRINT.fill(given=context.args.name, instead=near)
        )
    return print_answer(context, one, lambda: _details(context, one))


def add(context: CommandContext) -> int:
    """Add the monitors of a blueprint to an instance: a new version of the definitions."""
    args = context.args
    answer = context.ask(
        definition_operations.BLUEPRINT_ADD,
        Applied,
        blueprint=args.name,
        instance=args.to,
        values=_values(context, args.set),
        address=args.address,
        zone=args.zone,
        rules=args.rule,
        dry=args.dry_run,
        language=context.language,
    )
    return say_dry_run(context, answer) if args.dry_run else say_applied(context, answer)


def _values(context: CommandContext, assignments: Sequence[str]) -> dict[str, str]:
    for text in assignments:
        if "=" not in text:
            context.args.parser.refuse(NO_VALUE.fill(given=text))
    return dict(text.split("=", 1) for text in assignments)


def _details(context: CommandContext, blueprint: BlueprintRow) -> Iterator[str]:
    yield f"{blueprint.name}  {context.say(blueprint.title)}"
    yield f"  {context.say(blueprint.help)}"
    if blueprint.asks:
        yield from ("", context.say(ASKS))
        rows = [
            (name, context.say(UNLESS.fill(value=value) if value else MUST))
            for name, value in blueprint.asks.items()
        ]
        yield from (f"  {line}" for line in table(rows))
    yield from ("", context.say(MONITORS), "")
    yield toml(
        {"group": [localize(group, context.language) for group in blueprint.groups]}
    ).strip()
