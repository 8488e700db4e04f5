"""Windows' data protection: a key that only this machine can open. Elsewhere it does nothing.

https://learn.microsoft.com/windows/win32/api/dpapi/nf-dpapi-cryptprotectdata
"""

from __future__ import annotations

import sys
from base64 import b64decode, b64encode

MARK = b"dpapi:"

if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    LOCAL_MACHINE, NO_WINDOW = 0x4, 0x1

    class Blob(ctypes.Structure):
        """Mirror DATA_BLOB: a length and a pointer to the bytes."""

        _fields_ = (("size", wintypes.DWORD), ("data", ctypes.POINTER(ctypes.c_char)))

    def _call_dpapi(function: str, data: bytes) -> bytes:
        source, output = Blob(len(data), ctypes.create_string_buffer(data, len(data))), Blob()
        call = getattr(ctypes.windll.crypt32, function)
        flags = LOCAL_MACHINE | NO_WINDOW
        if not call(ctypes.byref(source), None, None, None, None, flags, ctypes.byref(output)):
            raise ctypes.WinError()
        try:
            return ctypes.string_at(output.data, output.size)
        finally:
            ctypes.windll.kernel32.LocalFree(output.data)

    def protect(data: bytes) -> bytes:
        """Return the data as only this machine can open it. Raises OSError."""
        return MARK + b64encode(_call_dpapi("CryptProtectData", data))

    def unprotect(text: bytes) -> bytes:
        """Return the data again; a text that was never protected comes back as it is. Raises
        OSError, and ValueError for a text that was cut."""
        stripped = text.strip()
        if not stripped.startswith(MARK):
            return text
        return _call_dpapi("CryptUnprotectData", b64decode(stripped.removeprefix(MARK)))
else:

    def protect(data: bytes) -> bytes:
        """Return the data as it is: here the file's mode guards it."""
        return data

    def unprotect(text: bytes) -> bytes:
        """Return the decrypted text. A key that Windows protected is no key here, and is
        reported as none."""
        return text
