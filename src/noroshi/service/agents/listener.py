"""Open and close the listener for agents alone, while the node runs.

The manager's own address is the administrator's, in noroshi.toml. Where it is open to this computer
only, agents get an address of their own, which shows them no page and no API (decision 33).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from ipaddress import ip_address

from noroshi.config.web import HOST, NO_ADDRESS
from noroshi.core.definitions.problems import Problem
from noroshi.core.host_port import url_host
from noroshi.core.sources import NodeIdentity
from noroshi.core.translation import Message, _
from noroshi.hosts.firewall import firewall_caution, firewall_command
from noroshi.hosts.own_names import outgoing_address
from noroshi.hosts.threads import run_in_thread
from noroshi.knowledge.os_errors import cause_text
from noroshi.operations import listener_operations
from noroshi.operations.listener_answers import AgentsListener, FirewallHint, NextKeyOfAgents
from noroshi.service.agents.hub_endpoints import (
    FORMER_KEPT,
    FormerListener,
    ListenerSetting,
    read_former,
    read_setting,
    write_former,
    write_setting,
)
from noroshi.service.agents.next_key import announce_next_key, read_next_key
from noroshi.service.errors import InvalidArgumentError, OperationFailedError
from noroshi.service.operation import Person, note, note_nothing, offers
from noroshi.service.operation_context import OperationGroup
from noroshi.vault import VaultError

PORT = 7664
"""The port to propose, next to the manager's."""
ANY_ADDRESS = "0.0.0.0"
NOT_OPENED = _("Listening for agents was not started.")
BAD_PORT = _("must be a number from 0 to 65535 (0: any free port)")
BAD_HOST = _("must be the name or IP address at which agents reach this computer")
CANNOT_LISTEN = _(
    "Cannot listen on {address} port {port}: {why}. Nothing was changed. Choose another port "
    "or address."
)
KEY_OF_SETTINGS = _(
    "Agents recognise this node by the key of the certificate in noroshi.toml. Noroshi "
    "cannot replace this key."
)
AT_START = _("The node is not running. It listens for agents once it is started.")
SOON = _("Another node sends. All nodes listen for agents within 10 seconds.")
KEY_MAY_CHANGE = _(
    "Agents recognise this node by the key of the certificate in noroshi.toml. If a renewal "
    "changes this key, they can no longer connect. Renew the certificate with the same key, "
    "or use a separate port for agents; the key for that port does not change."
)


