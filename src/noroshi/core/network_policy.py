"""Keep definitions from leading to some addresses: where clouds hand out credentials to whoever
asks from within, and where our own manager listens.

Whoever may write definitions may make this computer connect, and read what came of it (server-side
request forgery). The process's own file opens an address all the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from noroshi.core.translation import Message, _

Net = IPv4Network | IPv6Network
Ip = IPv4Address | IPv6Address
METADATA: tuple[Net, ...] = tuple(
    ip_network(text)
    for text in (
        "169.254.0.0/16",  # link-local (RFC 3927): 169.254.169.254 of all clouds, ECS' 170.2
        "fe80::/10",  # link-local (RFC 4291, 2.5.6)
        "fd00:ec2::/32",  # AWS: fd00:ec2::254, EKS' fd00:ec2::23
        "fd20:ce::254/128",  # Google Cloud, where there is IPv6 alone
        "100.100.100.200/32",  # Alibaba Cloud
        "168.63.129.16/32",  # Azure's WireServer
        "192.0.0.192/32",  # Oracle Cloud's older one
    )
)
NAMES = frozenset(
    {"metadata", "metadata.google.internal", "metadata.goog", "instance-data.ec2.internal"}
)
"""Names by which a proxy would be asked for them: there the address is not ours to see."""
NUMBER = re.compile(r"0x0*[0-9a-f]{1,8}|0+[0-7]{0,11}|[1-9][0-9]{0,9}")
"""However many zeros stand before it."""
NAT64 = ip_network("64:ff9b::/96")
"""RFC 6052, 2.1: an IPv4 address stands in the last 32 bits, and so in those of 6to4."""
SIX_TO_FOUR = ip_network("2002::/16")

OF_METADATA = _(
    "{where} resolves to {address}, where a cloud gives this computer's credentials to any "
    "requester. Definitions must not connect there unless may_reach in noroshi.toml lists "
    "that address."
)
OF_MANAGER = _(
    "{where} resolves to {address}, where Noroshi's own manager listens. Definitions must "
    "not connect there unless may_reach in noroshi.toml lists that address."
)


@dataclass(frozen=True, slots=True)
class NetworkPolicy:
    """The policy by the process's file: on which port the manager listens (0: there is none, or
    any), and which addresses are open all the same."""

    manager: int = 0
    may_reach: tuple[Net, ...] = ()

    def refusal(self, address: str, port: int, *, is_own_address: bool) -> Message | None:
        """Return why nobody is to connect there; None: it may be. `is_own_address`: the
        address is one of this computer's own. The places `where` and `address` stay to be filled."""
        ip = meant_by(address)
        if ip is None or any(_is_in(ip, net) for net in self.may_reach):
            return None
        if any(_is_in(ip, net) for net in METADATA):
            return OF_METADATA
        is_own = is_own_address or ip.is_loopback or ip.is_unspecified
        return OF_MANAGER if is_own and self.manager and port == self.manager else None

    def refusal_by_name(self, host: str, port: int) -> Message | None:
        """Return the same for what a proxy is asked for: by number, or by the names that all
        know."""
        name = host.lower().rstrip(".")
        if name in NAMES:
            return self.refusal("169.254.169.254", port, is_own_address=False)
        if name == "localhost" or name.endswith(".localhost"):  # RFC 6761, 6.3
            name = "127.0.0.1"
        return self.refusal(name, port, is_own_address=False)


CLOSED = NetworkPolicy()


def meant_by(address: str) -> Ip | None:
    """Return the address that packets go to in the end; None: it is no address but a name."""
    text = address.partition("%")[0].strip("[]")
    try:
        ip = ip_address(text)
    except ValueError:
        return _by_numbers(text)
    if not isinstance(ip, IPv6Address):
        return ip
    if ip in NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    if ip in SIX_TO_FOUR:
        return IPv4Address(int(ip) >> 80 & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip


def _by_numbers(text: str) -> IPv4Address | None:
    """Read an address as inet_aton(3) does: up to four numbers, the last fills the remaining
    bits; 0x and 0 before them mean hexadecimal and octal. A proxy may read it so."""
    parts = text.lower().split(".")
    if len(parts) > 4 or not all(NUMBER.fullmatch(part) for part in parts):
        return None
    *leading, last = (int(part, _base_of(part)) for part in parts)
    free_bits = 8 * (4 - len(leading))
    if any(byte > 255 for byte in leading) or last >= 1 << free_bits:
        return None
    return IPv4Address(
        sum(byte << (24 - 8 * index) for index, byte in enumerate(leading)) | last
    )


def _base_of(part: str) -> int:
    if part.startswith("0x"):
        return 16
    return 8 if part.startswith("0") else 10


def _is_in(address: Ip, net: Net) -> bool:
    return address.version == net.version and address in net
