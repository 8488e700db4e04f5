"""Answers of the operations that add servers over SSH."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class HostKeyShown:
    """The host key that a server shows: `command` prints the same fingerprint on the server."""

    where: str
    algorithm: str
    fingerprint: str
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SshKeyMade:
    """A key pair: `entry` of the vault has the private half, `line` is the public one, as
    authorized_keys has it."""

    entry: str
    line: str
