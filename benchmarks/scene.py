"""Write what the node is given to watch: addresses, ports, ids, and the folder of
definitions."""

from __future__ import annotations

import itertools
import json
import os
import random
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PORTS_A_HOST = 50
HOSTS = 250  # addresses that there are; what is more has further ports there
FIRST_PORT = 20_000  # below the ephemeral range, which the checks' own sockets come from
PORTS_A_SCENE = 100  # at each address: scenes of one process may run at once
SCENES = 100  # until the first one's ports are given again
SLOTS = 3
AGENTS_A_CONTACT = 5
_scenes = itertools.count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A port that listens, and the monitor that watches it."""

    number: int
    id: str
    address: str
    port: int

    @property
    def name(self) -> str:
        return f"port-{self.number:05d}"

    @property
    def host(self) -> str:
        return f"host-{self.number // PORTS_A_HOST:03d}"


def server_name(number: int) -> str:
    """Return the name of an agent."""
    return f"server-{number:04d}"


def alarm_name(number: int) -> str:
    """Return the name of the monitor of an agent that alarms; `mails` knows it by its form."""
    return f"port-{number:05d}"


def contact_name(number: int) -> str:
    """Return the contact of an agent, and the rule that tells it: so few alarms are for one that
    each comes in a mail of its own."""
    return f"ops-{number // AGENTS_A_CONTACT:03d}"


def monitor_ids(count: int) -> Sequence[str]:
    """Return that many ids, the same at every run: so the grid is the same, too."""
    dice = random.Random(count)
    return ["01" + "".join(dice.choices(LETTERS, k=24)) for _ in range(count)]


def targets(count: int) -> list[Target]:
    """Return that many, fifty on a host. Their addresses are this process's own corner of
    127/8, and their ports those of one scene there."""
    ids = monitor_ids(count)
    first_port = FIRST_PORT + next(_scenes) % SCENES * PORTS_A_SCENE
    corner = f"127.{os.getpid() >> 8 & 127 | 64}.{os.getpid() & 255}"
    return [
        Target(
            number=n,
            id=ids[n],
            address=f"{corner}.{n // PORTS_A_HOST % HOSTS + 1}",
            port=first_port + n // (PORTS_A_HOST * HOSTS) * PORTS_A_HOST + n % PORTS_A_HOST,
        )
        for n in range(count)
    ]


def write_targets(path: Path, chosen: Sequence[Target]) -> Path:
    """As the listener reads them."""
    path.write_text(json.dumps([(t.address, t.port) for t in chosen]))
    return path


def free_port(address: str) -> int:
    """A port that nobody has now."""
    with socket.socket() as sock:
        sock.bind((address, 0))
        port: int = sock.getsockname()[1]
        return port


def write_definitions(
    folder: Path,
    chosen: Sequence[Target],
    *,
    period: float,
    timeout: float,
    mail: tuple[str, int],
    source: str = "",
) -> Path:
    """One contact, one rule, one route to the sink, and the monitors by host, measured at `source`."""
    host, port = mail
    files = {
        "contacts/ops": 'addresses = ["ops@example.com"]\n',
        "rules/ops": 'action = "mail"\ncontacts = ["ops"]\nroutes = ["smtp1"]\n',
        "routes/smtp1": f'kind = "smtp"\nconnections = {SLOTS}\n\n[options]\nhost = "{host}"\n'
        f'port = {port}\nprotection = "none"\nsender = "noroshi@example.com"\n',
    }
    for name, of_host in groupby(chosen, key=lambda t: t.host):
        files[f"instances/{name}"] = _instance(list(of_host), period, timeout, source)
    for name, text in files.items():
        path = folder / f"{name}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def _instance(of_host: Sequence[Target], period: float, timeout: float, source: str) -> str:
    measured_at = f'source = "{source}"\n' if source else ""
    head = (
        f'address = "{of_host[0].address}"\n{measured_at}\n[[group]]\nname = "ports"\n'
        f'every = "{period:g}s"\nrules = ["ops"]\n'
    )
    return head + "".join(
        f'\n[[group.monitor]]\nid = "{t.id}"\nname = "{t.name}"\nkind = "port"\n'
        f'timeout = "{timeout:g}s"\n[group.monitor.options]\nport = {t.port}\n'
        for t in of_host
    )
