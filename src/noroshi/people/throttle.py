"""Throttle log-in attempts: a stranger waits, and nobody has to wait for a stranger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from noroshi.core.login_throttle import Attempts, Failures

FREE, FREE_NAME, FREE_ADDRESS = 5, 50, 20
"""Failures that cost no waiting: of a name from one address, of a name from all addresses from which
that person never came, and from an address with names of whom nobody came from there."""
SLOWEST = 60.0
"""Seconds that one waits at most for what others did."""
MOST_KNOWN = 10_000
NETWORK = 64
"""Bits of an IPv6 address that a network has at least (RFC 6177): whoever has one has all in it."""
LoginOrigin = tuple[str, str]
"""A user's name, and the network that the attempt came from."""


def network_of(address: str) -> str:
    """Return the unit in which attempts are counted: an IPv4 address, a network of IPv6, else
    the text."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, IPv6Address):
        mapped_ip = ip.ipv4_mapped
        return str(mapped_ip or IPv6Address(int(ip) >> NETWORK << NETWORK))
    return str(ip)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowedAttempts:
    """Hold the failures that cause a wait, in the form that is stored."""

    pairs: tuple[Failures, ...] = ()
    names: tuple[Failures, ...] = ()
    addresses: tuple[Failures, ...] = ()

    def with_offset(self, seconds: float) -> SlowedAttempts:
        """Return the same failures with all times shifted by these seconds."""
        return self._with_times(lambda last: last + seconds)

    def no_later_than(self, now: float) -> SlowedAttempts:
        """Return the same failures with no time after now: a clock that was ahead must not prolong a
        wait."""
        return self._with_times(lambda last: min(last, now))

    def _with_times(self, new_time: Callable[[float], float]) -> SlowedAttempts:
        parts = (self.pairs, self.names, self.addresses)
        pairs, names, addresses = (
            tuple((key, count, new_time(last)) for key, count, last in part) for part in parts
        )
        return SlowedAttempts(pairs=pairs, names=names, addresses=addresses)


class Throttle:
    """Count failures as long as the object lives. `now` is the steady clock's."""

    def __init__(self) -> None:
        self._pairs = Attempts(FREE)
        self._names = Attempts(FREE_NAME, SLOWEST)
        self._addresses = Attempts(FREE_ADDRESS, SLOWEST)
        self._known_origins: dict[LoginOrigin, None] = {}

    def slowed(self) -> SlowedAttempts:
        """Return the failures that cause a wait, with times of the steady clock."""
        return SlowedAttempts(
            pairs=self._pairs.slowed(),
            names=self._names.slowed(),
            addresses=self._addresses.slowed(),
        )

    def put_back(self, slowed: SlowedAttempts) -> None:
        """Continue from stored failures."""
        self._pairs.put_back(slowed.pairs)
        self._names.put_back(slowed.names)
        self._addresses.put_back(slowed.addresses)

    def note_login(self, name: str, address: str) -> None:
        """Note that somebody of that name logged in from there."""
        pair = name, network_of(address)
        self._known_origins.pop(pair, None)
        self._known_origins[pair] = None
        if len(self._known_origins) > MOST_KNOWN:
            del self._known_origins[next(iter(self._known_origins))]

    def wait(self, name: str, address: str, now: float) -> float:
        """Return the seconds to wait before the next attempt. An attempt that need not wait
        counts as a failure until it succeeds: many at once must not slip through."""
        network = network_of(address)
        wait = self._pairs.wait(_pair(name, network), now)
        has_logged_in = (name, network) in self._known_origins
        if not has_logged_in:
            waits = self._names.wait(name, now), self._addresses.wait(network, now)
            wait = max(wait, *waits)
        if wait > 0:
            return wait
        self._pairs.count_failure(_pair(name, network), now)
        if not has_logged_in:
            self._names.count_failure(name, now)
            self._addresses.count_failure(network, now)
        return 0.0

    def forget(self, name: str, address: str) -> None:
        """Undo the count of the last attempt. A password that is right for one's own name may
        not reset what was counted for all names."""
        network = network_of(address)
        self._pairs.forget(_pair(name, network))
        if (name, network) not in self._known_origins:
            self._names.forgive(name)
            self._addresses.forgive(network)

    def wait_for_code(self, address: str, now: float) -> float:
        """Return the same for a one-time code, which nobody guesses: for a flood of them alone."""
        key = f"code {network_of(address)}"
        wait = self._addresses.wait(key, now)
        if wait <= 0:
            self._addresses.count_failure(key, now)
        return wait

    def well_with_code(self, address: str) -> None:
        """Take the last code for right."""
        self._addresses.forgive(f"code {network_of(address)}")

    def wait_alone(self, key: str, now: float) -> float:
        """Return the same for what no stranger can fail at: a session, a code after a password."""
        wait = self._pairs.wait(key, now)
        if wait <= 0:
            self._pairs.count_failure(key, now)
        return wait

    def well_alone(self, key: str) -> None:
        """Take the last attempt for none."""
        self._pairs.forget(key)


def _pair(name: str, network: str) -> str:
    return f"{name} {network}"
