"""`noroshi guide ROUTE`: what the administrator of Microsoft 365 does for it, to be handed on."""

from __future__ import annotations

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.operations import sign_in_operations
from noroshi.operations.sign_in_answers import GuideShown


def guide(context: CommandContext) -> int:
    """Print the steps with the values filled in."""
    answer = context.ask(
        sign_in_operations.GUIDE_SHOW,
        GuideShown,
        route=context.args.route,
        way=context.args.way,
    )
    if context.args.json:
        context.print_json(answer)
    else:
        print(context.say(answer.text), end="")
    return exits.DONE
