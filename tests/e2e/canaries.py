"""Finds a secret, or any piece of it, in whatever dress a program may have printed it."""

import base64
from urllib.parse import quote

PIECE = 16  # bytes: so long a run of a random text is nowhere by chance


HALF = PIECE // 2
"""Wherever a piece lies, one whole half of it begins at a multiple of a half: so long a text need be looked
up at these places alone."""


class Canaries:
    """Secrets by name, to be looked for in bytes."""

    def __init__(self):
        self._pieces, self._halves = {}, set()

    def add(self, name, secret):
        """Remember a secret; what is too short to be told from other texts is a mistake."""
        raw = secret.encode() if isinstance(secret, str) else secret
        assert len(raw) >= PIECE, name
        for dress in _dresses(raw):
            for at in range(len(dress) - PIECE + 1):
                self._pieces.setdefault(dress[at : at + PIECE], name)
                self._halves.update(dress[i : i + HALF] for i in range(at, at + HALF + 1))

    def found_in(self, told):
        """The names of those of which a piece is there."""
        raw = told.encode() if isinstance(told, str) else told
        halves = (at for at in range(0, len(raw), HALF) if raw[at : at + HALF] in self._halves)
        around = (at + shift for at in halves for shift in range(-HALF, 1))
        pieces = (raw[at : at + PIECE] for at in around if at >= 0)
        return sorted({self._pieces[piece] for piece in pieces if piece in self._pieces})


def _dresses(raw):
    yield raw
    yield raw.hex().encode()
    yield raw.hex().upper().encode()
    yield quote(raw, safe="").encode()
    yield repr(raw).encode()
    for before in range(3):  # base64 reads three bytes at a time, wherever the secret begins
        # What stands beside the secret colours the characters at its ends.
        kept = slice(4 if before else 0, -4)
        for written in (base64.b64encode, base64.urlsafe_b64encode):
            yield written(b"\0" * before + raw)[kept]
