"""Find the home folder, the door and the language of a command: as they are given, else as the
environment says."""

from __future__ import annotations

import os
from collections.abc import Mapping

from noroshi.cli.paths import DOOR, HOME

VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""The variables that hold a person's locale, in POSIX's order."""


def home_of(option: str, environment: Mapping[str, str], *, root: bool) -> str:
    """Return the home folder: as given, else $NOROSHI_HOME, else where such data goes (XDG)."""
    if path := option or environment.get("NOROSHI_HOME"):
        return path if os.path.isabs(path) else _from_here(path)  # noqa: PTH117
    if root:
        return HOME
    data = environment.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")  # noqa: PTH111
    return f"{data}/noroshi"


def _from_here(path: str) -> str:
    return os.path.join(os.getcwd(), path)  # noqa: PTH109, PTH118  # pathlib costs as much as help


def door_of(
    option: str, environment: Mapping[str, str], *, own_node: bool, service: bool
) -> str | None:
    """Return the door: the option, else $NOROSHI_DOOR, else the door of this machine's service
    if the person has no node of their own; None: the door that noroshi.toml names."""
    if path := option or environment.get("NOROSHI_DOOR"):
        return path
    return DOOR if service and not own_node else None


def language_of(language: str, environment: Mapping[str, str]) -> str:
    """Return "ja" or "en": as chosen, else as the person's locale says (in POSIX's order)."""
    locale = next((environment[name] for name in VARIABLES if environment.get(name)), "")
    return language or ("ja" if locale.lower().startswith("ja") else "en")
