"""Hold the paths of Noroshi's service, by systemd's rules (file-hierarchy(7)), and the names of
the service, its user and its group.

They have a module of their own, as the client takes the door's path from here and must load
nothing heavy.
"""

from __future__ import annotations

NAME = "noroshi"
SERVICE = f"{NAME}.service"
USER = GROUP = NAME
HOME = f"/var/lib/{NAME}"
RUN = f"/run/{NAME}"
DOOR = f"{RUN}/door.sock"
UNIT_FILE = f"/etc/systemd/system/{SERVICE}"
DROP_INS = f"{UNIT_FILE}.d"
USER_FILE = f"/etc/sysusers.d/{NAME}.conf"
