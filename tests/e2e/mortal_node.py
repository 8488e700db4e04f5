"""A node that ends itself with SIGKILL at one named step of an alarm: a program for the tests.

It opens the same composition root as `noroshi serve`, with a store that watches for the step.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from noroshi.app.node_process import serve
from noroshi.config.config import read_config
from noroshi.stores.sqlite.store import SqliteStore


def has_mail(given, _answer):
    return bool(given[-1].envelopes)


def is_one(_given, answer):
    return answer is not None


def any_call(_given, _answer):
    return True


STEPS = {
    "measured": ("commit", "before", has_mail),
    "committed": ("commit", "after", has_mail),
    "lent": ("claim_parcel", "after", is_one),
    "sent": ("settle", "before", any_call),
    "settled": ("settle", "after", any_call),
}


class MortalStore:
    """The real store, until the step: then the process is gone, with nothing tidied up."""

    def __init__(self, inner, step):
        self._inner = inner
        self._method, self._when, self._meant = STEPS[step]

    def __getattr__(self, name):
        call = getattr(self._inner, name)
        return self._dying(call) if name == self._method else call

    def _dying(self, call):
        async def wrapped(*given):
            self._perhaps("before", given, None)
            answer = await call(*given)
            self._perhaps("after", given, answer)
            return answer

        return wrapped

    def _perhaps(self, when, given, answer):
        if when == self._when and self._meant(given, answer):
            os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    home, step = sys.argv[1:]
    asyncio.run(
        serve(
            read_config(Path(home)),
            lambda words: print(words.en, flush=True),
            lambda path: MortalStore(SqliteStore.open(path), step),
        )
    )
