"""Check a large request in a separate process: that it is JSON, that the arguments fit the
operation, and that the definitions in it have the right shape. The node itself checks
references, and the request against the definitions in force, which is cheap."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from noroshi import sandbox_reader
from noroshi.core.definitions.problems import MOST_FOUND, Problem, first_of, shortened_text
from noroshi.core.size import MOST_VALUES, values_in
from noroshi.core.stored_message import stored_form
from noroshi.definitions.dedupe_problems import by_file
from noroshi.definitions.document_content import content, document
from noroshi.definitions.documents import definitions_of
from noroshi.definitions.size_limits import (
    NO_MONITORS,
    certain_count_problems,
    count_problems,
    too_heavy,
)
from noroshi.imports import ONE_AT_A_TIME
from noroshi.ports import Document
from noroshi.schema import TOO_MANY, Invalid as Unusable
from noroshi.service.definitions.apply import BAD_DEFINITIONS, ApplyOperations
from noroshi.service.definitions.edit import NOT_JSON, EditOperations
from noroshi.service.errors import InvalidArgumentError, OperationError, UnreadableRequestError
from noroshi.service.operation import Operation, arguments, operations
from noroshi.service.wire_request import WireRequest, request_of

GIVEN = ("documents", "over")
"""The arguments of operations that are definitions."""


def answer(head: Mapping[str, Any], body: bytes) -> Any:
    """Return the request, or why it is refused; None: it is none."""
    request = _request(head["op"], body)
    if request is None:
        return None
    op, args, home = request
    spec = _operation(op)
    if spec is None:  # which is told by whoever asked
        return {"op": shortened_text(op), "args": {}}
    try:
        _judge(spec, args)
    except OperationError as refusal:
        return _refusal_as_json(refusal)
    return {"op": op, "args": args if head["echo"] else {}, **({"home": home} if home else {})}


def _operation(name: str) -> Operation | None:
    """Return the operation of that name. Nearly all large requests are for one on definitions, and
    to import the others takes longer than to read most requests."""
    for group in (ApplyOperations, EditOperations):
        for one in operations(group).values():
            if one.name == name:
                return one
    with ONE_AT_A_TIME:
        from noroshi.service.operation_list import OFFERED

    return OFFERED.get(name)


def _refusal_as_json(refusal: OperationError) -> dict[str, Any]:
    """Return a refusal for the node, which tells it to whoever asked."""
    return {
        "error": refusal.kind,
        "words": stored_form(refusal.words),
        "problems": [
            {"where": p.where, "what": stored_form(p.what)} for p in first_of(refusal.problems)
        ],
    }


def _request(op: str | None, body: bytes) -> WireRequest | None:
    try:
        text = body.decode()
        value = json.loads(text, parse_constant=_no_number)
        if "\\u" in text:  # half a letter can be told to nobody, nor kept
            json.dumps(value, ensure_ascii=False).encode()
        return request_of(value if op is None else {"op": op, "args": value})
    except (ValueError, RecursionError, UnreadableRequestError):
        return None


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no JSON")


def _judge(spec: Operation, args: Mapping[str, Any]) -> None:
    """Raise InvalidArgumentError."""
    _check_value_count(values_in(args, MOST_VALUES))
    read_args = arguments(spec, args)
    documents, unusable = _documents(read_args)
    _check_value_count(sum(map(_values, documents)))
    _refuse(
        count_problems(documents, NO_MONITORS)
    )  # before half a minute goes into reading them
    definitions, problems = definitions_of(documents)
    # Each instance is read once here, and kept: this process has the room.
    definitions = replace(definitions, instances=dict(definitions.instances))
    _refuse(certain_count_problems(documents, definitions))
    # Fewer are told by whoever asked, with all that is wrong beside.
    if len(all_problems := (*unusable, *problems)) > MOST_FOUND:
        raise InvalidArgumentError(BAD_DEFINITIONS, by_file(all_problems)[:MOST_FOUND])
    _refuse(too_heavy(documents, definitions))


def _refuse(problems: Iterable[Problem]) -> None:
    """Raise InvalidArgumentError if there are any."""
    if found_problems := tuple(problems):
        raise InvalidArgumentError(BAD_DEFINITIONS, found_problems)


def _check_value_count(values: int) -> None:
    if values > MOST_VALUES:
        raise InvalidArgumentError(
            BAD_DEFINITIONS, (Problem("", TOO_MANY.fill(most=MOST_VALUES)),)
        )


def _documents(args: Mapping[str, Any]) -> tuple[list[Document], list[Problem]]:
    """Return all definitions among the arguments, and what cannot be one."""
    documents, problems = (
        [one for name in GIVEN for one in args.get(name) or ()],
        list[Problem](),
    )
    for key, table in (args.get("put") or {}).items():
        try:
            documents.append(document(key, table))
        except (TypeError, ValueError, RecursionError) as error:
            problems.append(Problem(shortened_text(key), NOT_JSON.fill(why=error)))
    return documents, problems


def _values(one: Document) -> int:
    try:
        return values_in(content(one), MOST_VALUES)
    except Unusable:
        return 1


if __name__ == "__main__":
    sandbox_reader.run(answer)
