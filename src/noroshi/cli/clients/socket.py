"""Ask a running node through its local door: one line of JSON out, one line back.

Plain blocking connections, as `noroshi send` in a script must be over before one notices it.
"""

from __future__ import annotations

import json
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from noroshi.cli.errors import RefusedError
from noroshi.cli.paths import DOOR, NAME
from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.translation import Medium, Message, ReadAt, Terminal, _, bilingual
from noroshi.system.door_connection import DoorConnection, ForeignDoorError, connect

if TYPE_CHECKING:
    from pathlib import Path

T = TypeVar("T")
LONGEST_ANSWER, QUICK_ANSWER = 120.0, 10.0
"""Seconds; `apply` tries every template, a sign-in waits for the provider."""
REPORT = "beat"
QUICK = frozenset(
    {
        REPORT,
        "agent_list",
        "agent_show",
        "alarms",
        "audit",
        "blueprints",
        "contacts",
        "definition_show",
        "examine_begin",
        "examine_look",
        "export",
        "first_look",
        "health",
        "hub_status",
        "instance_sources",
        "key_check",
        "kinds",
        "ledger",
        "log",
        "monitor_show",
        "own_account",
        "own_password",
        "own_totp",
        "own_totp_off",
        "own_totp_on",
        "places",
        "queue_list",
        "queue_mail",
        "queue_show",
        "server_list",
        "silence_list",
        "route_list",
        "status",
        "token_list",
        "user_list",
        "version_show",
        "versions",
    }
)
"""Operations that a live node answers at once: those that only look, and the report of a
job."""
CHUNK = 1 << 16

NO_NODE = with_commands(
    _("No node is listening on {door}. Start one: {command}"), command=CommandText("serve")
)
if sys.platform == "win32":
    CANNOT_ENTER = _(
        "Cannot reach the node through {door}: {why}. Run the command as an administrator or as "
        "a member of the group that is set as door_group."
    )
    NO_SERVICE = _(
        "The service is not running: nothing answers on {door}. Start it: Start-Service {name}"
    )
else:
    CANNOT_ENTER = _(
        "Cannot reach the node through {door}: {why}. Run the command as Noroshi's own user or "
        "as a member of the socket's group."
    )
    NO_SERVICE = _(
        "The service is not running: nothing answers on {door}. Start it: systemctl start {name}"
    )
FOREIGN_DOOR = _(
    "{door} was opened by {owner}, not by Noroshi or an administrator. Nothing was sent there."
)
WENT_AWAY = with_commands(
    _(
        "The connection to the node was lost before it replied. It is not known whether the "
        "operation was carried out. Check: {command}"
    ),
    command=CommandText("status"),
)
NO_TEXT = _("An argument is not valid text in this terminal's encoding. Nothing was sent.")
NO_ANSWER = _(
    "The node has not answered for {seconds:g} s. It is not known whether the operation was "
    "carried out."
)
STANDS_STILL = with_commands(
    _(
        "The node has not answered for {seconds:g} s: its process is stopped, gets no CPU time, "
        "or is badly overloaded. Check: {command}"
    ),
    command=CommandText("service status"),
)
OTHER_VERSION = _(
    "This command cannot read the node's reply to {op}: {why}. The node and this command are "
    "probably from different releases. Use the command from the node's release."
)
NOT_REPORTED = _("{why}\nSo it is not known whether the report was saved.")


class NoNodeError(RefusedError):
    """Report that no node listens at the door."""

    def __init__(self, door: str) -> None:
        words = NO_SERVICE if door == DOOR else NO_NODE
        super().__init__("no node", words.fill(door=door, name=NAME))


class Caller(Protocol):
    """Do operations for a command, through a running node or on the store itself."""

    def call(self, op: str, /, **args: Any) -> Any:
        """Return the answer as JSON's own types. Raises RefusedError."""

    def ask(self, op: str, shape: type[T], args: Mapping[str, Any]) -> T:
        """Return the answer as the type that the operation answers with. Raises RefusedError."""


