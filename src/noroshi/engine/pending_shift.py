"""Let what waits in the store follow a wall clock that was set."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

from noroshi.ports import Node, Store


class PendingShift:
    """Sum up by how many seconds the clock was set. A step whose answer from the store was lost is asked
    for again under its id: the store makes it once."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._step: tuple[str, float] | None = None
        self._numbers = count(1)

    def add(self, seconds: float) -> None:
        """Add what the store has to follow."""
        self.seconds += seconds

    def drop(self) -> None:
        """Leave it to another node."""
        self.seconds, self._step = 0.0, None

    async def make_step(self, store: Store, node: Node) -> timedelta:
        """Let the store follow, and return by how much. Raise StoreError."""
        if self._step is None:
            id = f"{node.name}/{node.life}/{next(self._numbers)}"
            self._step = id, self.seconds
        id, seconds = self._step
        await store.shift(timedelta(seconds=seconds), id)
        self._step = None
        self.seconds -= seconds  # the clock may have been set once more meanwhile
        return timedelta(seconds=seconds)
