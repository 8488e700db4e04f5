"""Prepare the login to a new computer: a key pair, and the host key that the computer shows."""

from __future__ import annotations

import asyncssh

from noroshi.core.ssh_login import ShownHostKey, SshLogin
from noroshi.hosts.ssh.ssh_connection import SshConnection
from noroshi.network import Egress

ALGORITHM = "ssh-ed25519"


def make_key_pair(comment: str) -> tuple[str, str]:
    """Return a private key in OpenSSH's format, and the line of its public half."""
    key = asyncssh.generate_private_key(ALGORITHM, comment=comment)
    return key.export_private_key().decode(), key.export_public_key().decode().strip()


async def host_key_of(login: SshLogin, egress: Egress) -> ShownHostKey:
    """Return the host key that a computer shows; nobody logs in. Raises Unmeasurable."""
    connection = SshConnection(login, egress)
    try:
        return await connection.show_host_key()
    finally:
        connection.close_all()
