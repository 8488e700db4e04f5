"""Choose whom the check of a monitor asks: this computer, the network, or a login."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from noroshi import imports
from noroshi.core.cadence import zone_of
from noroshi.core.definitions.self_monitoring import is_own
from noroshi.core.mail import Network
from noroshi.core.model import Monitor
from noroshi.core.network_policy import NetworkPolicy
from noroshi.core.sources import SourceKind, source_of
from noroshi.core.ssh_login import SshLogin
from noroshi.core.winrm_login import WinrmLogin
from noroshi.hosts.computer import Computer
from noroshi.hosts.foreign import host_by_source
from noroshi.hosts.local import LocalHost, SharedParts
from noroshi.hosts.own_names import OwnNames
from noroshi.hosts.programs import ProgramRules
from noroshi.network import NetworkEgress
from noroshi.ports import Host, SelfFacts, TransportContext

if TYPE_CHECKING:
    from noroshi.hosts.ssh.ssh_hosts import SshHosts
    from noroshi.hosts.winrm.winrm_hosts import WinrmHosts


class Hosts:
    """All instances are watched from this computer, which answers for itself alone: of others it
    tells what the network shows. Address and time zone are an instance's own, and some monitors
    have a network."""

    def __init__(
        self,
        rules: ProgramRules,
        context: TransportContext,
        policy: NetworkPolicy,
        shared_parts: SharedParts,
        own_names: OwnNames,
    ) -> None:
        self._rules, self._context, self._policy = rules, context, policy
        self._shared_parts = replace(shared_parts, computer=Computer(context.clocks.steady))
        self._own_names, self._node = own_names, own_names.current()
        self._hosts: dict[
            tuple[str, str, SshLogin | WinrmLogin | None, str, bool, Network], Host
        ] = {}
        self._local_hosts: dict[tuple[str, str, bool, Network], LocalHost] = {}
        self._ssh_hosts: SshHosts | None = None
        self._winrm_hosts: WinrmHosts | None = None
        self.own_facts: SelfFacts | None = None
        """Facts about this node; only monitors of the node's own instance may ask for them."""

    def host_for(self, monitor: Monitor) -> Host:
        """Return whom the check of a monitor asks. Raises Unmeasurable where another node or an
        agent measures the instance."""
        if (node := self._own_names.current()) is not self._node:
            self._node, self._hosts = node, {}  # the local ones stay: they count what hangs
        instance = monitor.instance
        key = (
            instance.address,
            instance.source,
            instance.login,
            instance.zone,
            is_own(monitor),
            monitor.network,
        )
        if key not in self._hosts:
            self._hosts[key] = self._made_for(monitor)
        return self._hosts[key]

    def _made_for(self, monitor: Monitor) -> Host:
        source = source_of(monitor.instance, self._node)
        login = monitor.instance.login
        if isinstance(login, SshLogin) and source.kind is SourceKind.SSH:
            return self._ssh_host(login, monitor)
        if isinstance(login, WinrmLogin) and source.kind is SourceKind.WINRM:
            return self._winrm_host(login, monitor)
        return host_by_source(source, self._local_host(monitor))

    def _ssh_host(self, login: SshLogin, monitor: Monitor) -> Host:
        if self._ssh_hosts is None:
            with imports.ONE_AT_A_TIME:
                from noroshi.hosts.ssh.ssh_hosts import SshHosts

            egress = NetworkEgress(Network(policy=self._policy), self._context.secret)
            self._ssh_hosts = SshHosts(egress, self._context.clocks.steady)
        return self._ssh_hosts.host_for(login, self._local_host(monitor))

    def _winrm_host(self, login: WinrmLogin, monitor: Monitor) -> Host:
        if self._winrm_hosts is None:
            with imports.ONE_AT_A_TIME:
                from noroshi.hosts.winrm.winrm_hosts import WinrmHosts

            egress = NetworkEgress(Network(policy=self._policy), self._context.secret)
            self._winrm_hosts = WinrmHosts(egress, self._context.clocks.steady)
        return self._winrm_hosts.host_for(login, self._local_host(monitor))

    def close(self) -> None:
        """Let go of the connections that are kept."""
        if self._ssh_hosts is not None:
            self._ssh_hosts.close()
        if self._winrm_hosts is not None:
            self._winrm_hosts.close()

    def _local_host(self, monitor: Monitor) -> LocalHost:
        instance = monitor.instance
        key = instance.address, instance.zone, is_own(monitor), monitor.network
        if key not in self._local_hosts:
            self._local_hosts[key] = self._made_local(monitor)
        return self._local_hosts[key]

    def _made_local(self, monitor: Monitor) -> LocalHost:
        network = replace(monitor.network, policy=self._policy)
        return LocalHost(
            self._rules,
            self._context.clocks,
            monitor.instance.address,
            zone=zone_of(monitor.instance.zone),
            own_facts=self.own_facts if is_own(monitor) else None,
            egress=NetworkEgress(network, self._context.secret),
            shared_parts=self._shared_parts,
        )
