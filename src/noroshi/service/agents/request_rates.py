"""Limit what agents, and strangers who claim to be agents, may ask of the hub."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from noroshi.core.login_throttle import Attempts
from noroshi.link.link_messages import LinkFault
from noroshi.people.throttle import MOST_KNOWN, SLOWEST, network_of
from noroshi.service.agents.link_refusal import LinkRefusedError

A_MINUTE = 30
"""Requests of one agent: in turn it needs two or three."""
FREE_FAILURES = 20
"""Requests from one network that may be badly signed before it waits."""
JOINING = "join "


@dataclass
class _Bucket:
    """Count the requests that an agent may still make now: `A_MINUTE` are added in a minute."""

    remaining: float
    filled_at: float


class RequestRates:
    """Count requests, and refusals by their names, as long as it lives. `now` is the steady
    clock's."""

    def __init__(self) -> None:
        self.refusals = Counter[str]()
        self._buckets: dict[str, _Bucket] = {}
        self._failures = Attempts(FREE_FAILURES, SLOWEST)
        self._proven = dict[tuple[str, str], None]()

    def take(self, agent: str, now: float) -> None:
        """Count a request of an agent. Raises LinkRefusedError beyond its rate."""
        bucket = self._buckets.setdefault(agent, _Bucket(A_MINUTE, now))
        filled = bucket.remaining + (now - bucket.filled_at) * A_MINUTE / 60
        bucket.remaining, bucket.filled_at = min(float(A_MINUTE), filled), now
        if bucket.remaining < 1:
            seconds = (1 - bucket.remaining) * 60 / A_MINUTE
            raise LinkRefusedError(LinkFault.BUSY, "too many requests", seconds)
        bucket.remaining -= 1

    def admit_stranger(self, agent: str, address: str, now: float) -> None:
        """Let a request be looked at whose signature is not verified yet. Raises LinkRefusedError
        where its network failed often, unless this agent came from there before."""
        network = network_of(address)
        if (agent, network) not in self._proven:
            self._refuse_if_early(network, now)

    def admit_joining(self, address: str, now: float) -> None:
        """Let an attempt to join be looked at, which counts as failed until it succeeds. Raises
        LinkRefusedError."""
        key = JOINING + network_of(address)
        self._refuse_if_early(key, now)
        self._failures.count_failure(key, now)

    def note_joined(self, address: str) -> None:
        """Take back the count of an attempt that succeeded."""
        self._failures.forgive(JOINING + network_of(address))

    def note_failure(self, address: str, now: float) -> None:
        """Count a request that was badly signed."""
        self._failures.count_failure(network_of(address), now)

    def note_proven(self, agent: str, address: str) -> None:
        """Note that this agent came from there."""
        self._proven[agent, network_of(address)] = None
        if len(self._proven) > MOST_KNOWN:
            del self._proven[next(iter(self._proven))]

    def forget(self, agent: str) -> None:
        """Forget an agent that is gone."""
        self._buckets.pop(agent, None)
        gone_pairs = [pair for pair in self._proven if pair[0] == agent]
        for pair in gone_pairs:
            del self._proven[pair]

    def _refuse_if_early(self, key: str, now: float) -> None:
        if (seconds := self._failures.wait(key, now)) > 0:
            raise LinkRefusedError(LinkFault.BUSY, "too many failed attempts", seconds)