class ListenerOperations(OperationGroup):
    """Show, open and close the address for agents."""

    @offers(listener_operations.AGENTS_LISTENER)
    async def show(self, person: Person) -> AgentsListener:
        """Return where agents reach this node, or what is needed for that."""
        setting = await read_setting(self._store)
        former_listener = await read_former(self._store, self._clocks.wall())
        answer = await run_in_thread(lambda: self._answer(setting, former_listener))
        if (key := await read_next_key(self._store)) is None:
            return answer
        next_key = NextKeyOfAgents(pin=key.pin, used_from=key.used_from)
        return replace(answer, next_key=next_key)

    @offers(listener_operations.AGENTS_LISTEN)
    async def listen(
        self, person: Person, host: str, port: int = PORT, address: str = ANY_ADDRESS
    ) -> AgentsListener:
        """Listen for agents at once and after each start, with TLS and the node's own
        certificate."""
        setting = ListenerSetting(address=address, port=port, host=host.strip().lower())
        if problems := tuple(_problems(setting)):
            raise InvalidArgumentError(NOT_OPENED, problems)
        old_setting = await read_setting(self._store)
        if (control := self._context.endpoints.control) is not None:
            try:
                setting = await control.open(setting)
            except OSError as error:
                words = CANNOT_LISTEN.fill(address=address, port=port, why=cause_text(error))
                raise OperationFailedError(words) from None
        await write_setting(self._store, setting)
        await self._keep_former(old_setting, setting)
        note(old_state=old_setting, new_state=setting)
        return await self.show(person)

    @offers(listener_operations.AGENTS_KEY_REPLACE)
    async def replace_key(self, person: Person) -> NextKeyOfAgents:
        """Announce another key to agents, which this node shows them from seven days on. One that
        is announced already stays."""
        if self._is_key_of_settings:
            raise OperationFailedError(KEY_OF_SETTINGS)
        try:
            next_key = await announce_next_key(self._store, self._vault, self._clocks.wall())
        except VaultError as error:
            raise OperationFailedError(error.words) from None
        self._context.endpoints.next_pin = bytes.fromhex(next_key.pin)
        note(new_state=next_key)
        return NextKeyOfAgents(pin=next_key.pin, used_from=next_key.used_from)

    @offers(listener_operations.AGENTS_LISTEN_STOP)
    async def stop(self, person: Person) -> AgentsListener:
        """Close it: agents that use it watch on, and come back once it is open again."""
        old_setting = await read_setting(self._store)
        if old_setting is None:
            note_nothing()
        else:
            await write_setting(self._store, None)
            await write_former(self._store, None)
            note(old_state=old_setting)
        if (control := self._context.endpoints.control) is not None:
            await control.close()
        return await run_in_thread(lambda: self._answer(None, None))

    async def _keep_former(
        self, old_setting: ListenerSetting | None, setting: ListenerSetting
    ) -> None:
        """Keep that agents are still listened to at the address of before, where they are."""
        control = self._context.endpoints.control
        former_setting = old_setting if control is None else control.former_setting
        if former_setting is None or former_setting.socket == setting.socket:
            return
        ends_at = self._clocks.wall() + FORMER_KEPT
        await write_former(self._store, FormerListener(setting=former_setting, until=ends_at))

    def _answer(
        self, setting: ListenerSetting | None, former_listener: FormerListener | None
    ) -> AgentsListener:
        endpoints, control = self._context.endpoints, self._context.endpoints.control
        preferred = endpoints.preferred
        not_here = SOON if endpoints.is_elsewhere else AT_START
        problem = control.problem if control is not None else not_here
        port = setting.port if setting else PORT
        return AgentsListener(
            where=preferred.address if preferred else "",
            pin=preferred.pin.hex() if preferred else "",
            address=setting.address if setting else "",
            port=setting.port if setting else 0,
            host=setting.host if setting else "",
            is_open=endpoints.listener is not None,
            problem=problem if setting and endpoints.listener is None else None,
            hosts=_hosts(self._context.identity),
            free_port=port,
            firewall=_firewall(port),
            cautions=tuple(self._cautions()),
            former_address=former_listener.setting.authority if former_listener else "",
            former_until=former_listener.until if former_listener else None,
        )

    def _cautions(self) -> Iterator[Message]:
        if self._is_key_of_settings and self._context.endpoints.manager is not None:
            yield KEY_MAY_CHANGE

    @property
    def _is_key_of_settings(self) -> bool:
        """Return whether agents know this node by a certificate that noroshi.toml names."""
        surroundings = self._context.surroundings
        manager = surroundings.manager if surroundings else None
        is_configured = manager is not None and manager.certificate is not None
        return is_configured and self._context.endpoints.listener is None


def _problems(setting: ListenerSetting) -> Iterator[Problem]:
    try:
        ip_address(setting.address)
    except ValueError:
        yield Problem("address", NO_ADDRESS)
    if not HOST.fullmatch(url_host(setting.host)):
        yield Problem("host", BAD_HOST)
    if not 0 <= setting.port <= 65535:
        yield Problem("port", BAD_PORT)


def _hosts(identity: Callable[[], NodeIdentity] | None) -> tuple[str, ...]:
    """Return the names and addresses of this computer that others may reach. A name without a
    domain stands behind the IPv4 addresses, as other networks may not know it."""
    if identity is None:
        return ()
    current = identity()
    return sorted_hosts(current.host_name, current.addresses, outgoing_address())


def sorted_hosts(
    host_name: str, addresses: Collection[str], outgoing_address: str
) -> tuple[str, ...]:
    """Return the host's name and addresses, the one to propose first."""
    reachable = sorted(filter(_is_reachable, addresses), key=_order)
    reachable.sort(key=lambda one: one != outgoing_address)
    numbers = [one for one in reachable if ip_address(one).version == 4]
    names = [host_name] if host_name else []
    first = [*names, *numbers] if "." in host_name else [*numbers, *names]
    return (*first, *(one for one in reachable if one not in numbers))


def _is_reachable(address: str) -> bool:
    parsed = ip_address(address)
    return not (parsed.is_loopback or parsed.is_link_local or parsed.is_unspecified)


def _order(address: str) -> tuple[int, str]:
    return ip_address(address).version, address


def _firewall(port: int) -> FirewallHint | None:
    command = firewall_command(port)
    if not command:
        return None
    return FirewallHint(command=command, caution=firewall_caution(command))
