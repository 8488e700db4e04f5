"""Hold the paths of Noroshi's service, by systemd's rules (file-hierarchy(7)) or Windows', and the
names of the service, its user and its group.

They have a module of their own, as the client takes the door's path from here and must load
nothing heavy.
"""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import os

NAME = "noroshi"
SERVICE = f"{NAME}.service"
USER = GROUP = NAME
RUN = f"/run/{NAME}"
UNIT_FILE = f"/etc/systemd/system/{SERVICE}"
DROP_INS = f"{UNIT_FILE}.d"
USER_FILE = f"/etc/sysusers.d/{NAME}.conf"
if sys.platform == "win32":
    HOME = os.path.join(os.environ.get("ProgramData", r"C:\ProgramData"), NAME)  # noqa: PTH118, SIM112
    DOOR = rf"\\.\pipe\{NAME}"
    ACCOUNT = rf"NT SERVICE\{NAME}"
    """The account that Windows makes for this service alone."""
    OUTPUT = "noroshi-start.log"
    """The file of the home folder for what a start of the service prints: what it cannot log."""
    SIGNS = (HOME,)
else:
    HOME = f"/var/lib/{NAME}"
    DOOR = f"{RUN}/door.sock"
    SIGNS = (RUN, UNIT_FILE)
    """Files that exist where the service is installed."""
