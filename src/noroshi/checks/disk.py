"""Disk space: how full each volume is, and how much is free."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import lru_cache
from itertools import chain
from typing import Any

from noroshi.core.definitions.problems import InvalidValueError
from noroshi.core.marked_names import with_settings
from noroshi.core.model import Limits, Reading
from noroshi.core.printable import visible_text
from noroshi.core.reserved_entries import reserved
from noroshi.core.translation import Message, _, list_names
from noroshi.network import NetworkEgress, reach
from noroshi.ports import Check, Host, Outcome, RouteError, Unmeasurable, Volume, options
from noroshi.system.windows_shares import share_of

PORT, PATIENCE = 445, 5.0
"""The port of SMB, and seconds for a connection to it: without it Windows itself would look for the
server for half a minute."""
FREE = _("{free:.1f} GiB free")
NONE = _("no volume matches {wanted}")
NO_SHARE = with_settings(
    _("{shares} must contain UNC paths, such as \\\\fs01\\backup, but contains “{given}”"),
    "shares",
)
USER_AND_PASSWORD = with_settings(
    _("{user} and {password} must be set together"), "user", "password"
)
NO_SHARES = with_settings(_("{user} can be set only with {shares}"), "user", "shares")


@options
class Options:
    include: tuple[str, ...] = ("*",)
    """Mount points to monitor; * stands for any text."""
    exclude: tuple[str, ...] = ()
    """Mount points not to monitor, even if they match `include`."""

    shares: tuple[str, ...] = ()
    """Network shares

    UNC paths of network shares, such as \\\\fs01\\backup, to monitor instead of the volumes. On
    Windows only, and not yet verified with a real file server."""
    user: str = ""
    """User who may read the network shares, such as CONTOSO\\monitor. Default: Noroshi's service
    account."""
    password: str = ""
    """Vault entry with the password of that user."""

    def __post_init__(self) -> None:
        for path in self.shares:
            if share_of(path) is None:
                raise InvalidValueError(NO_SHARE.fill(given=visible_text(path)))
        if bool(self.user) != bool(self.password):
            raise InvalidValueError(USER_AND_PASSWORD)
        if self.user and not self.shares:
            raise InvalidValueError(NO_SHARES)
        if reason := reserved(self.password):
            raise InvalidValueError(reason)

    def includes(self, mount: str) -> bool:
        return _matches_any(self.include, mount) and not _matches_any(self.exclude, mount)


def _matches_any(patterns: tuple[str, ...], mount: str) -> bool:
    return any(fnmatchcase(mount, pattern) for pattern in patterns)


@lru_cache(1024)
def _readings(volume: Volume) -> tuple[Reading, ...]:
    """Return the readings, made once for each volume as it was found, whoever watches it too: a
    thousand monitors of one computer say the same of it."""
    free = volume.free / 2**30
    used_percent = round(volume.used_percent, 1)
    return (
        Reading("used", used_percent, "%", volume.mount, FREE.fill(free=free)),
        Reading("free", round(free, 2), "GiB", volume.mount),
    )


async def run(options: Options, host: Host, memory: Mapping[str, Any]) -> Outcome:
    """Measure all volumes, or the network shares. Network drives count; what lies in memory (tmpfs)
    does not."""
    if options.shares:
        looks = (measure_share(options, host, path) for path in options.shares)
        return Outcome(tuple(chain.from_iterable(await asyncio.gather(*looks))))
    volumes = [v for v in await host.volumes() if options.includes(v.mount)]
    if not volumes:
        raise Unmeasurable(NONE.fill(wanted=list_names(options.include)))
    return Outcome(tuple(reading for volume in volumes for reading in _readings(volume)))


async def measure_share(
    options: Options, host: Host, path: str, port: int = PORT
) -> Sequence[Reading]:
    """Measure a network share. Raises Unmeasurable if this computer cannot, or without the
    password."""
    password = await host.secret(options.password) if options.password else ""
    system, (server, _share) = await host.system_facts(), share_of(path) or ("", "")
    try:
        (await reach(server, port, NetworkEgress(await host.network()), PATIENCE)).close()
        volume = await system.share_volume(path, options.user, password)
    except RouteError as error:
        return (Reading("unreachable", 1, "", path, error.words),)
    if isinstance(volume, Message):
        return (Reading("unreachable", 1, "", path, volume),)
    return (Reading("unreachable", 0, "", path), *_readings(replace(volume, mount=path)))


CHECK = Check(
    kind="disk",
    title=_("Disk space"),
    help=_(
        "Measures the used and free space of each volume of the computer, network drives "
        "included."
    ),
    options=Options,
    limits={
        "used": Limits(warning=80, critical=90),
        "free": Limits(rising=False),
        "unreachable": Limits(critical=1),
    },
    yes_no=frozenset({"unreachable"}),
    shares=frozenset({"used"}),
    units={"free": "GiB"},
    names={"used": _("Used"), "free": _("Free"), "unreachable": _("Share unreachable")},
    run=run,
    asks_computer=True,
)
