"""Know where agents reach this hub, and by which keys they know it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from noroshi import schema
from noroshi.core.translation import Message
from noroshi.ports import Store

NOTE = "listener for agents"


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
        is_bare = ":" in self.host and not self.host.startswith("[")
        return f"[{self.host}]:{self.port}" if is_bare else f"{self.host}:{self.port}"


class HubEndpoints:
    """Hold the addresses that are open now. `manager`: that of the manager, where other computers
    reach it; `listener`: that of the listener for agents alone. `control` opens and closes that,
    where the node runs in this process."""

    def __init__(self) -> None:
        self.manager: Endpoint | None = None
        self.listener: Endpoint | None = None
        self.control: ListenerControl | None = None

    @property
    def preferred(self) -> Endpoint | None:
        """Return the one that new agents are to use; None: none is open."""
        return self.listener or self.manager

    @property
    def pins(self) -> tuple[bytes, ...]:
        """Return the pins of all keys that are shown, that of the preferred endpoint first."""
        endpoints = (self.listener, self.manager)
        return tuple(dict.fromkeys(one.pin for one in endpoints if one is not None))


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerSetting:
    """Hold where the listener is to be: an IP address of this computer, a port, and the host by
    which agents reach it."""

    address: str
    port: int
    host: str

    @property
    def url(self) -> str:
        """Return it as a URL, as places are shown."""
        address = f"[{self.address}]" if ":" in self.address else self.address
        return f"https://{address}:{self.port}"


class ListenerControl(Protocol):
    """Open and close the listener in the node's process."""

    problem: Message | None
    """The reason why the listener that was asked for is not open."""

    async def open(self, setting: ListenerSetting) -> ListenerSetting:
        """Listen there, in place of where it listened before; return it with the port in use.
        Raises OSError; then all is as before."""

    async def close(self) -> None:
        """Listen no more."""


async def write_setting(store: Store, setting: ListenerSetting | None) -> None:
    """Keep where agents are to be listened to; None: nowhere. Raises StoreError."""
    await store.put_value(NOTE, schema.text(setting) if setting else "")


async def read_setting(store: Store) -> ListenerSetting | None:
    """Return where agents are to be listened to; None: nowhere. Raises StoreError."""
    text = (await store.get_values()).get(NOTE, "")
    try:
        return schema.value(ListenerSetting, text) if text else None
    except schema.Unreadable:
        return None
