"""Tell whether this process may do everything on its computer."""

from __future__ import annotations

import os
import sys

if sys.platform == "win32":
    import ctypes

    def is_administrator() -> bool:
        """Return whether this process runs as an administrator, with all of the rights of one."""
        return bool(ctypes.windll.shell32.IsUserAnAdmin())
else:

    def is_administrator() -> bool:
        """Return whether this process runs as root."""
        return os.geteuid() == 0