class WireClient(ABC):
    """A node at the other end of a wire, which answers in JSON."""

    @abstractmethod
    def call(self, op: str, /, **args: Any) -> Any:
        """Return the answer as JSON's own types. Raises RefusedError."""

    def ask(self, op: str, shape: type[T], args: Mapping[str, Any]) -> T:
        """Return the answer as the type that the operation answers with. Raises RefusedError."""
        from noroshi.answer_json import (  # `noroshi beat` needs none
            UnreadableAnswerError,
            from_json,
        )

        answer = self.call(op, **args)
        try:
            return from_json(shape, answer)
        except UnreadableAnswerError as error:
            raise RefusedError("no node", OTHER_VERSION.fill(op=op, why=error)) from None


class RemoteClient(Caller, Protocol):
    """A node elsewhere."""

    url: str
    """The URL at which the node answers."""


def patience_of(op: str) -> float:
    """Return how many seconds one waits for the answer to an operation."""
    return QUICK_ANSWER if op in QUICK else LONGEST_ANSWER


class SocketClient(WireClient):
    """Call a node through its door. `patience` gives the seconds to wait for an operation,
    `medium` is where the answers are read."""

    def __init__(
        self,
        door: str | Path,
        patience: Callable[[str], float] = patience_of,
        medium: ReadAt = Medium.TERMINAL,
    ) -> None:
        self.door, self._patience, self._medium = str(door), patience, medium

    def call(self, op: str, /, **args: Any) -> Any:
        """Raises NoNodeError if nobody listens, else RefusedError."""
        line, seconds = line_of(self._request(op, args)), self._patience(op)
        try:
            with self._connect(seconds) as connection:
                return unpack(json.loads(_ask(connection, line)))
        except TimeoutError:
            raise RefusedError("trouble", no_answer(op, seconds)) from None

    def _request(self, op: str, args: Mapping[str, Any]) -> Mapping[str, Any]:
        request = {"op": op, "args": args}
        home = self._medium.home if isinstance(self._medium, Terminal) else ""
        return {"home": home, **request} if home and _is_text(home) else request

    def _connect(self, seconds: float) -> DoorConnection:
        try:
            return connect(self.door, seconds)
        except (FileNotFoundError, ConnectionRefusedError):
            raise NoNodeError(self.door) from None
        except BlockingIOError:  # so many wait there that no more are let in (unix(7))
            raise TimeoutError from None
        except TimeoutError:
            raise
        except ForeignDoorError as error:
            words = FOREIGN_DOOR.fill(door=self.door, owner=error.owner)
            raise RefusedError("no node", words) from None
        except OSError as error:
            from noroshi.knowledge.os_errors import (
                cause_text,  # only now: hardly any command needs it
            )

            words = CANNOT_ENTER.fill(door=self.door, why=cause_text(error))
            raise RefusedError("no node", words) from None


def _is_text(path: str) -> bool:
    """Return whether the bytes of a path mean letters here: else no answer can have it in it."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def line_of(request: object) -> bytes:
    """Return a request as JSON on one line. Raises RefusedError if something of it is no
    text."""
    try:
        return json.dumps(request, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:  # an argument's bytes that mean no letter here
        raise RefusedError("invalid", NO_TEXT) from None


def _ask(connection: DoorConnection, line: bytes) -> bytes:
    try:
        # Who is sent away at the door is told so before all was heard: that answer is there.
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(line)
        parts = list[bytes]()
        while not (parts and parts[-1].endswith(b"\n")):
            part = connection.recv(CHUNK)
            if not part:
                raise RefusedError("no node", WENT_AWAY)
            parts.append(part)
        return b"".join(parts)
    except TimeoutError:
        raise
    except OSError:
        raise RefusedError("no node", WENT_AWAY) from None


def no_answer(op: str, seconds: float) -> Message:
    """Return what to say of a node that has kept silent for so long."""
    if op not in QUICK:
        return NO_ANSWER.fill(seconds=seconds)
    cause_text = STANDS_STILL.fill(seconds=seconds)
    return NOT_REPORTED.fill(why=cause_text) if op == REPORT else cause_text


def unpack(answer: Any) -> Any:
    """Return what was answered; RefusedError if it was a refusal."""
    if "ok" in answer:
        return answer["ok"]
    raise refusal_of(answer)


def refusal_of(answer: Mapping[str, Any]) -> RefusedError:
    """Return a refusal as it came over a wire."""
    problems = [(p["where"], bilingual(**p["what"])) for p in answer["problems"]]
    codes = answer.get("codes", ())  # a node of an older version gives none
    return RefusedError(answer["error"], bilingual(**answer["words"]), problems, codes)
