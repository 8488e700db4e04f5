"""Keep the computers that are asked by WinRM, and a PowerShell on each."""

from __future__ import annotations

from collections.abc import Callable

from noroshi.core.winrm_login import WinrmLogin
from noroshi.hosts.winrm.windows_computer import RemoteComputer
from noroshi.hosts.winrm.winrm_host import WinrmHost
from noroshi.network import Egress
from noroshi.ports import Host


class WinrmHosts:
    """Share one PowerShell, and one run in a turn, among all instances of one login."""

    def __init__(self, egress: Egress, steady: Callable[[], float]) -> None:
        self._egress, self._steady = egress, steady
        self._computers: dict[WinrmLogin, RemoteComputer] = {}

    def host_for(self, login: WinrmLogin, network_host: Host) -> Host:
        """Return whom a check asks. `network_host` passes on what the network shows."""
        if login not in self._computers:
            self._computers[login] = RemoteComputer(login, self._egress, self._steady)
        return WinrmHost(login, self._computers[login], network_host)

    def close(self) -> None:
        """Drop all connections."""
        for computer in self._computers.values():
            computer.close()
        self._computers.clear()
