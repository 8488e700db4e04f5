"""Name the command that opens a port in this computer's firewall; it is shown and never run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from noroshi.core.translation import Message, _

FOLDERS = ("/usr/sbin", "/sbin", "/usr/bin", "/usr/local/sbin")
"""The node's user may not have these in PATH."""
COMMANDS: Mapping[str, str] = {
    "ufw": "sudo ufw allow {port}/tcp",
    "firewall-cmd": (
        "sudo firewall-cmd --permanent --add-port={port}/tcp && sudo firewall-cmd --reload"
    ),
    "nft": "sudo nft add rule inet filter input tcp dport {port} accept",
}
"""By program, the one that manages the others' rules first."""
NOT_LASTING = _(
    "The rule is lost at the next reboot unless you also add it to the input chain in "
    "/etc/nftables.conf. If your table or chain has another name, change the command."
)


def firewall_command(port: int, is_installed: Callable[[str], bool] | None = None) -> str:
    """Return the command for the first firewall that is installed here; "" if none is."""
    is_here = is_installed or _is_installed
    program = next((name for name in COMMANDS if is_here(name)), None)
    return COMMANDS[program].format(port=port) if program else ""


def firewall_caution(command: str) -> Message | None:
    """Return what to know of a command of `firewall_command`; None: nothing."""
    return NOT_LASTING if command.startswith("sudo nft ") else None


def _is_installed(name: str) -> bool:
    return any((Path(folder) / name).exists() for folder in FOLDERS)
