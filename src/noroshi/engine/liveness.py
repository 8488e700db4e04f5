"""Whether a node is alive: its turns are started, and what it writes is written. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from noroshi.core.words import Words

STANDS_STILL = 30.0
"""Seconds without a look at the schedule, which is due each second: the watch hangs."""
NOT_WRITTEN = 180.0
"""Seconds without a write that went well. A lock is waited for 60 s, so this is two refusals."""
NOT_WRITTEN_FOR_LONG = 3600.0
"""The same, until the service manager may start the node anew. A start is no cure for a full
disk, and a node that cannot write watches and tells all the same; one that cannot open its store
does not. So this comes late, for a store that only a new start would bring back."""
STILL = Words(
    en="the watch has stood still for {seconds} s", ja="監視が {seconds} 秒間止まっています"
)
UNWRITTEN = Words(
    en="nothing could be written to the store for {seconds} s",
    ja="保存先に {seconds} 秒間書き込めていません",
)


@dataclass(frozen=True, slots=True)
class Signs:
    """When each last went well, by the steady clock, in seconds; a sleep is not counted.

    `ticked`: the schedule was looked at, and what was due was started; `held`: the block of
    monitors was renewed, a write; `flushed`: what was measured was handed to the store.
    """

    ticked: float
    held: float
    flushed: float


def trouble(signs: Signs, now: float, patience: float = NOT_WRITTEN) -> Words | None:
    """What keeps the node from its work; None: it is alive. `patience` with the store."""
    if now - signs.ticked > STANDS_STILL:
        return STILL.fill(seconds=round(now - signs.ticked))
    unwritten = now - min(signs.held, signs.flushed)
    return UNWRITTEN.fill(seconds=round(unwritten)) if unwritten > patience else None
