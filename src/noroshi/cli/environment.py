"""Find the home folder, the door and the language of a command: as they are given, else as the
environment says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from noroshi.cli.paths import DOOR, HOME

VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Where a person's locale stands, in POSIX's order."""


def home_of(option: str, environment: Mapping[str, str], *, root: bool) -> Path:
    """Return the home folder: as given, else $NOROSHI_HOME, else where such data goes (XDG)."""
    if path := option or environment.get("NOROSHI_HOME"):
        return Path(path).absolute()
    if root:
        return Path(HOME)
    data = environment.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local" / "share") / "noroshi"


def door_of(
    option: str, environment: Mapping[str, str], *, own_node: bool, service: bool
) -> Path | None:
    """Return the door as given, else $NOROSHI_DOOR, else that of this machine's service for who
    has no node of their own; None: where noroshi.toml says."""
    if path := option or environment.get("NOROSHI_DOOR"):
        return Path(path)
    return Path(DOOR) if service and not own_node else None


def language_of(language: str, environment: Mapping[str, str]) -> str:
    """Return "ja" or "en": as chosen, else as the person's locale says (in POSIX's order)."""
    locale = next((environment[name] for name in VARIABLES if environment.get(name)), "")
    return language or ("ja" if locale.lower().startswith("ja") else "en")
