"""Read the variables that Windows gives to a new process of this user, not those of this process.

https://learn.microsoft.com/windows/win32/api/userenv/nf-userenv-createenvironmentblock
"""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import ctypes
    from collections.abc import Iterator, Mapping
    from ctypes import wintypes

    QUERY_AND_DUPLICATE = 0x8 | 0x2
    """TOKEN_QUERY and TOKEN_DUPLICATE."""

    _kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    _security = ctypes.WinDLL("advapi32", use_last_error=True)
    _profiles = ctypes.WinDLL("userenv", use_last_error=True)
    _kernel.GetCurrentProcess.restype = wintypes.HANDLE
    _kernel.CloseHandle.argtypes = (wintypes.HANDLE,)
    _security.OpenProcessToken.argtypes = (
        wintypes.HANDLE,
        wintypes.DWORD,
        ctypes.POINTER(wintypes.HANDLE),
    )
    _profiles.CreateEnvironmentBlock.argtypes = (
        ctypes.POINTER(ctypes.c_void_p),
        wintypes.HANDLE,
        wintypes.BOOL,
    )
    _profiles.DestroyEnvironmentBlock.argtypes = (ctypes.c_void_p,)

    def user_variables() -> Mapping[str, str]:
        """Return the variables of this computer and of this user. Raises OSError."""
        token = wintypes.HANDLE()
        _require(
            _security.OpenProcessToken(
                _kernel.GetCurrentProcess(), QUERY_AND_DUPLICATE, ctypes.byref(token)
            )
        )
        try:
            return _block(token)
        finally:
            _kernel.CloseHandle(token)

    def _block(token: wintypes.HANDLE) -> Mapping[str, str]:
        block = ctypes.c_void_p()
        _require(_profiles.CreateEnvironmentBlock(ctypes.byref(block), token, False))
        try:
            return dict(_assignments(block.value or 0))
        finally:
            _profiles.DestroyEnvironmentBlock(block)

    def _assignments(address: int) -> Iterator[tuple[str, str]]:
        """Read one text after the other; an empty one ends the block."""
        while text := ctypes.wstring_at(address):
            name, _, value = text.partition("=")
            yield name, value
            address += 2 * (len(text.encode("utf-16-le", "surrogatepass")) // 2 + 1)

    def _require(succeeded: int) -> None:
        if not succeeded:
            raise ctypes.WinError(ctypes.get_last_error())
