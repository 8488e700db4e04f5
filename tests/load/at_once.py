"""Scenes that run at once: each waits for most of its time, with a node, ports and a mail server of its own."""

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context

from benchmarks.programs import PREPARER
from tests.warm import warm


class Scenes:
    """The scenes of a file, of which so many run at once as the pool has threads."""

    def __init__(self, pool, folder):
        self._pool, self._folder, self._begun = pool, folder, dict[object, Future]()

    def begin(self, name, run, *given):
        """Begin a scene in a folder of its own, made ready by forked commands."""
        context = copy_context()
        context.run(PREPARER.set, warm())
        folder = self._folder / str(len(self._begun))
        self._begun[name] = self._pool.submit(context.run, run, folder, *given)

    def seen(self, name):
        """What a scene showed, once it is over."""
        return self._begun[name].result()


@contextmanager
def at_once(most, folder):
    """Scenes, of which at most so many run at a time."""
    with ThreadPoolExecutor(most) as pool:
        yield Scenes(pool, folder)
