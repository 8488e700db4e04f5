"""The files of a home folder that hold or guard secrets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from noroshi.config.config import Config
from noroshi.config.settings_file import FILE
from noroshi.config.web import OWN_KEY
from noroshi.vault.keys import CREDENTIAL


def own_files(config: Config, credentials: Path | None) -> Iterator[Path]:
    """Yield the keys with those before and after them, the store with what SQLite lays beside
    it, the settings, as whoever knows `beat` may give signs of life in our place."""
    for one in (config.key, config.store):
        yield from one.parent.glob(f"{one.name}*")
    yield config.home / FILE
    yield config.home / OWN_KEY
    if config.web is not None and config.web.key is not None:
        yield config.web.key
    if credentials is not None:
        yield credentials / CREDENTIAL
