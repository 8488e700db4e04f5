"""Read a performance counter of Windows, as a program of its own: `PATH [local]` prints JSON.

What counts is code of many vendors in the process that asks, and a faulty one ends that process.

https://learn.microsoft.com/windows/win32/perfctrs/using-the-pdh-functions-to-consume-counter-data
"""

from __future__ import annotations

import json
import sys

INTERVAL = 1.0  # seconds between the two looks that a rate takes

if sys.platform == "win32":
    import ctypes
    import time
    from collections.abc import Iterator
    from ctypes import wintypes

    AS_DOUBLE, ABOVE_100 = 0x200, 0x8000
    """PDH_FMT_DOUBLE and PDH_FMT_NOCAP100: a process on two cores has 200 %."""
    FORMAT = AS_DOUBLE | ABOVE_100
    MORE_DATA = 0x800007D2
    VALID = (0, 1)
    """States of a value that is one: PDH_CSTATUS_VALID_DATA, PDH_CSTATUS_NEW_DATA."""

    _pdh = ctypes.WinDLL("pdh")
    _Number, _Handle = wintypes.DWORD, wintypes.HANDLE

    class _Value(ctypes.Structure):
        """Mirror PDH_FMT_COUNTERVALUE."""

        _fields_ = (("status", _Number), ("number", ctypes.c_double))

    class _Item(ctypes.Structure):
        """Mirror PDH_FMT_COUNTERVALUE_ITEM_W."""

        _fields_ = (("name", wintypes.LPWSTR), ("value", _Value))

    class CounterError(Exception):
        """Report a code of PDH."""

        def __init__(self, code: int) -> None:
            super().__init__(f"0x{code:08X}")
            self.code = code

    def read_counter(path: str, *, is_english: bool) -> list[tuple[str, float]]:
        """Return the values of a counter by instance, "" for a counter without any. Raises
        CounterError."""
        query, counter = _Handle(), _Handle()
        _require(_pdh.PdhOpenQueryW(None, 0, ctypes.byref(query)))
        try:
            add = _pdh.PdhAddEnglishCounterW if is_english else _pdh.PdhAddCounterW
            _require(add(query, ctypes.c_wchar_p(path), 0, ctypes.byref(counter)))
            _require(_pdh.PdhCollectQueryData(query))
            time.sleep(INTERVAL)
            _require(_pdh.PdhCollectQueryData(query))
            return list(_values(counter) if "*" in path else _value(counter))
        finally:
            _pdh.PdhCloseQuery(query)

    def _value(counter: wintypes.HANDLE) -> Iterator[tuple[str, float]]:
        value = _Value()
        _require(_pdh.PdhGetFormattedCounterValue(counter, FORMAT, None, ctypes.byref(value)))
        if value.status not in VALID:
            raise CounterError(value.status)
        yield "", value.number

    def _values(counter: wintypes.HANDLE) -> Iterator[tuple[str, float]]:
        size, count = _Number(), _Number()
        arguments = (counter, FORMAT, ctypes.byref(size), ctypes.byref(count))
        code = _pdh.PdhGetFormattedCounterArrayW(*arguments, None)
        if code & 0xFFFFFFFF != MORE_DATA:
            _require(code)
            return
        buffer = ctypes.create_string_buffer(size.value)
        _require(_pdh.PdhGetFormattedCounterArrayW(*arguments, buffer))
        for item in (_Item * count.value).from_buffer(buffer):
            if item.value.status in VALID:
                yield item.name or "", item.value.number

    def _require(code: int) -> None:
        if code:
            raise CounterError(code & 0xFFFFFFFF)

    def main() -> None:
        """Print the values of the counter that the command line names."""
        path, *options = sys.argv[1:]
        try:
            values = read_counter(path, is_english="local" not in options)
            print(json.dumps({"values": values}))
        except CounterError as error:
            print(json.dumps({"error": error.code}))

    if __name__ == "__main__":
        main()
