"""Find the time zone that this computer's clock on the wall shows."""

from __future__ import annotations

from pathlib import Path

LOCALTIME = Path("/etc/localtime")
"""A link to the zone's file (localtime(5))."""


def machine_zone() -> str:
    """Return the IANA name of the machine's time zone where it can be found, else UTC."""
    try:
        return str(LOCALTIME.resolve()).split("zoneinfo/")[1]
    except (OSError, IndexError):  # no such link: Windows, or a container without one
        return "UTC"
