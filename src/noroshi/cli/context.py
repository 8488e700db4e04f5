"""Hold what a command needs: the arguments, the person's language, and the way to the node."""

from __future__ import annotations

import json
import os
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self, TypeVar

from noroshi.cli.clients.socket import Caller, NoNodeError, RemoteClient, SocketClient
from noroshi.cli.errors import RefusedError
from noroshi.cli.paths import DOOR, NAME
from noroshi.cli.terminal_escape import escaped
from noroshi.config.settings_file import DOOR_FILE, LONGEST_SOCKET, ConfigError, leaves_out
from noroshi.core.translation import Medium, Message, ReadAt, _, sentence, terminal_of

if TYPE_CHECKING:
    from pathlib import Path

    from noroshi.config.config import Config
    from noroshi.operations.declaration import Declaration
    from noroshi.stores.sqlite.process_lock import Holding

T = TypeVar("T")
STARTS_WITHIN, HANDS_OVER, STEP = 5.0, 2.0, 0.1
"""Seconds to wait for a node that is starting; seconds for which a node that has disappeared
counts as present, as another may take its place; and seconds between two looks."""
if sys.platform == "win32":
    SERVICE_STARTS = _(
        "The service is starting and cannot answer yet. Try again in a moment. Progress: "
        "Get-Service noroshi"
    )

    def _is_made(_door: str) -> bool:
        """Return whether the service starts, by the word of who starts it."""
        from noroshi.system.service_control import ServiceState, service_status

        status = service_status(NAME)
        return status is not None and status.state is ServiceState.STARTING
else:
    SERVICE_STARTS = _(
        "The service is starting and cannot answer yet. Try again in a moment. Progress: "
        "journalctl -u noroshi"
    )

    def _is_made(door: str) -> bool:
        """Return whether the service starts: systemd makes the folder as it starts it, and
        removes it as that ends."""
        folder = os.path.dirname(door)  # noqa: PTH120  # pathlib costs `noroshi send` as much as its reply
        return os.path.isdir(folder) and not os.access(door, os.F_OK)  # noqa: PTH112


