"""Parse and check large requests in a separate process (`large_requests_reader`): a decoder in a thread
holds the interpreter's lock, and may turn one byte of JSON into a thousand of memory."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from noroshi import schema
from noroshi.core.definitions.problems import Problem
from noroshi.core.people import Person
from noroshi.core.roles import ADMIN, OPERATOR, VIEWER
from noroshi.core.size import SMALL_TEXT
from noroshi.core.stored_message import message_from
from noroshi.core.translation import _
from noroshi.sandbox import CHUNK, Busy, Readers, Unread
from noroshi.service.errors import (
    ERRORS,
    InvalidArgumentError,
    OperationFailedError,
    UnreadableRequestError,
)
from noroshi.service.operation import CheckedArguments
from noroshi.service.wire_request import WireRequest

READER = Path(__file__).with_name("large_requests_reader.py")
LONGEST: Mapping[str, int] = {ADMIN: 8 << 20, OPERATOR: 4 << 20, VIEWER: SMALL_TEXT}
"""Bytes of a request by role: 10,000 monitors take five million, an operator's mail of a million
letters three, and whatever a viewer may ask for is short."""
ENOUGH = 4
"""So many times as much is heard and thrown away, so that the refusal can still be read."""

TOO_LONG = _("The request is longer than {most}. Nothing was changed; send it in parts.")
TOO_MUCH = _(
    "The request exceeds the memory or time allowed for one: it has far too many values, or "
    "nearly all of them are wrong. Nothing was changed; monitoring continues."
)
BUSY = _("Many large requests are being processed. Try again in a moment.")
NO_READER = _("No process can be started to read a large request: {why}. Nothing was changed.")


def longest_request(person: Person) -> int:
    """Return the most bytes that a request of this person may have."""
    return next((most for role, most in LONGEST.items() if role in person.roles), 0)


def size(most: int) -> str:
    """Return a limit as people read it."""
    return f"{most >> 20} MiB" if most >> 20 else f"{most >> 10} KiB"


def too_long(most: int) -> InvalidArgumentError:
    """Return the refusal of what is longer."""
    return InvalidArgumentError(TOO_LONG.fill(most=size(most)))


class Judges:
    """Let the reader processes check requests, and turn a refusal of theirs into an error."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    async def check_arguments(self, name: str, args: Mapping[str, Any]) -> CheckedArguments:
        """Judge what is in memory already. Raises an OperationError."""
        await self._ask_reader({"op": name, "echo": False}, _parts(schema.text(args).encode()))
        return CheckedArguments(args)

    async def read_arguments(
        self, person: Person, name: str, body: AsyncIterable[bytes]
    ) -> CheckedArguments:
        """Read and judge the arguments in a body. Raises an OperationError, or
        UnreadableRequestError."""
        request = await self._ask_reader({"op": name, "echo": True}, body, sender(person))
        return CheckedArguments(request["args"])

    async def read_line(self, person: Person, body: AsyncIterable[bytes]) -> WireRequest:
        """Read and judge an operation's name with its arguments. Raises as `read_arguments`."""
        request = await self._ask_reader({"op": None, "echo": True}, body, sender(person))
        return WireRequest(
            request["op"], CheckedArguments(request["args"]), request.get("home", "")
        )

    async def _ask_reader(
        self, head: Mapping[str, Any], body: AsyncIterable[bytes], sender_name: str = ""
    ) -> Any:
        answer = await self.read(READER, head, body, sender_name)
        if answer is None:
            raise UnreadableRequestError
        return answer

    async def read(
        self,
        program: Path,
        head: Mapping[str, Any],
        body: AsyncIterable[bytes],
        sender_name: str = "",
    ) -> Any:
        """Return the answer of such a program; raise the refusal if the answer is one."""
        try:
            answer = await self._readers.ask(program, head, body, sender_name)
        except Busy:
            raise OperationFailedError(BUSY) from None
        except Unread:
            raise InvalidArgumentError(TOO_MUCH) from None
        except OSError as error:
            raise OperationFailedError(NO_READER.fill(why=error.strerror or error)) from None
        if isinstance(answer, dict) and "error" in answer:
            problems = [
                Problem(p["where"], message_from(p["what"])) for p in answer["problems"]
            ]
            raise ERRORS.get(answer["error"], OperationFailedError)(
                message_from(answer["words"]), tuple(problems)
            )
        return answer


def sender(person: Person) -> str:
    """Return the name of a person in the queue for a reader."""
    return f"{person.door} {person.name}"


async def _parts(text: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(text), CHUNK):
        yield text[at : at + CHUNK]
