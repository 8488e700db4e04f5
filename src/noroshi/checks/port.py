"""TCP port: whether it takes connections, and how long that takes."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections.abc import Mapping
from functools import lru_cache
from ipaddress import ip_address
from typing import Any

from noroshi.core.model import Limits, Reading
from noroshi.core.words import Words, plain
from noroshi.ports import Check, Host, Outcome, Unmeasurable, options

REFUSED = Words(en="{where} refuses connections", ja="{where} が接続を拒否しました")
TAKEN = Words(en="{where} takes connections", ja="{where} に接続できました")
NO_NAME = Words(
    en="the name {address} cannot be resolved: {why}",
    ja="{address} の名前を解決できません: {why}",
)
CANNOT = Words(
    en="cannot reach {address} port {port}: {why}",
    ja="{address} のポート {port} に接続できません: {why}",
)
TOO_MANY_FILES = Words(
    en="Noroshi itself has too many files and sockets open (ulimit -n); the port may be well",
    ja="Noroshi 自身が開いているファイルとソケットの数が上限です (ulimit -n)。"
    "ポートに問題があるとは限りません",
)
NO_ROUTE = Words(en="there is no way to that network", ja="ネットワークへの経路がありません")
NO_HOST = Words(en="that host does not answer", ja="ホストが応答しません")
NO_PORT_LEFT = Words(
    en="this computer has no local port left", ja="このコンピューターの空きポートがありません"
)
OWN_LIMIT = (errno.EMFILE, errno.ENFILE)
KNOWN = {
    errno.ENETUNREACH: NO_ROUTE,
    errno.EHOSTUNREACH: NO_HOST,
    errno.ETIMEDOUT: NO_HOST,
    errno.EADDRNOTAVAIL: NO_PORT_LEFT,
}


@options
class Options:
    port: int = 443
    """The TCP port to connect to. / 接続する TCP ポートの番号です。"""
    address: str = ""
    """An IPv4 or IPv6 address, or a name; empty: the instance's own. / IPv4・IPv6 アドレスか名前です。空なら監視インスタンスのアドレスを使います。"""

    def __post_init__(self) -> None:
        if not 0 < self.port < 65536:
            raise ValueError("port must be 1 to 65535 / port は1から65535までです")


async def run(wanted: Options, host: Host, memory: Mapping[str, Any]) -> Outcome:
    """How long to wait is the engine's business: it cancels, and the socket is closed."""
    address = wanted.address or await host.address()
    try:
        took = await _connect(address, wanted.port)
    except ConnectionRefusedError:
        refused = REFUSED.fill(where=_where(address, wanted.port))
        return Outcome((Reading("closed", 1, note=refused),))
    except (socket.gaierror, UnicodeError) as error:  # UnicodeError: no name at all (a..b)
        why = getattr(error, "strerror", None) or error
        raise Unmeasurable(NO_NAME.fill(address=address, why=why)) from None
    except OSError as error:
        raise Unmeasurable(_why(address, wanted.port, error)) from None
    taken = TAKEN.fill(where=_where(address, wanted.port))
    return Outcome(
        (Reading("connect", round(took * 1000, 3), "ms"), Reading("closed", 0, note=taken))
    )


def _where(address: str, port: int) -> str:
    """RFC 3986, 3.2.2: an IPv6 address stands in brackets before its port."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _why(address: str, port: int, error: OSError) -> Words:
    if error.errno in OWN_LIMIT:
        return TOO_MANY_FILES
    why = KNOWN.get(error.errno or 0) or plain(os.strerror(error.errno or 0))
    return CANNOT.fill(address=address, port=port, why=why)


async def _connect(address: str, port: int) -> float:
    """Seconds until one of its addresses took the connection; else the last one's OSError."""
    family = _family(address)
    if family:
        return await _connect_to(family, (address, port))
    loop = asyncio.get_running_loop()
    failed: OSError = socket.gaierror(socket.EAI_NONAME, os.strerror(errno.ENOENT))
    for family, _, _, _, where in await loop.getaddrinfo(
        address, port, type=socket.SOCK_STREAM
    ):
        try:
            return await _connect_to(family, where)
        except OSError as error:
            failed = error
    raise failed


@lru_cache(8192)
def _family(address: str) -> int:
    """AF_INET or AF_INET6 if it is a number; 0 for what the resolver must look at."""
    try:
        ip = ip_address(address)
    except ValueError:
        return 0
    if ip.version == 4:
        return socket.AF_INET
    return 0 if ip.scope_id else socket.AF_INET6


async def _connect_to(family: int, where: Any) -> float:
    """`sock_connect`, without streams or transports, costs a third of `open_connection`."""
    loop = asyncio.get_running_loop()
    with socket.socket(family, socket.SOCK_STREAM) as sock:
        sock.setblocking(False)
        start = loop.time()
        await loop.sock_connect(sock, where)
        return loop.time() - start


CHECK = Check(
    kind="port",
    title=Words(en="TCP port", ja="TCP ポート"),
    help=Words(
        en="Whether a TCP port takes connections. A port that refuses is critical; one that "
        "does not answer, or cannot be reached, is unknown.",
        ja="TCP ポートに接続できるかを調べます。接続を拒否されたら危険、"
        "応答がないか届かなければ失敗です。",
    ),
    options=Options,
    limits={"closed": Limits(critical=1)},
    names={
        "closed": Words(en="Refuses connections", ja="接続拒否"),
        "connect": Words(en="Time to connect", ja="接続時間"),
    },
    run=run,
)
