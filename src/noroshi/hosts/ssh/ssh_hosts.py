"""Keep the computers that are asked by SSH, and a connection to each."""

from __future__ import annotations

from collections.abc import Callable

import asyncssh

from noroshi.core.ssh_login import SshLogin
from noroshi.hosts.ssh.host import SshHost
from noroshi.hosts.ssh.remote_computer import RemoteComputer
from noroshi.hosts.ssh.ssh_connection import SshConnection
from noroshi.network import Egress
from noroshi.ports import Host


class SshHosts:
    """Share one connection, and one look in a turn, among all instances of one login."""

    def __init__(self, egress: Egress, steady: Callable[[], float]) -> None:
        asyncssh.set_log_level("WARNING")  # below that it tells of each session
        self._egress, self._steady = egress, steady
        self._computers: dict[SshLogin, RemoteComputer] = {}

    def host_for(self, login: SshLogin, network_host: Host) -> Host:
        """Return whom a check asks. `network_host` passes on what the network shows."""
        if login not in self._computers:
            connection = SshConnection(login, self._egress)
            self._computers[login] = RemoteComputer(login, connection, self._steady)
        return SshHost(login, self._computers[login], network_host)

    def close(self) -> None:
        """Drop all connections."""
        for computer in self._computers.values():
            computer.connection.close_all()
        self._computers.clear()
