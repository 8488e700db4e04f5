"""Log in to a network share of Windows.

https://learn.microsoft.com/windows/win32/api/winnetwk/nf-winnetwk-wnetaddconnection2w
"""

from __future__ import annotations

import sys
from pathlib import PureWindowsPath


def share_of(path: str) -> tuple[str, str] | None:
    r"""Return the server of a UNC path, and the share with it (\\server\share); None for any other
    path."""
    drive = PureWindowsPath(path.replace("/", "\\")).drive
    parts = drive.removeprefix("\\\\").split("\\")
    if not drive.startswith("\\\\") or len(parts) != 2 or not all(parts) or parts[0] in "?.":
        return None
    return parts[0], drive


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    DISK = 1
    LOGGED_IN_OTHERWISE = 1219
    """ERROR_SESSION_CREDENTIAL_CONFLICT: this user is connected to the server by another name."""
    _Text = wintypes.LPWSTR

    class _Resource(ctypes.Structure):
        """Mirror NETRESOURCEW."""

        _fields_ = (
            *((name, wintypes.DWORD) for name in ("scope", "type", "display_type", "usage")),
            *((name, _Text) for name in ("local_name", "remote_name", "comment", "provider")),
        )

    _network = ctypes.WinDLL("mpr")
    _network.WNetAddConnection2W.argtypes = (
        ctypes.POINTER(_Resource),
        wintypes.LPCWSTR,
        wintypes.LPCWSTR,
        wintypes.DWORD,
    )
    _network.WNetCancelConnection2W.argtypes = (wintypes.LPCWSTR, wintypes.DWORD, wintypes.BOOL)

    def log_in(share: str, user: str, password: str) -> None:
        """Connect to a share as a user, for this process's own logon session. Raises OSError."""
        resource = _Resource(type=DISK, remote_name=share)
        code = _network.WNetAddConnection2W(ctypes.byref(resource), password, user, 0)
        if code == LOGGED_IN_OTHERWISE:  # perhaps with an earlier password
            _network.WNetCancelConnection2W(share, 0, True)
            code = _network.WNetAddConnection2W(ctypes.byref(resource), password, user, 0)
        if code:
            raise ctypes.WinError(code)
