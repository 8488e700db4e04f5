"""Do an operation that has a verb: its declaration holds the arguments and the message."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.operations.declaration import Declaration


def run_operation(context: CommandContext) -> int:
    """Do the operation, and print the outcome."""
    operation: Declaration = context.args.operation
    verb = operation.verb
    assert verb is not None
    arguments = {one.name: getattr(context.args, one.name) for one in verb.arguments}
    answer = context.call(operation.name, **arguments)
    names = verb.done_message.empty_places
    places = answer if isinstance(answer, Mapping) else dict.fromkeys(names, answer)
    print(context.say(verb.done_message.fill(**{name: places[name] for name in names})))
    return exits.DONE
