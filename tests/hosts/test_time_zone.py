"""Windows' names of time zones are those that Babel has."""

from __future__ import annotations

from zoneinfo import available_timezones

from noroshi.system.windows_zones import IANA_NAMES
from tools.windows_zones import TARGET, text


def test_the_table_is_babels():
    assert TARGET.read_text(encoding="utf-8") == text()


def test_each_zone_of_windows_is_one_that_python_knows():
    assert set(IANA_NAMES.values()) <= available_timezones()
