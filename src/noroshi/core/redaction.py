"""Take secrets out of texts that the other side sends."""

from __future__ import annotations

import re

PIECE = 6
"""Characters of a secret that are too many to be told."""
RUN = re.compile(rf"[\w+/=.~-]{{{PIECE},}}")


class Masks:
    """The secrets that were sent to sign in; no piece of them is shown afterwards."""

    def __init__(self, *secrets: str) -> None:
        self._secrets = [secret for secret in secrets if secret]
        self._joined_secrets = " ".join(self._secrets)

    def add(self, secret: bytes) -> None:
        self._secrets.append(secret.decode())
        self._joined_secrets = " ".join(self._secrets)

    def masked(self, text: str) -> str:
        """Return the text without any piece of it: some servers quote the line they refuse."""
        for secret in self._secrets:
            text = text.replace(secret, "…")
        return RUN.sub(self._mask_run, text)

    def _mask_run(self, run: re.Match[str]) -> str:
        return "…" if _shares(run[0], self._joined_secrets) else run[0]


def _shares(run: str, secret: str) -> bool:
    """Return True if the run holds a piece of the secret: "token=eyJ…" is one run, name and
    secret."""
    return any(run[at : at + PIECE] in secret for at in range(len(run) - PIECE + 1))
