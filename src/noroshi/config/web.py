"""The manager's part of noroshi.toml: where it listens, and who may call it by which name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from noroshi.config.setting_values import NO_SUCH, SettingsError
from noroshi.core.translation import Message, _, list_names

PORT = 7663
LOOPBACK = "127.0.0.1"
OWN_KEY = "web-key.pem"
"""In the home folder: of the certificate that the manager makes by itself."""
SETTING_NAMES = ("address", "port", "hosts", "certificate", "key")
HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\]")

NO_TABLE = _("must be false, or a table with any of {known}")
NO_ADDRESS = _("address must be an IP address of this computer, such as 127.0.0.1 or 0.0.0.0")
NO_PORT = _("port must be a number from 0 to 65535 (0: any free port)")
NO_HOSTS = _(
    'hosts must be a list of the names that browsers use, such as ["noroshi.example.com"]'
)
HOSTS_WANTED = _(
    "hosts is required if other computers can connect: the names that browsers use"
)
BOTH = _("certificate and key go together: specify both files, or neither")


@dataclass(frozen=True, slots=True, kw_only=True)
class Web:
    """Hold the address of the manager. `hosts` are names beside those of this computer itself;
    without `certificate` and `key` the manager makes its own certificate where it needs one."""

    address: str = LOOPBACK
    port: int = PORT
    hosts: tuple[str, ...] = ()
    certificate: Path | None = None
    key: Path | None = None

    @property
    def loopback(self) -> bool:
        """Return whether only this computer can reach it."""
        return ip_address(self.address).is_loopback

    @property
    def secure(self) -> bool:
        """Return True if the manager speaks TLS."""
        return self.certificate is not None or not self.loopback


def read_web(home: Path, table: object) -> Web | None:
    """Read the settings; None: there is to be no manager. Raises Unusable."""
    if table is False:
        return None
    if not isinstance(table, Mapping):
        raise SettingsError((NO_TABLE.fill(known=list_names(SETTING_NAMES)),))
    if faults := tuple(_faults(table)):
        raise SettingsError(faults)
    files = {name: home / table[name] for name in ("certificate", "key") if name in table}
    return Web(
        address=table.get("address", LOOPBACK),
        port=table.get("port", PORT),
        hosts=tuple(name.lower() for name in table.get("hosts", ())),
        **files,
    )


def _faults(table: Mapping[str, Any]) -> Iterator[Message]:
    for name in table.keys() - set(SETTING_NAMES):
        yield NO_SUCH.fill(given=name, known=list_names(SETTING_NAMES))
    address, port = table.get("address", LOOPBACK), table.get("port", PORT)
    loopback = _loopback(address)
    if loopback is None:
        yield NO_ADDRESS
    if isinstance(port, bool) or not isinstance(port, int) or not 0 <= port <= 65535:
        yield NO_PORT
    hosts = table.get("hosts", [])
    if not isinstance(hosts, list) or not all(_is_host(entry) for entry in hosts):
        yield NO_HOSTS
    elif loopback is False and not hosts:
        yield HOSTS_WANTED
    files = [table.get("certificate"), table.get("key")]
    if files != [None, None] and not all(isinstance(entry, str) and entry for entry in files):
        yield BOTH


def _loopback(address: object) -> bool | None:
    try:
        return ip_address(address).is_loopback if isinstance(address, str) else None
    except ValueError:
        return None


def _is_host(value: object) -> bool:
    return isinstance(value, str) and HOST.fullmatch(value) is not None
