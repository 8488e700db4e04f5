"""Ask the script `facts.ps1`, and read its answers. Pure.

What is missing there is missing here: a right that the user lacks takes one answer away and never the
others.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from noroshi.core.printable import readable

LONGEST_REPLY = 200
DENIED = ("PermissionDenied", "SecurityError")
"""Categories of errors that PowerShell reports for a right that is missing."""
FULL_LANGUAGE = "FullLanguage"


@dataclass(frozen=True, slots=True)
class Question:
    """Ask one thing; `arguments` as JSON, so that equal questions are equal."""

    ask: str
    arguments: str = "{}"


def question(ask: str, **arguments: object) -> Question:
    """Return a question with these arguments."""
    return Question(ask, json.dumps(arguments, sort_keys=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Hold what the computer tells, or why it does not. `is_denied`: the user lacks a right."""

    value: Any = None
    error: str = ""
    is_denied: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnOutput:
    """Hold the answers of a turn, by the place of each question."""

    host_name: str = ""
    powershell: str = ""
    language_mode: str = ""
    answer_by_number: Mapping[int, Answer] = field(default_factory=dict)


class IncompleteOutputError(ValueError):
    """Report output that is not that of the script, or broke off. `start` is how it begins."""

    def __init__(self, output: str) -> None:
        super().__init__("the output of the script is not whole")
        self.start = readable(" ".join(output.split()))[:LONGEST_REPLY]


def request_of(questions: Sequence[Question]) -> str:
    """Return the argument of the script."""
    rows = [
        {"id": number, "ask": one.ask, **json.loads(one.arguments)}
        for number, one in enumerate(questions)
    ]
    return json.dumps({"questions": rows})


def read_output(lines: Sequence[str]) -> TurnOutput:
    """Return what the script told. Raises IncompleteOutputError."""
    try:
        rows = [json.loads(line) for line in lines]
    except (ValueError, RecursionError):
        raise IncompleteOutputError("\n".join(lines)) from None
    if not _is_whole(rows):
        raise IncompleteOutputError("\n".join(lines))
    head = rows[0]
    return TurnOutput(
        host_name=str(head.get("host", "")),
        powershell=str(head.get("powershell", "")),
        language_mode=str(head.get("language", "")),
        answer_by_number={
            row["id"]: _answer(row) for row in rows if isinstance(row.get("id"), int)
        },
    )


def _is_whole(rows: Sequence[Any]) -> bool:
    are_objects = all(isinstance(row, dict) for row in rows)
    return bool(rows) and are_objects and "noroshi" in rows[0] and "end" in rows[-1]


def _answer(row: Mapping[str, Any]) -> Answer:
    if "error" in row:
        error = readable(" ".join(str(row["error"]).split()))[:LONGEST_REPLY]
        return Answer(error=error or "?", is_denied=row.get("category") in DENIED)
    return Answer(value=_unwrapped(row.get("value")))


def _unwrapped(value: Any) -> Any:
    """Return a list that PowerShell 5.1 may write as an object of a value and a count."""
    if isinstance(value, dict) and value.keys() == {"value", "Count"}:
        return value["value"]
    return value
