"""Tell whether this process may do everything on its computer."""

from __future__ import annotations

import os
import sys

if sys.platform == "win32":

    def is_administrator() -> bool:
        """Return whether this process runs as an administrator, with all of the rights of one."""
        import ctypes  # only now: no other system pays for it

        return bool(ctypes.windll.shell32.IsUserAnAdmin())
else:

    def is_administrator() -> bool:
        """Return whether this process runs as root."""
        return os.geteuid() == 0
