"""`noroshi serve`: the node itself, until it is told to stop."""

from __future__ import annotations

import asyncio
import logging

from noroshi.app import serve as run_node
from noroshi.cli import exits
from noroshi.cli.asked import Asked
from noroshi.cli.client import Refused
from noroshi.core.words import Words
from noroshi.ports import StoreError

LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"
CANNOT_START = Words(en="The node cannot start: {why}", ja="ノードを起動できません: {why}")


def serve(asked: Asked) -> int:
    """Watch and send until SIGTERM or Ctrl-C."""
    config = asked.config
    logging.basicConfig(level=config.log_level.upper(), format=LINE)
    try:
        asyncio.run(run_node(config, lambda words: print(asked.say(words), flush=True)))
    except StoreError as error:
        why = getattr(error, "words", error)
        raise Refused("trouble", CANNOT_START.fill(why=why)) from None
    return exits.DONE
