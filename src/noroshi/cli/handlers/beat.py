"""`noroshi beat`: a job's sign that it ran, for the heartbeat monitor that waits for it."""

from __future__ import annotations

from noroshi.cli import exits
from noroshi.cli.context import CommandContext


def beat(context: CommandContext) -> int:
    """Report the end of a job, silently, as cron mails what a job prints. The answer is printed
    as the node gives it: converting it to its type would cost each job more than the report."""
    args = context.args
    text = args.text or args.fail or ""
    answer = context.call("beat", name=args.job, ok=args.fail is None, text=text)
    if args.json:
        context.print_json(answer)
    return exits.DONE
