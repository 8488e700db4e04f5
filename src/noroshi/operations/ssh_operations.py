"""Operations that add servers which are monitored over SSH."""

from __future__ import annotations

from noroshi.core.roles import ADMIN
from noroshi.core.translation import _
from noroshi.operations.declaration import operation

SSH_HOST_KEY = operation(
    "ssh_host_key",
    ADMIN,
    help=_("Show the host key of a server, without logging in."),
    label=_("Host key shown"),
    changes=False,
)
SSH_KEY_NEW = operation(
    "ssh_key_new",
    ADMIN,
    help=_("Generate an SSH key in the vault, and return its public key."),
    label=_("SSH key generated"),
    news=True,
)
SSH_SERVER_ADD = operation(
    "ssh_server_add",
    ADMIN,
    help=_("Monitor a server over SSH: disks, memory and CPU."),
    label=_("Server added over SSH"),
    news=True,
    changes=False,
)
