"""Read values of Windows' registry.

https://learn.microsoft.com/windows/win32/sysinfo/registry
"""

from __future__ import annotations

import sys

ROOTS = {
    "HKLM": "HKEY_LOCAL_MACHINE",
    "HKCR": "HKEY_CLASSES_ROOT",
    "HKU": "HKEY_USERS",
    "HKCU": "HKEY_CURRENT_USER",
    "HKCC": "HKEY_CURRENT_CONFIG",
}
"""The names of the trees, short and long."""


def split_key(key: str) -> tuple[str, str] | None:
    """Return the long name of the tree of a key, and the rest; None if it is in no tree."""
    root, _, rest = key.replace("/", "\\").partition("\\")
    name = ROOTS.get(root.upper().rstrip(":"), root.upper().rstrip(":"))
    return (name, rest.strip("\\")) if name in ROOTS.values() else None


def value_text(value: object) -> str:
    """Return a value as one line of text: lists with commas, bytes in hexadecimal digits."""
    match value:
        case bytes():
            return value.hex(" ")
        case list():
            return ", ".join(map(str, value))
        case None:
            return ""
    return str(value)


if sys.platform == "win32":
    import winreg

    def read_value(key: str, name: str, *, is_32_bit: bool = False) -> object:
        """Return a value. Raises FileNotFoundError if there is none, other OSErrors if it cannot be
        read, and ValueError for a key that is in no tree."""
        parts = split_key(key)
        if parts is None:
            raise ValueError(key)
        view = winreg.KEY_WOW64_32KEY if is_32_bit else winreg.KEY_WOW64_64KEY
        root: int = getattr(winreg, parts[0])
        with winreg.OpenKey(root, parts[1], access=winreg.KEY_READ | view) as opened_key:
            return winreg.QueryValueEx(opened_key, name)[0]
