"""Know where agents reach this hub, and by which keys they know it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from noroshi import schema
from noroshi.core.host_port import authority
from noroshi.core.translation import Message
from noroshi.link.link_messages import HubPlace
from noroshi.ports import Store

NOTE, FORMER_NOTE = "listener for agents", "former listener for agents"
FORMER_KEPT = timedelta(days=7)
"""For so long the former address stays open, so that agents hear of the new one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Hold an address that agents can reach: the host as they name it, the pin of the TLS key that is
    shown there, and the SHA-256 of the certificate."""

    host: str
    port: int
    pin: bytes
    certificate: bytes = b""

    @property
    def address(self) -> str:
        """Return HOST:PORT, an IPv6 address in brackets."""
        return authority(self.host, self.port)


class HubEndpoints:
    """Hold the addresses that are open now. `manager`: that of the manager, where other computers
    reach it; `listener`: that of the listener for agents alone. `control` opens and closes that,
    where the node runs in this process."""

    def __init__(self) -> None:
        self.manager: Endpoint | None = None
        self.listener: Endpoint | None = None
        self.control: ListenerControl | None = None
        self.is_elsewhere = False
        """True if another node sends, and takes agents. Then `listener` is what this node passes on."""
        self.node_places: Callable[[], tuple[HubPlace, ...]] = tuple
        """Returns the places of the nodes that share the database, as far as each has its own."""
        self.next_pin: bytes | None = None
        """The pin of the key that is announced to agents, and not shown yet."""

    @property
    def preferred(self) -> Endpoint | None:
        """Return the one that new agents are to use; None: none is open."""
        return self.listener or self.manager

    @property
    def place(self) -> HubPlace | None:
        """Return where agents are to reach this node; None: it does not know."""
        endpoint = self.preferred
        return None if endpoint is None else HubPlace(host=endpoint.host, port=endpoint.port)

    @property
    def pins(self) -> tuple[bytes, ...]:
        """Return the pins of all keys that are shown, that of the preferred endpoint first, and at
        last that of the next key."""
        endpoints = (self.listener, self.manager)
        pins = [one.pin for one in endpoints if one is not None]
        if pins and self.next_pin is not None:
            pins.append(self.next_pin)
        return tuple(dict.fromkeys(pins))


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerSetting:
    """Hold where the listener is to be: an IP address of this computer, a port, and the host by
    which agents reach it."""

    address: str
    port: int
    host: str

    @property
    def authority(self) -> str:
        """Return HOST:PORT as agents name it, an IPv6 address in brackets."""
        return authority(self.host, self.port)

    @property
    def socket(self) -> tuple[str, int]:
        """Return the address and the port."""
        return self.address, self.port

    @property
    def url(self) -> str:
        """Return it as a URL, as places are shown."""
        return f"https://{authority(self.address, self.port)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerListener:
    """Hold where the listener was before, and until when it is kept open there."""

    setting: ListenerSetting
    until: datetime


class ListenerControl(Protocol):
    """Open and close the listener in the node's process."""

    problem: Message | None
    """The reason why the listener that was asked for is not open."""

    @property
    def former_setting(self) -> ListenerSetting | None:
        """Return the former address, if it is still open."""

    async def open(self, setting: ListenerSetting) -> ListenerSetting:
        """Listen at an address, and return it with the port in use. The former one stays open for
        `FORMER_KEPT`, if both can be open. Raises OSError; then nothing has changed."""

    async def close(self) -> None:
        """Stop listening."""


async def write_setting(store: Store, setting: ListenerSetting | None) -> None:
    """Store where to listen for agents; None: nowhere. Raises StoreError."""
    await store.put_value(NOTE, schema.text(setting) if setting else "")


async def write_former(store: Store, listener: FormerListener | None) -> None:
    """Store where the node listened for agents before; None: nowhere. Raises StoreError."""
    await store.put_value(FORMER_NOTE, schema.text(listener) if listener else "")


async def read_former(store: Store, now: datetime) -> FormerListener | None:
    """Return where else the node still listens for agents; None: nowhere. Raises StoreError."""
    text = (await store.get_values()).get(FORMER_NOTE)
    listener = schema.value_or_none(FormerListener, text)
    return listener if listener is not None and now < listener.until else None


async def read_setting(store: Store) -> ListenerSetting | None:
    """Return where to listen for agents; None: nowhere. Raises StoreError."""
    return schema.value_or_none(ListenerSetting, (await store.get_values()).get(NOTE))
