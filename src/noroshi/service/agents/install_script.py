"""Make the script that installs Noroshi on another server and joins it to this hub."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from noroshi.core.translation import Message, _
from noroshi.link.install_line import InstallSource, file_path
from noroshi.link.join_code import JoinCode, curl_pin

PLACE, COMMANDS = "/opt/noroshi", "/usr/local/bin"
TEXTS: Mapping[str, Message] = {
    "T_ROOT": _("Run the command as root: with sudo, or in a root shell."),
    "T_SYSTEM": _(
        "The command installs Noroshi only on Linux on x86-64 with glibc 2.28 or newer. This "
        "server has: {system}. Nothing was installed. To monitor this server over SSH instead, "
        "open Servers › Add a server on the hub."
    ),
    "T_PYTHON": _(
        "Python 3.11 to 3.14 is required, but is not installed. Before you run the same command "
        "again, install Python:"
    ),
    "T_NO_PYTHON": _(
        "Python 3.11 to 3.14 is required, but no known package of this system provides it. "
        "Install Python in a location that all users can read, then run the same command again. "
        "To monitor this server over SSH instead, open Servers › Add a server on the hub."
    ),
    "T_THERE": _("Noroshi is already installed here ({program}), so the command only joins."),
    "T_DOWNLOADING": _("Downloading Noroshi {version} from the hub."),
    "T_NOT_FETCHED": _("The download failed. Nothing was installed."),
    "T_OTHER_FILE": _(
        "The downloaded file does not match the one on the hub. It was not run, and nothing was "
        "installed."
    ),
    "T_INSTALLING": _("Installing to {folder}."),
    "T_NOT_INSTALLED": _(
        "The installation failed; the reason is above. Run the command again."
    ),
    "T_NO_SYSTEMD": _(
        "This server has no systemd. Start the node yourself, now and after each boot: noroshi serve"
    ),
}
"""By the script's variable. A place of a text is filled by the script."""
OVER = _(
    "This invitation has expired or has already been used. Create a new one on the hub, on "
    "the “Add a server” page. Nothing was installed."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallFile:
    """Hold what the self-contained file is: Noroshi's version in it, its SHA-256 and its bytes."""

    version: str
    sha256: str
    size: int


def install_script(
    source: InstallSource, code: JoinCode, file: InstallFile, hub_key: str
) -> str:
    """Return the script, with all values in it. `hub_key` is the key by which the hub signs its
    updates (a JWK)."""
    values = {
        "ADDRESS": source.address,
        "HOST": source.host.strip("[]"),
        "PORT": str(source.port),
        "CURL_PIN": curl_pin(code.pin),
        "CERTIFICATE": source.certificate.hex(),
        "FILE_PATH": file_path(code.secret),
        "CODE": str(code),
        "VERSION": file.version,
        "SHA256": file.sha256,
        "HUB_KEY": hub_key,
        "PLACE": PLACE,
        "COMMANDS": COMMANDS,
        "LANG_OPTION": f"--lang {source.language}" if source.language else "",
    } | {name: _format(text, source.language) for name, text in TEXTS.items()}
    body = files(__package__).joinpath("install.sh").read_text(encoding="utf-8")
    return "#!/bin/sh\n" + _assignments(values) + body


def refusal_script(language: str) -> str:
    """Return a script that says that the invitation is over, for whoever pipes it into a shell."""
    text = _format(OVER, language)
    return f"#!/bin/sh\nprintf '%s\\n' {shlex.quote(f'noroshi: {text}')} >&2\nexit 1\n"


def _assignments(values: Mapping[str, str]) -> str:
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in values.items())


def _format(text: Message, language: str) -> str:
    """Return a text with %s for each of its places, as printf takes it."""
    filled = text.fill(system="%s", version="%s", folder="%s", program="%s")
    return filled.say(language or "en")
