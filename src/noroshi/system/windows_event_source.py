"""Write to Windows' event log, into the log Application, as a source of our own.

https://learn.microsoft.com/windows/win32/eventlog/event-logging

Event Viewer shows an event by a text that a file of its source has for its ID. A file of our own
would be a program to compile; that of eventcreate.exe, which each Windows has, holds for each ID
from 1 to 1000 a text that is the first of the strings that come with the event.
"""

from __future__ import annotations

import re
import sys

SOURCE = "Noroshi"
MESSAGES = r"%SystemRoot%\System32\EventCreate.exe"
PLACE = re.compile(r"%(?=[0-9%])")
"""Matches a place that Event Viewer would replace by another string (ReportEventW, lpStrings)."""


def event_text(text: str) -> str:
    """Return a text that Event Viewer shows as it is, but for a blank after some percent signs."""
    return PLACE.sub("% ", text)


if sys.platform == "win32":
    import ctypes
    import winreg
    from contextlib import suppress
    from ctypes import wintypes

    KEY = rf"SYSTEM\CurrentControlSet\Services\EventLog\Application\{SOURCE}"
    ERROR, WARNING = 0x1, 0x2
    """EVENTLOG_ERROR_TYPE and EVENTLOG_WARNING_TYPE."""

    _log = ctypes.WinDLL("advapi32", use_last_error=True)
    _log.RegisterEventSourceW.restype = wintypes.HANDLE
    _log.RegisterEventSourceW.argtypes = (wintypes.LPCWSTR, wintypes.LPCWSTR)
    _log.DeregisterEventSource.argtypes = (wintypes.HANDLE,)
    _log.ReportEventW.argtypes = (
        wintypes.HANDLE,
        wintypes.WORD,
        wintypes.WORD,
        wintypes.DWORD,
        ctypes.c_void_p,
        wintypes.WORD,
        wintypes.DWORD,
        ctypes.POINTER(wintypes.LPCWSTR),
        ctypes.c_void_p,
    )

    def register_source() -> None:
        """Tell Windows where the texts of our events are. Raises OSError."""
        with winreg.CreateKeyEx(winreg.HKEY_LOCAL_MACHINE, KEY, access=winreg.KEY_WRITE) as key:
            winreg.SetValueEx(key, "EventMessageFile", 0, winreg.REG_EXPAND_SZ, MESSAGES)
            winreg.SetValueEx(key, "TypesSupported", 0, winreg.REG_DWORD, ERROR | WARNING)

    def remove_source() -> None:
        """Take that away again; nothing, if it is not there. Raises OSError."""
        with suppress(FileNotFoundError):
            winreg.DeleteKey(winreg.HKEY_LOCAL_MACHINE, KEY)

    def is_registered() -> bool:
        """Return whether Windows knows our source."""
        with suppress(OSError), winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, KEY):
            return True
        return False

    class EventSource:
        """Write events, one by one."""

        def __init__(self) -> None:
            self._handle: int | None = None

        def report(self, number: int, text: str, *, is_error: bool) -> None:
            """Write an event with this ID. Raises OSError."""
            strings = (wintypes.LPCWSTR * 1)(event_text(text))
            kind = ERROR if is_error else WARNING
            handle = self._open()
            if not _log.ReportEventW(handle, kind, 0, number, None, 1, 0, strings, None):
                error = ctypes.WinError(ctypes.get_last_error())
                self.close()  # the event log was started anew
                raise error

        def _open(self) -> int:
            if self._handle is None:
                handle: int | None = _log.RegisterEventSourceW(None, SOURCE)
                if not handle:
                    raise ctypes.WinError(ctypes.get_last_error())
                self._handle = handle
            return self._handle

        def close(self) -> None:
            """Let go of the log."""
            if self._handle is not None:
                _log.DeregisterEventSource(self._handle)
            self._handle = None
