"""Operations that add servers which are monitored over WinRM."""

from __future__ import annotations

from noroshi.core.roles import ADMIN
from noroshi.core.translation import _
from noroshi.operations.declaration import operation

WINRM_CERTIFICATE = operation(
    "winrm_certificate",
    ADMIN,
    help=_("Show the certificate of a Windows server, without logging in."),
    label=_("Server certificate shown"),
    changes=False,
)
WINRM_EXAMINE = operation(
    "winrm_examine",
    ADMIN,
    help=_("Diagnose the login to a new Windows server over WinRM. Nothing is saved."),
    label=_("Diagnosis started"),
    changes=False,
)
WINRM_SERVER_ADD = operation(
    "winrm_server_add",
    ADMIN,
    help=_("Monitor a Windows server over WinRM: disks, memory and CPU."),
    label=_("Server added over WinRM"),
    news=True,
    changes=False,
)
