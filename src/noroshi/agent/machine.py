"""Describe this computer to the hub."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Callable
from pathlib import Path

from noroshi.core.agents import Machine

MACHINE_ID = Path("/etc/machine-id")
"""machine-id(5) asks not to hand the id out as it is, so it is hashed."""
CONTEXT = b"noroshi agent "


def machine_id(file: Path = MACHINE_ID) -> str:
    """Return the hash of the id that this installation of the system has; "" if there is none."""
    try:
        text = file.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""
    return hashlib.sha256(CONTEXT + text.encode()).hexdigest() if text else ""


def describe_machine(host_name: str, addresses: Callable[[], frozenset[str]]) -> Machine:
    """Return what the hub shows of this computer."""
    return Machine(
        host_name=host_name,
        id=machine_id(),
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        addresses=tuple(sorted(addresses())),
    )