class CommandContext:
    """Hold one command as typed, and the node that it asks."""

    def __init__(
        self,
        args: Namespace,
        home: str | Path,
        language: str,
        door: str | None,
        remote: RemoteClient | None = None,
    ) -> None:
        self.args, self._home, self.language, self.door = args, str(home), language, door
        self.remote = remote
        self.is_node_running = True
        """True if a node runs; known after the first call."""
        self._client: Caller | None = remote
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @cached_property
    def home(self) -> Path:
        """Return the node's home folder."""
        from pathlib import Path  # only now: a command that a script types needs none

        return Path(self._home)

    @cached_property
    def config(self) -> Config:
        """Return the node's settings. Raises ConfigError."""
        from noroshi.config.config import read_config  # only now: few commands need all of them

        return read_config(self.home, os.environ)

    @property
    def _node_door(self) -> str:
        """Return the door of the node of this home folder. Raises ConfigError."""
        door = f"{self._home}/{DOOR_FILE}"
        if len(os.fsencode(door)) <= LONGEST_SOCKET and leaves_out(self._home, "door"):
            return door
        return str(self.config.door)

    @property
    def config_here(self) -> Config | None:
        """Return the settings; None for a node that was named, and whose settings nobody can
        read from here."""
        try:
            return None if self.remote is not None else self.config
        except ConfigError:
            if self.door is None:
                raise
            return None

    def call(self, op: str, /, **args: Any) -> Any:
        """Ask as `ask`; return the answer as JSON's own types."""
        return self._answer_of(op, lambda client: client.call(op, **args))

    def ask(self, operation: Declaration, shape: type[T], /, **args: Any) -> T:
        """Ask the node that was named, or the running one; when none runs, the store itself.
        `shape` is the type that the operation answers with. Raises RefusedError."""
        return self._answer_of(
            operation.name, lambda client: client.ask(operation.name, shape, args)
        )

    def _answer_of(self, op: str, question: Callable[[Caller], T]) -> T:
        if self._client is not None:
            return question(self._client)
        try:
            self.is_node_running = True
            return self._ask_node(question)
        except NoNodeError:
            if self.door is not None:  # a certain node was meant, and it is not there
                raise
        # Only now: it costs asyncio and all of Noroshi, ten times what a running node does.
        from noroshi.cli.clients.in_process import LOOKS, InProcessClient

        self.is_node_running = False
        self._client = self._open.enter_context(
            closing(InProcessClient(self.config, self._medium_of_answers))
        )
        try:
            answer = question(self._client)
        except RefusedError as refusal:
            if refusal.kind != "no node" or not self._node_took_store():
                raise
        else:
            if op not in LOOKS or not self._node_took_store():
                return answer
        self.release_store()
        self.is_node_running = True
        return self._ask_node(question)

    def _ask_node(self, question: Callable[[Caller], T]) -> T:
        """Ask the node; one that is just starting is waited for. Raises NoNodeError, else RefusedError."""
        door = self.door or self._node_door
        node, end, gone_at = SocketClient(door, medium=self._medium_of_answers), 0.0, 0.0
        while True:
            try:
                return question(node)
            except NoNodeError:
                now, starting_node = time.monotonic(), self._starting_node()
                if starting_node is not None:
                    end, gone_at = end or now + STARTS_WITHIN, now + HANDS_OVER
                    if now >= end:
                        raise RefusedError("no node", starting_node) from None
                elif now >= gone_at:  # at the first look, or it ended without having started
                    raise
            time.sleep(STEP)

    def _starting_node(self) -> Message | None:
        """Return the message that a node is starting, if one has the store but no open door
        yet; None: there is no such node."""
        if self.door is not None:
            return SERVICE_STARTS if self.door == DOOR and _is_made(self.door) else None
        from noroshi.stores.sqlite.process_lock import (
            Holder,  # only now: a running node needs none
        )

        state = self._lock_state()
        # Who runs and is not heard has just opened its door, or not yet written that it starts.
        if state is None or state.holder not in (Holder.STARTING, Holder.RUNNING):
            return None
        return sentence(state.message(self._lock))

    def _node_took_store(self) -> bool:
        """Return whether a node took the store while it was opened here."""
        from noroshi.stores.sqlite.process_lock import Holder

        state = self._lock_state()
        return state is not None and state.holder in (Holder.STARTING, Holder.RUNNING)

    def _lock_state(self) -> Holding | None:
        from noroshi.stores.sqlite.process_lock import holding

        return holding(self._lock)

    @property
    def _lock(self) -> Path:
        from noroshi.stores.sqlite.process_lock import lock_of

        return lock_of(self.config.store)

    def release_store(self) -> None:
        """Give the store back until the next call, so that a node may start meanwhile."""
        self._client = None
        self._open.close()

    @property
    def medium(self) -> ReadAt:
        """Return where the person reads: the commands in texts name the home folder that this one
        was given."""
        return terminal_of(getattr(self.args, "home", ""))

    @property
    def _medium_of_answers(self) -> ReadAt:
        """Return where the answers of a node are read: programs get them as they are."""
        return Medium.TERMINAL if getattr(self.args, "json", False) else self.medium

    def say(self, words: Message | Mapping[str, str]) -> str:
        """Return a text of ours, or of an answer, in the person's language; the commands in it
        can be typed."""
        if isinstance(words, Message):
            return words.say(self.language, self.medium)
        return words[self.language]

    def print_json(self, value: Any) -> None:
        """Print an answer for programs as it is, both languages in it."""
        from noroshi.answer_json import as_json  # only now: few commands need it

        print(escaped(json.dumps(as_json(value), ensure_ascii=False, indent=2)))
