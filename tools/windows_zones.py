"""Write Windows' names of time zones with their IANA names, as Babel has them: `tools/windows_zones.py`.

The table is CLDR's (supplemental/windowsZones.xml, territory 001, the zone of no territory in
particular), under the Unicode licence. The tests fail when Babel has another one.
"""

from __future__ import annotations

from pathlib import Path

from babel.core import get_global

TARGET = Path(__file__).parent.parent / "src" / "noroshi" / "system" / "windows_zones.py"
HEAD = '''"""Windows' names of time zones, with IANA's names. Written by tools/windows_zones.py.

From CLDR (supplemental/windowsZones.xml), © Unicode, Inc., under the Unicode License v3.
"""

IANA_NAMES = {
'''


def text() -> str:
    """Return the module as it should be."""
    rows = sorted(get_global("windows_zone_mapping").items())
    return HEAD + "".join(f'    "{name}": "{zone}",\n' for name, zone in rows) + "}\n"


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
