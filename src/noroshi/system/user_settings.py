"""Find where a user keeps data, and which language a user reads."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

if sys.platform == "win32":
    import ctypes

    PRIMARY_LANGUAGE, JAPANESE = 0x3FF, 0x11
    """The bits of a LANGID that name the language, and the number of Japanese.
    https://learn.microsoft.com/windows/win32/intl/language-identifiers"""

    def data_folder(environment: Mapping[str, str], *, is_administrator: bool) -> str:
        """Return the folder for the data of all users, or of this one."""
        name = "ProgramData" if is_administrator else "LOCALAPPDATA"
        return environment.get(name) or os.path.expanduser("~")  # noqa: PTH111

    def display_language() -> str:
        """Return the language in which Windows shows itself to this user: "ja", else "en"."""
        language = ctypes.windll.kernel32.GetUserDefaultUILanguage() & PRIMARY_LANGUAGE
        return "ja" if language == JAPANESE else "en"
else:

    def data_folder(environment: Mapping[str, str], *, is_administrator: bool) -> str:
        """Return the folder for the data of all users (file-hierarchy(7)), or of this one (XDG)."""
        if is_administrator:
            return "/var/lib"
        return environment.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")  # noqa: PTH111

    def display_language() -> str:
        """Return the language of a user whose environment names none: "en"."""
        return "en"
