"""`noroshi instance` and `noroshi monitor`: stopped and started, copied and moved."""

from __future__ import annotations

from typing import Any

from noroshi.cli.context import CommandContext
from noroshi.cli.handlers.apply import say_applied, say_dry_run
from noroshi.operations import definition_operations
from noroshi.operations.declaration import Declaration
from noroshi.operations.definition_answers import Applied


def stop(context: CommandContext) -> int:
    """Stop the watch of an instance."""
    return _set_enabled(
        context, definition_operations.INSTANCE_STOP, instance=context.args.instance
    )


def start(context: CommandContext) -> int:
    """Start the monitoring of an instance."""
    return _set_enabled(
        context, definition_operations.INSTANCE_START, instance=context.args.instance
    )


def disable(context: CommandContext) -> int:
    """Stop the watch of a monitor or a group."""
    return _set_enabled(
        context, definition_operations.MONITOR_DISABLE, monitor=context.args.part
    )


def enable(context: CommandContext) -> int:
    """Enable a monitor."""
    return _set_enabled(
        context, definition_operations.MONITOR_ENABLE, monitor=context.args.part
    )


def copy_instance(context: CommandContext) -> int:
    """Make another instance like it."""
    args = context.args
    fields = {name: getattr(args, name) for name in ("name", "title", "address", "stopped")}
    return _copy_or_move(
        context, definition_operations.INSTANCE_COPY, instance=args.instance, **fields
    )


def copy(context: CommandContext) -> int:
    """Copy a monitor or a group to another place."""
    args = context.args
    arguments = {"monitor": args.part, "to": args.to, "title": args.title}
    return _copy_or_move(context, definition_operations.MONITOR_COPY, **arguments)


def move(context: CommandContext) -> int:
    """Move a monitor or a group to another place."""
    return _copy_or_move(
        context,
        definition_operations.MONITOR_MOVE,
        monitor=context.args.part,
        to=context.args.to,
    )


def _set_enabled(context: CommandContext, operation: Declaration, **arguments: Any) -> int:
    return say_applied(
        context, context.ask(operation, Applied, note=context.args.note, **arguments)
    )


def _copy_or_move(context: CommandContext, operation: Declaration, **arguments: Any) -> int:
    args = context.args
    answer = context.ask(operation, Applied, note=args.note, dry=args.dry_run, **arguments)
    return say_dry_run(context, answer) if args.dry_run else say_applied(context, answer)
