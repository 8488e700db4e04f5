"""`noroshi instance` and `noroshi monitor`: stopped and started, copied and moved."""

from __future__ import annotations

from typing import Any

from noroshi.cli.context import CommandContext
from noroshi.cli.handlers.apply import say_applied, say_would


def stop(asked: CommandContext) -> int:
    """Stop the watch of an instance."""
    return _switched(asked, "instance_stop", instance=asked.given.instance)


def start(asked: CommandContext) -> int:
    """Start it."""
    return _switched(asked, "instance_start", instance=asked.given.instance)


def disable(asked: CommandContext) -> int:
    """Stop the watch of a monitor or a group."""
    return _switched(asked, "monitor_disable", monitor=asked.given.part)


def enable(asked: CommandContext) -> int:
    """Start it."""
    return _switched(asked, "monitor_enable", monitor=asked.given.part)


def copy_instance(asked: CommandContext) -> int:
    """Another instance like it."""
    given = asked.given
    said = {name: getattr(given, name) for name in ("name", "title", "address", "stopped")}
    return _placed(asked, "instance_copy", instance=given.instance, **said)


def copy(asked: CommandContext) -> int:
    """A monitor or a group in another place too."""
    given = asked.given
    what = {"monitor": given.part, "to": given.to, "title": given.title}
    return _placed(asked, "monitor_copy", **what)


def move(asked: CommandContext) -> int:
    """A monitor or a group in another place."""
    return _placed(asked, "monitor_move", monitor=asked.given.part, to=asked.given.to)


def _switched(asked: CommandContext, op: str, **what: Any) -> int:
    return say_applied(asked, asked.call(op, note=asked.given.note, **what))


def _placed(asked: CommandContext, op: str, **what: Any) -> int:
    given = asked.given
    applied = asked.call(op, note=given.note, dry=given.dry_run, **what)
    return say_would(asked, applied) if given.dry_run else say_applied(asked, applied)
