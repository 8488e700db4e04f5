"""Read what the program prints that reads performance counters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from noroshi.core.translation import Message, _
from noroshi.ports import CounterValue, Unmeasurable

UNKNOWN_COUNTERS = frozenset(
    {
        0xC0000BB8,  # PDH_CSTATUS_NO_OBJECT
        0xC0000BB9,  # PDH_CSTATUS_NO_COUNTER
        0xC0000BC0,  # PDH_CSTATUS_BAD_COUNTERNAME
    }
)
"""Codes of PDH for a path that names no counter of this computer.
https://learn.microsoft.com/windows/win32/perfctrs/pdh-error-codes"""
NO_INSTANCES = frozenset({0x800007D1, 0x800007D5})
"""PDH_CSTATUS_NO_INSTANCE, PDH_NO_DATA."""

NO_COUNTER = _("there is no performance counter {path}")
NO_INSTANCE = _("the performance counter {path} has no data now: its instance is not running")
OTHER_CODE = _("Windows cannot read the performance counter {path} (code {code})")


def counter_values_in(output: Any, path: str) -> Sequence[CounterValue]:
    """Return the values that were printed. Raises Unmeasurable."""
    if "error" in output:
        raise Unmeasurable(_error_text(int(output["error"]), path))
    return [CounterValue(value=float(value), item=item) for item, value in output["values"]]


def _error_text(code: int, path: str) -> Message:
    if code in UNKNOWN_COUNTERS:
        return NO_COUNTER.fill(path=path)
    if code in NO_INSTANCES:
        return NO_INSTANCE.fill(path=path)
    return OTHER_CODE.fill(path=path, code=f"0x{code:08X}")
