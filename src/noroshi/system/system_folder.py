"""Find the folder of Windows' own programs."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import ctypes

    def system_folder() -> str:
        """Return the folder of Windows' own programs, which no variable can change."""
        buffer = ctypes.create_unicode_buffer(260)
        ctypes.windll.kernel32.GetSystemDirectoryW(buffer, len(buffer))
        return buffer.value
