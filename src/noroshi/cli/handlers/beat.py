"""`noroshi beat`: a job's sign that it ran, for the heartbeat monitor that waits for it."""

from __future__ import annotations

from noroshi.cli import exits
from noroshi.cli.context import CommandContext


def beat(asked: CommandContext) -> int:
    """Report; without a word, as what a job prints is mailed by cron."""
    given = asked.given
    text = given.text or given.fail or ""
    kept = asked.call("beat", name=given.job, ok=given.fail is None, text=text)
    if given.json:
        asked.print_json(kept)
    return exits.DONE
