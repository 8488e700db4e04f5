"""Disk space: how full each volume is, and how much is free."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from noroshi.core.model import Limits, Reading
from noroshi.core.translation import _
from noroshi.ports import Check, Host, Outcome, Unmeasurable, Volume, options

FREE = _("{free:.1f} GiB free")
NONE = _("no volume matches {wanted}")


@options
class Options:
    include: tuple[str, ...] = ("*",)
    """Mount points to monitor; * stands for any text."""
    exclude: tuple[str, ...] = ()
    """Mount points to exclude, even if they are included."""

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
    """Measure all volumes. Network drives count; what lies in memory (tmpfs) does not."""
    volumes = [v for v in await host.volumes() if options.includes(v.mount)]
    if not volumes:
        raise Unmeasurable(NONE.fill(wanted=", ".join(options.include)))
    return Outcome(tuple(reading for volume in volumes for reading in _readings(volume)))


CHECK = Check(
    kind="disk",
    title=_("Disk space"),
    help=_(
        "Measures the used and free space of each volume of the computer, network drives "
        "included."
    ),
    options=Options,
    limits={"used": Limits(warning=80, critical=90), "free": Limits(rising=False)},
    shares=frozenset({"used"}),
    units={"free": "GiB"},
    names={"used": _("Used"), "free": _("Free")},
    run=run,
    asks_computer=True,
)
