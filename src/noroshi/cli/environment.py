"""Find the home folder, the door and the language of a command: as they are given, else as the
environment says."""

from __future__ import annotations

import os
from collections.abc import Mapping

from noroshi.cli.paths import DOOR, NAME
from noroshi.system.user_settings import data_folder, display_language

VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""The variables that hold a person's locale, in POSIX's order."""


def home_of(option: str, environment: Mapping[str, str], *, is_administrator: bool) -> str:
    """Return the home folder: as given, else $NOROSHI_HOME, else where such data goes."""
    if path := option or environment.get("NOROSHI_HOME"):
        return path if os.path.isabs(path) else _from_here(path)  # noqa: PTH117
    folder = data_folder(environment, is_administrator=is_administrator)
    return os.path.join(folder, NAME)  # noqa: PTH118


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
    """Return "ja" or "en": as chosen, else as the person's locale says (in POSIX's order), else as
    the system shows itself to this person."""
    locale = next((environment[name] for name in VARIABLES if environment.get(name)), "")
    locale = language or locale or display_language()
    return "ja" if locale.lower().startswith("ja") else "en"
