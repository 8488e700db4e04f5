"""Read the addresses at which other nodes and agents reach this node, from noroshi.toml."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from noroshi.config.setting_values import NO_SUCH, SettingsError
from noroshi.core.host_port import authority
from noroshi.core.translation import Message, _, list_names

SETTING_NAMES = ("listen", "address", "agents")
HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
NO_TABLE = _("must be a table with any of {known}")
NO_PLACE = _("{name} must have the format HOST:PORT, with an IPv6 address in brackets")
NO_LISTEN = _(
    "listen must be an IP address of this computer with a port, such as 10.0.0.1:7665"
)
LISTEN_WANTED = _("{name} needs listen, the address at which other nodes reach this one")
ADDRESS_WANTED = _(
    "listen names all addresses of this computer, so address is required: the one at which "
    "other nodes reach this computer"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Hold a host, an IPv6 address without brackets, and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        """Return HOST:PORT, an IPv6 address in brackets."""
        return authority(self.host, self.port)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Hold where this node listens for other nodes, at which address they reach it, and at which
    address of its own agents reach it."""

    listen: Place
    address: Place
    agents: Place | None = None


def read_cluster(_home: Path, table: object) -> Cluster | None:
    """Read the settings; None: this node has no link to others. Raise SettingsError."""
    if not isinstance(table, Mapping):
        raise SettingsError((NO_TABLE.fill(known=list_names(SETTING_NAMES)),))
    if faults := tuple(_faults(table)):
        raise SettingsError(faults)
    places = {name: place_of(table.get(name, "")) for name in SETTING_NAMES}
    listen = places["listen"]
    if listen is None:
        return None
    return Cluster(listen=listen, address=places["address"] or listen, agents=places["agents"])


def place_of(text: object) -> Place | None:
    """Return the host and the port that a text names; None: it names none."""
    if not isinstance(text, str):
        return None
    host, _colon, port = text.rpartition(":")
    is_bracketed = host.startswith("[") and host.endswith("]")
    bare_host = host[1:-1] if is_bracketed else host
    is_port = port.isascii() and port.isdigit() and 0 < int(port[:6]) <= 65535
    is_host = _is_ip(bare_host) if is_bracketed else HOST.fullmatch(host) is not None
    return Place(bare_host, int(port)) if is_port and is_host else None


def _faults(table: Mapping[str, Any]) -> Iterator[Message]:
    for name in table.keys() - set(SETTING_NAMES):
        yield NO_SUCH.fill(given=name, known=list_names(SETTING_NAMES))
    given_names = [name for name in SETTING_NAMES if table.get(name, "") != ""]
    for name in given_names:
        if place_of(table[name]) is None:
            yield NO_PLACE.fill(name=name)
        elif "listen" not in given_names:
            yield LISTEN_WANTED.fill(name=name)
    listen = place_of(table.get("listen", ""))
    if listen is not None and not _is_ip(listen.host):
        yield NO_LISTEN
    if listen is not None and "address" not in given_names and _is_all(listen.host):
        yield ADDRESS_WANTED


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_all(host: str) -> bool:
    return _is_ip(host) and ip_address(host).is_unspecified
