"""A node that meets with a mishap as it keeps a rotated refresh token: a program for the tests.

"killed": it is gone once that is durable, before it is used. "unsaved": it is gone before. "full":
the disk is full.
The one that a sign-in brings is no rotated one: a node that shall be killed must be signed in
while it runs, one whose disk is full before.
"""

import asyncio
import errno
import os
import signal
import sys
import time
from collections import Counter
from pathlib import Path

from noroshi.app.node_process import serve
from noroshi.config.config import read_config
from noroshi.logs import logging_to, sink_of
from noroshi.stores.sqlite.store import SqliteStore

FIRST = 1


class Store:
    """The real store, but for the mishap."""

    def __init__(self, inner, mishap):
        self._inner, self._mishap = inner, mishap
        self._kept = Counter()

    def __getattr__(self, name):
        return getattr(self._inner, name)

    async def put_secret(self, name, sealed):
        self._kept[name] += name.startswith("refresh/")
        if self._mishap == "full" and self._kept.total():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if self._mishap == "unsaved":
            self._die_at_a_rotated(name)
        await self._inner.put_secret(name, sealed)
        if self._mishap == "killed":
            self._die_at_a_rotated(name)

    def _die_at_a_rotated(self, name):
        if self._kept[name] > FIRST:
            os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    home, mishap = sys.argv[1:]
    config = read_config(Path(home))
    with logging_to(
        sink_of(config.log, config.home, os.environ), config.log_level, time.monotonic
    ):
        asyncio.run(
            serve(
                config,
                lambda words: print(words.en, flush=True),
                lambda path: Store(SqliteStore.open(path), mishap),
            )
        )
