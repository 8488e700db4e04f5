"""Secrets that were said, taken out of whatever the other side says."""

from __future__ import annotations

import re

PIECE = 6
"""Characters of a secret that are too many to be told."""
RUN = re.compile(rf"[\w+/=.~-]{{{PIECE},}}")


class Masks:
    """The secrets that were said to sign in, so that no piece of them is ever told again."""

    def __init__(self, *said: str) -> None:
        self._said = [one for one in said if one]
        self._secret = " ".join(self._said)

    def add(self, said: bytes) -> None:
        self._said.append(said.decode())
        self._secret = " ".join(self._said)

    def masked(self, text: str) -> str:
        """Return the text without any piece of it: some servers quote the line they refuse."""
        for one in self._said:
            text = text.replace(one, "…")
        return RUN.sub(self._left_of, text)

    def _left_of(self, run: re.Match[str]) -> str:
        return "…" if _shares(run[0], self._secret) else run[0]


def _shares(run: str, secret: str) -> bool:
    """Return whether a piece of the secret is in it: "token=eyJ…" is one run with its name."""
    return any(run[at : at + PIECE] in secret for at in range(len(run) - PIECE + 1))
