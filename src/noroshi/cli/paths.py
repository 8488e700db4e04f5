"""Name where Noroshi's service has its parts, by systemd's rules (file-hierarchy(7)), and its
names.

By themselves, as the client looks for the service's door here and must load nothing heavy.
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
