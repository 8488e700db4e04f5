"""Find the time zone that this computer's clock on the wall shows."""

from __future__ import annotations

import sys

UTC = "UTC"

if sys.platform == "win32":
    import winreg

    from noroshi.system.windows_zones import IANA_NAMES

    KEY, NAME = r"SYSTEM\CurrentControlSet\Control\TimeZoneInformation", "TimeZoneKeyName"

    def machine_zone() -> str:
        """Return the IANA name of the machine's time zone where it is known, else UTC."""
        try:
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, KEY) as key:
                name, _ = winreg.QueryValueEx(key, NAME)
        except OSError:
            return UTC
        return zone_of(str(name))

    def zone_of(name: str) -> str:
        """Return the IANA name of a zone of Windows, UTC of one that is not known."""
        # Behind the name may stand the rest of a longer one that was there before.
        return IANA_NAMES.get(name.split("\0")[0], UTC)
else:
    from pathlib import Path

    LOCALTIME = Path("/etc/localtime")
    """A link to the zone's file (localtime(5))."""

    def machine_zone() -> str:
        """Return the IANA name of the machine's time zone where it can be found, else UTC."""
        try:
            return str(LOCALTIME.resolve()).split("zoneinfo/")[1]
        except (OSError, IndexError):  # no such link, as in a container
            return UTC
