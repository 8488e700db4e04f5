"""Find all that is wrong with a text of TOML, where the parser stops at the first mistake.

A line that was refused is left out, and the rest is read again. That is done only as long as the
line was whole in itself, so that no later line is called wrong for the sake of an earlier one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from noroshi.core.definitions.safe_toml import loads
from noroshi.core.definitions.toml_errors import has_odd_quotes, toml_cause
from noroshi.core.translation import Message

MOST_SLIPS = 10
"""The most mistakes that are told of one text."""
LARGEST = 64 * 1024
"""Characters of a text that is read again; each mistake costs another look at all before it."""
LOCATED_REFUSAL = re.compile(r"(.*) \(at line (\d+), column (\d+)\)", re.DOTALL)
PART = r"""(?:[\w-]++|"[^"]*+"|'[^']*+')"""
STATEMENT = re.compile(rf"\s*+(?:\[|{PART}(?:\s*+\.\s*+{PART})*+\s*+=)")
BARE_NAME = re.compile(r"\s*+[A-Za-z_][\w.-]*+[:\s]")
MISSING_SIGN = "Expected '='"
OF_ALL_BEFORE = "Cannot "
"""The beginning of what the reader says where a name was given before."""
OF_A_LETTER = ("Illegal character", "Unescaped", "Invalid hex value", "Invalid value")


@dataclass(frozen=True, slots=True)
class Slip:
    """Hold one mistake and its position; line 0: the parser named no position."""

    line: int
    column: int
    cause: Message


def slips(text: str, message: str) -> tuple[Slip, ...]:
    """Return the mistakes of a text that the reader refused with these words, the first in any
    case and the others as far as they are sure."""
    text = text.replace("\r\n", "\n")
    if text and not text.endswith("\n"):  # of its last line the reader would name no place
        text += "\n"
        message = _refusal(text) or message
    return tuple(_slips(text, message))


def _slips(text: str, message: str) -> Iterator[Slip]:
    match = LOCATED_REFUSAL.fullmatch(message)
    if match is None:
        yield Slip(0, 0, toml_cause(message, text))
        return
    lines, headless, is_first = text.split("\n"), False, True
    for _ in range(MOST_SLIPS):
        refusal, number, column = match[1], int(match[2]), int(match[3])
        line = lines[number - 1]
        if not is_first and not _is_sure(refusal, line, headless=headless):
            return
        yield Slip(number, column, toml_cause(refusal, "\n".join(lines[:number])))
        if len(text) > LARGEST or not _is_whole(refusal, line, column):
            return
        is_first, headless = False, headless or line.lstrip().startswith("[")
        lines[number - 1] = f"[left-out-{number}]" if _is_head(refusal, line) else ""
        match = LOCATED_REFUSAL.fullmatch(_refusal("\n".join(lines)))
        if match is None:
            return


def _refusal(text: str) -> str:
    """Return what the reader says of a text; "" where it takes it."""
    try:
        loads(text)
    except (ValueError, RecursionError) as error:
        return str(error)
    return ""


def _is_sure(refusal: str, line: str, *, headless: bool) -> bool:
    """Return False for an error that may come of a line that was left out: an error in the rest
    of a statement, or, if the line was the head of a table, a name that is given twice only
    without that head."""
    if headless and refusal.startswith(OF_ALL_BEFORE):
        return False
    if refusal.startswith(MISSING_SIGN):
        return BARE_NAME.match(line) is not None
    return refusal.startswith("Illegal character") or STATEMENT.match(line) is not None


def _is_whole(refusal: str, line: str, column: int) -> bool:
    """Return True for a line without which all lines around it mean what they meant."""
    if '"""' in line or "'''" in line:
        return False
    if _is_head(refusal, line):
        return True
    if any(line.count(opening) != line.count(end) for opening, end in ("[]", "{}")):
        return False
    if refusal.startswith("Unclosed"):
        preceding_text = line[: column - 1]
        is_open = any(
            preceding_text.count(opening) > preceding_text.count(end)
            for opening, end in ("[]", "{}")
        )
        return is_open or has_odd_quotes(line)
    return True


def _is_head(refusal: str, line: str) -> bool:
    """Return True for a table's head; in a list a line may begin like one."""
    return line.lstrip().startswith("[") and not refusal.startswith((*OF_A_LETTER, "Unclosed"))
