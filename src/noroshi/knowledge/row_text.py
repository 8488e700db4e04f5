"""Read a text of a row: {sign_in} and the like are instructions, told as the reader wants them."""

from __future__ import annotations

import re

from noroshi.core.instruction import Instruction, InstructionKind
from noroshi.core.translation import Message

KINDS = {kind.value: kind for kind in InstructionKind}
PLACE_ALONE = re.compile(r"\{(\w+)(?:\.(\w+))?\}")


class UserValue(Message):
    """A value of the user's within an instruction, not yet known."""

    __slots__ = ()
    filled_along = True


def row_text(text: str) -> Message:
    """Return a text whose instructions are values. One that stands alone may name the value that
    is the vault's entry in it, as {put_secret.password}."""
    match = PLACE_ALONE.fullmatch(text)
    if match is not None and match[1] in KINDS:
        entry = UserValue(f"{{{match[2]}}}", translations={}) if match[2] else None
        return Instruction(KINDS[match[1]], {"entry": entry} if entry else None)
    message = Message(text)
    instructions = message.places & KINDS.keys()
    return message.with_arguments({name: Instruction(KINDS[name]) for name in instructions})
