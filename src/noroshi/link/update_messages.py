"""The messages by which a hub updates an agent: the offer of its file, parts of the file, and how far
the agent has come.

The hub signs the offer by a key of its own, which the agent's administrator put beside the program
(decision 41). Who can send an order but has not that key makes no agent run anything.
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass
from enum import StrEnum

from noroshi.core.translation import NOTHING, Message
from noroshi.link.agent_key import BadKeyError, PrivateKey, public_key

CONTEXT = b"noroshi update 1\n"
"""Stands before what is signed, so that no other signature of the key passes for one of these."""
MOST_FILE_PART = 3 * 1024 * 1024
"""Bytes of the file in one answer."""
MOST_FILE = 512 * 1024 * 1024
BINARY = "application/octet-stream"
"""The type of an answer that is a part of the file."""


class UpdatePhase(StrEnum):
    """Name how far the update of an agent is."""

    NONE = ""
    FETCHING = "fetching"
    RESTARTING = "restarting"
    """The file is there and verified; the start of the service installs it."""
    TRIAL = "trial"
    """The new version runs, and has not spoken with the hub yet."""
    DONE = "done"
    WENT_BACK = "went-back"
    """The new version did not speak with the hub; the earlier one runs again."""
    FAILED = "failed"
    """`words` say why; nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateOffer:
    """Offer a version: the SHA-256 (hexadecimal digits) and the bytes of the file that installs it.
    `signature` is that of the hub's key for updates (ES256, hexadecimal digits)."""

    version: str
    sha256: str
    size: int
    signature: str = ""

    @property
    def folder(self) -> str:
        """Return the name of the folder in which the version is installed."""
        return f"{self.version}-{self.sha256[:8]}"

    def signed_by(self, key: PrivateKey) -> UpdateOffer:
        """Return the offer with its signature."""
        return UpdateOffer(
            version=self.version,
            sha256=self.sha256,
            size=self.size,
            signature=key.signature(self._signed_bytes()).hex(),
        )

    def is_signed_by(self, key_text: str) -> bool:
        """Return whether the signature is that of a public key (a JWK)."""
        try:
            signature = binascii.unhexlify(self.signature)
            return public_key(key_text).is_signature(signature, self._signed_bytes())
        except (BadKeyError, ValueError):
            return False

    def _signed_bytes(self) -> bytes:
        return CONTEXT + f"{self.version}\n{self.sha256}\n{self.size}\n".encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateBegun:
    """OrderVerb.UPDATE: the agent fetches the version."""

    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePartRequest:
    """Ask for the part of a file that begins at `offset`: at most `MOST_FILE_PART` bytes, which are
    the body of the answer as they are."""

    sha256: str
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateReport:
    """Tell how far the last update is; `phase` is an `UpdatePhase`."""

    phase: str = UpdatePhase.NONE.value
    version: str = ""
    words: Message = NOTHING


NO_UPDATE = UpdateReport()
