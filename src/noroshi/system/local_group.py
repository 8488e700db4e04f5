"""Make a group of this computer."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import ctypes

    ALREADY_THERE = frozenset({1379, 2223})
    """ERROR_ALIAS_EXISTS, NERR_GroupExists."""

    class _Group(ctypes.Structure):
        """Mirror LOCALGROUP_INFO_1."""

        _fields_ = (("name", ctypes.c_wchar_p), ("comment", ctypes.c_wchar_p))

    def make_local_group(name: str, comment: str) -> None:
        """Make a local group, unless there is one. Raises OSError."""
        group = _Group(name, comment)
        status = ctypes.windll.netapi32.NetLocalGroupAdd(None, 1, ctypes.byref(group), None)
        if status and status not in ALREADY_THERE:
            raise ctypes.WinError(status)
