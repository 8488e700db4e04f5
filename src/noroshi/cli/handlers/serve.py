"""`noroshi serve`: the node itself, until it is told to stop."""

from __future__ import annotations

import logging
import os
import sys
import time
from typing import TYPE_CHECKING

from noroshi import __version__
from noroshi.app.shared_work import WorkLostError
from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.errors import RefusedError
from noroshi.core.translation import Message, _
from noroshi.logs import logging_to, sink_of
from noroshi.ports import StoreError
from noroshi.stores.sqlite.process_lock import Holder, LifeLock, life_of

if TYPE_CHECKING:
    from noroshi.agent.node_updates import NodeUpdates

log = logging.getLogger(__name__)
TAKING_TURNS = 0.001
"""Seconds for which a thread that reckons (a plan is compiled, a folder compared) may keep the
loop waiting; with Python's own 5 ms each call to the system could cost a check so much."""
CANNOT_START = _("The node cannot start: {why}")


def serve(context: CommandContext) -> int:
    """Watch and send until SIGTERM or Ctrl-C."""
    config = context.config
    sink = sink_of(config.log, config.home, os.environ)
    with logging_to(sink, config.log_level, time.monotonic):
        log.info("node starting version=%s home=%s", __version__, config.home)
        code = _run(context)
        log.info("node stopped code=%d", code)
        return code


def _run(context: CommandContext) -> int:
    sys.setswitchinterval(TAKING_TURNS)
    try:
        with life_of(context.config.store, Holder.STARTING) as life:
            updates = _run_node(context, life)
    except StoreError as error:
        raise RefusedError("trouble", CANNOT_START.fill(why=error.words)) from None
    except WorkLostError:
        log.critical(
            "another node sends now, as this one did not renew its lease in time; or the store was "
            "moved away"
        )
        return exits.RESTART
    except Exception:  # a bug: the log must say why there is no node any more
        log.critical("node stopping because of an internal error", exc_info=True)
        return exits.TROUBLE
    return exits.DONE if updates is None else _start_other_version(updates)


def _start_other_version(updates: NodeUpdates) -> int:
    """Let the service start the version that waits, or become it where there is no service."""
    try:
        python = updates.take_own_step()
    except OSError:
        log.exception("an update is not installed")
        return exits.RESTART
    if python is None:
        return exits.RESTART
    log.info("another version starts python=%s", python)
    argv = (str(python), "-I", "-m", "noroshi.cli", *sys.argv[1:])
    os.execv(python, argv)  # noqa: S606 - it is this program


def _run_node(context: CommandContext, life: LifeLock) -> NodeUpdates | None:
    # Only now, with the lock: it takes half a second, and commands see meanwhile that a node starts.
    import asyncio

    from noroshi.app.node_process import serve as run_node

    def say(words: Message) -> None:
        print(context.say(words), flush=True)

    return asyncio.run(run_node(context.config, say, life=life))
