"""Answers of the operations about the vault and the vault key."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from noroshi.core.translation import Message


class SecretKind(StrEnum):
    """The kind of a vault entry, by the settings that name it."""

    CLIENT_SECRET = "client secret"
    CERTIFICATE = "certificate"
    PASSWORD = "password"
    URL = "url"
    HEADER = "header"
    OTHER = "other"
    """Nobody names it yet, or it is used as several of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretEntry:
    """An entry of the vault: whether it is kept, the keys of the definitions that name it, and the
    servers that it is sent to. `led_by` is the API token that chose one of these, which no person
    has confirmed yet."""

    name: str
    kept: bool
    named_by: tuple[str, ...]
    goes_to: tuple[str, ...] = ()
    led_by: str = ""
    kind: SecretKind = SecretKind.OTHER


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """An entry of the vault, and why the key does not open it; None: it does."""

    name: str
    fault: Message | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyChecked:
    """The vault's key: where it comes from, which one it is, and what it opens."""

    source: str
    path: str
    id: str
    entries: tuple[KeyEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRotated:
    """The key before and where it is kept, the key now and how many entries it seals."""

    old: str
    kept: str
    new: str
    entries: int
