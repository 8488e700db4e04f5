"""`noroshi beat`: a job's sign that it ran, for the heartbeat monitor that waits for it."""

from __future__ import annotations

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.operations import node_operations
from noroshi.ports.store_records import Beat


def beat(context: CommandContext) -> int:
    """Report; without a word, as what a job prints is mailed by cron."""
    args = context.args
    text = args.text or args.fail or ""
    answer = context.ask(
        node_operations.BEAT, Beat, name=args.job, ok=args.fail is None, text=text
    )
    if args.json:
        context.print_json(answer)
    return exits.DONE
