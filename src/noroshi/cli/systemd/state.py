"""Find what there is of Noroshi's service on this machine."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from noroshi.cli.context import CommandContext
from noroshi.cli.errors import RefusedError
from noroshi.cli.paths import HOME, SERVICE, UNIT_FILE, USER, USER_FILE
from noroshi.cli.systemd.install import Installation
from noroshi.config.settings_file import FILE
from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.translation import _

BOOTED = Path("/run/systemd/system")
"""There while systemd runs the machine (sd_booted(3))."""
ASKED_FOR = "UnitFileState,ActiveState,SubState,ActiveEnterTimestamp,MainPID,NRestarts"

NOT_YET = with_commands(
    _(
        "Installation as a service is not supported on this operating system yet, only on Linux "
        "with systemd and on Windows. `{command}` runs the node in the foreground."
    ),
    command=CommandText("serve"),
)
OTHER_HOME = _("The service's home folder is {home}, not {given}.")


def find_installation(context: CommandContext) -> Installation:
    """Find what there is of the service. Raises RefusedError where there is nothing to find."""
    if sys.platform != "linux":
        raise RefusedError("trouble", NOT_YET)
    home = Path(HOME)
    home_option = getattr(context.args, "home", "") or os.environ.get("NOROSHI_HOME")
    if home_option and context.home != home:
        raise RefusedError("invalid", OTHER_HOME.fill(home=HOME, given=context.home))
    return Installation(
        # -I: from nothing but where it is installed, whoever starts it from wherever.
        program=(sys.executable, "-I", "-m", "noroshi.cli"),
        unit=_text(Path(UNIT_FILE)),
        user=_text(Path(USER_FILE)),
        settings=_exists(home / FILE),
        foreign_files=_has_foreign_files(home),
    )


def service_properties() -> Mapping[str, str]:
    """Return what systemd says of the service; nothing where it does not run."""
    try:
        output = subprocess.run(
            ("systemctl", "show", SERVICE, f"--property={ASKED_FOR}"),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=False,
        ).stdout
    except OSError:
        return {}
    return dict(line.split("=", 1) for line in output.splitlines() if "=" in line)


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None


def _exists(path: Path) -> bool:
    """Return whether a path exists; Path.exists() says of what we may not look at now one
    thing, now another."""
    try:
        path.lstat()
    except PermissionError:  # the service's own: it is there as far as we are told
        return True
    except OSError:
        return False
    return True


def _has_foreign_files(home: Path) -> bool:
    """Return whether something of the home folder does not belong to the service's user."""
    if sys.platform == "win32":  # find_installation has refused
        return False
    import pwd

    try:
        owner = pwd.getpwnam(USER).pw_uid
    except KeyError:  # there is no such user yet, so it belongs to another
        return _exists(home)
    try:
        has_foreign_content = any(path.lstat().st_uid != owner for path in home.rglob("*"))
        return has_foreign_content or home.stat().st_uid != owner
    except OSError:  # no folder, or not ours to look at
        return False
