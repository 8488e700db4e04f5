"""Read records of Windows' event log, as XML and as text.

https://learn.microsoft.com/windows/win32/wes/windows-event-log
"""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import ctypes
    from collections.abc import Iterator
    from contextlib import contextmanager
    from ctypes import wintypes

    OF_CHANNEL, OLDEST_FIRST, NEWEST_FIRST = 0x1, 0x100, 0x200
    AS_XML, MESSAGE = 1, 1
    BATCH = 64
    PATIENCE = 5000  # milliseconds for a batch of records
    NO_MORE, BUFFER_TOO_SMALL = 259, 122
    LONGEST_MESSAGE = 32 * 1024  # characters

    _Handle, _Number = wintypes.HANDLE, wintypes.DWORD
    _log = ctypes.WinDLL("wevtapi", use_last_error=True)
    _log.EvtQuery.restype = _log.EvtOpenPublisherMetadata.restype = _Handle
    _log.EvtQuery.argtypes = (_Handle, wintypes.LPCWSTR, wintypes.LPCWSTR, _Number)
    _log.EvtOpenPublisherMetadata.argtypes = (
        _Handle,
        wintypes.LPCWSTR,
        wintypes.LPCWSTR,
        _Number,
        _Number,
    )
    _log.EvtClose.argtypes = (_Handle,)
    _log.EvtNext.argtypes = (
        _Handle,
        _Number,
        ctypes.POINTER(_Handle),
        _Number,
        _Number,
        ctypes.POINTER(_Number),
    )
    _log.EvtRender.argtypes = (
        _Handle,
        _Handle,
        _Number,
        _Number,
        ctypes.c_void_p,
        ctypes.POINTER(_Number),
        ctypes.POINTER(_Number),
    )
    _log.EvtFormatMessage.argtypes = (
        _Handle,
        _Handle,
        _Number,
        _Number,
        ctypes.c_void_p,
        _Number,
        _Number,
        wintypes.LPWSTR,
        ctypes.POINTER(_Number),
    )

    class EventMessages:
        """Return the text of a record, as its source words it. Each source is opened once."""

        def __init__(self) -> None:
            self._handle_by_source = dict[str, int | None]()
            self._buffer = ctypes.create_unicode_buffer(LONGEST_MESSAGE)

        def text(self, record: int, source: str) -> str:
            """Return the text; "" if the source, or the text, is not installed here."""
            if source not in self._handle_by_source:
                handle = _log.EvtOpenPublisherMetadata(None, source, None, 0, 0)
                self._handle_by_source[source] = handle or None
            metadata = self._handle_by_source[source]
            if metadata is None:
                return ""
            used = _Number()
            buffer, size = self._buffer, len(self._buffer)
            self._buffer.value = ""
            _log.EvtFormatMessage(
                metadata, record, 0, 0, None, MESSAGE, size, buffer, ctypes.byref(used)
            )
            return buffer.value

        def close(self) -> None:
            """Close the sources."""
            for handle in self._handle_by_source.values():
                if handle:
                    _log.EvtClose(handle)

    @contextmanager
    def record_handles(
        log: str, query: str, *, newest_first: bool = False
    ) -> Iterator[Iterator[int]]:
        """Yield the handles of records that match an XPath query; each is good until the next one.
        Raises OSError."""
        direction = NEWEST_FIRST if newest_first else OLDEST_FIRST
        results = _log.EvtQuery(None, log, query, OF_CHANNEL | direction)
        if not results:
            raise _last_error()
        try:
            yield _handles(results)
        finally:
            _log.EvtClose(results)

    def record_xml(record: int) -> str:
        """Return a record as XML. Raises OSError."""
        used, count = _Number(), _Number()
        arguments = ctypes.byref(used), ctypes.byref(count)
        _log.EvtRender(None, record, AS_XML, 0, None, *arguments)
        if ctypes.get_last_error() != BUFFER_TOO_SMALL:
            raise _last_error()
        buffer = ctypes.create_unicode_buffer(used.value // 2 + 1)
        if not _log.EvtRender(None, record, AS_XML, used.value, buffer, *arguments):
            raise _last_error()
        # There may be a NUL within.
        return ctypes.wstring_at(buffer, used.value // 2).rstrip("\0")

    def _handles(results: int) -> Iterator[int]:
        batch, count = (_Handle * BATCH)(), _Number()
        while True:
            if not _log.EvtNext(results, BATCH, batch, PATIENCE, 0, ctypes.byref(count)):
                if ctypes.get_last_error() == NO_MORE:
                    return
                raise _last_error()
            records = [handle for handle in batch[: count.value] if handle]
            try:
                yield from records
            finally:
                for record in records:
                    _log.EvtClose(record)

    def _last_error() -> OSError:
        return ctypes.WinError(ctypes.get_last_error())
