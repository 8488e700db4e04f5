"""`noroshi guide ROUTE`: what the administrator of Microsoft 365 does for it, to be handed on."""

from __future__ import annotations

from noroshi.cli import exits
from noroshi.cli.context import CommandContext


def guide(asked: CommandContext) -> int:
    """Print the steps with the values filled in."""
    found = asked.call("guide_show", route=asked.given.route, way=asked.given.way)
    if asked.given.json:
        asked.print_json(found)
    else:
        print(asked.say(found["text"]), end="")
    return exits.DONE
