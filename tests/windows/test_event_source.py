"""Noroshi's own events: the source is registered and removed, and an event is taken. Wine keeps no
events, so that none can be read back: docs/develop/windows-checklist.md does so on Windows."""

from __future__ import annotations

import winreg

from noroshi.system.windows_event_source import (
    KEY,
    EventSource,
    is_registered,
    register_source,
    remove_source,
)


def test_the_source_is_registered_writes_and_is_removed():
    register_source()
    register_source()  # an update does so again
    assert is_registered()
    with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, KEY) as key:
        file, kind = winreg.QueryValueEx(key, "EventMessageFile")
        assert (file.endswith(r"\EventCreate.exe"), kind) == (True, winreg.REG_EXPAND_SZ)
    events = EventSource()
    events.report(100, "a warning 警告", is_error=False)
    events.report(300, "an end", is_error=True)
    events.close()
    events.report(200, "after it was closed", is_error=True)
    events.close()
    remove_source()
    remove_source()
    assert not is_registered()
