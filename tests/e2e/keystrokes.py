"""How long a person would take, by the keystroke-level model: Card, Moran and Newell, The
keystroke-level model for user performance time with interactive systems, CACM 23 (1980) 7."""

from dataclasses import dataclass

KEY, POINT, HAND, THOUGHT = 0.28, 1.1, 0.4, 1.35
"""Seconds: a key or a button of the mouse, by an average typist who is no expert; pointing at
something; a hand from the keyboard to the mouse or back; making up one's mind."""
COPIED = 24
"""Longer values nobody types: they are marked elsewhere, copied, and pasted here."""


@dataclass
class Effort:
    """What was done, counted; nothing of it is measured by a clock."""

    keys: int = 0
    pointings: int = 0
    hands: int = 0
    thoughts: int = 0

    def clicks(self):
        """Something is chosen, pointed at, and clicked."""
        self.thoughts += 1
        self.pointings += 1
        self.keys += 1

    def types(self, value):
        """A field is pointed at and filled in; the hand goes to the keyboard and back."""
        if len(value) > COPIED:
            self.copies()
        self.clicks()
        self.hands += 2
        self.keys += min(len(value), 2 if len(value) > COPIED else COPIED)

    def copies(self):
        """The other window, three clicks to mark a line, the keys to copy, and back here."""
        self.thoughts += 1
        self.pointings += 3
        self.keys += 7
        self.hands += 2

    @property
    def seconds(self):
        """By the model, without the waiting."""
        return (
            self.keys * KEY
            + self.pointings * POINT
            + self.hands * HAND
            + self.thoughts * THOUGHT
        )
