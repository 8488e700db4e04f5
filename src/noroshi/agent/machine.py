"""Describe this computer to the hub."""

from __future__ import annotations

import hashlib
import platform
import sys
from collections.abc import Callable
from pathlib import Path

from noroshi.core.agents import Machine

CONTEXT = b"noroshi agent "
if sys.platform == "win32":
    from noroshi.system.windows_registry import read_value

    MACHINE_ID = r"HKLM\SOFTWARE\Microsoft\Cryptography"

    def _read_id(place: str) -> str:
        return str(read_value(place, "MachineGuid"))
else:
    MACHINE_ID = "/etc/machine-id"

    def _read_id(place: str) -> str:
        return Path(place).read_text(encoding="ascii")


def machine_id(place: str = MACHINE_ID) -> str:
    """Return the hash of the id that this installation of the system has; "" if there is none.
    machine-id(5) asks not to hand the id out as it is, so it is hashed."""
    try:
        text = _read_id(place).strip()
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
