"""Do an operation on the store itself, when no node runs. That costs all of Noroshi's
imports."""

from __future__ import annotations

import asyncio
import getpass
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any, TypeVar

from noroshi.app.composition import open_service, open_to_examine, open_to_look
from noroshi.cli.clients.socket import refusal_of, unpack
from noroshi.cli.errors import RefusedError
from noroshi.config.config import Config
from noroshi.core.translation import Medium, ReadAt, _
from noroshi.knowledge.os_errors import cause_text
from noroshi.ports import StoreError, StoreFault
from noroshi.service import (
    OperationError,
    Service,
    administrator,
    perform,
    refusal_as_json,
    run_as_json,
)
from noroshi.stores.sqlite.process_lock import Holder, holding, lock_of

T = TypeVar("T")
Task = Callable[[Service], Awaitable[Any]]
"""A piece of work on a service that was opened for it."""
CANNOT_OPEN = _("No node is running, and the store cannot be opened: {why}")


LOOKS = frozenset(
    {
        "alarms",
        "audit",
        "blueprints",
        "check_store",
        "contacts",
        "definition_show",
        "export",
        "first_look",
        "guide_show",
        "health",
        "hub_status",
        "key_check",
        "kinds",
        "ledger",
        "log",
        "monitor_show",
        "places",
        "plan",
        "queue_list",
        "queue_mail",
        "queue_show",
        "route_list",
        "secret_list",
        "silence_list",
        "status",
        "token_list",
        "user_list",
        "version_show",
        "versions",
    }
)
"""Operations that write nothing and keep nothing for the next one: they need no lock, so that a
command that waits in a pager, or is suspended, keeps no node from starting."""
EXAMINES = frozenset({"examine_begin", "examine_look"})
"""Operations that only look, and keep what they have begun for the next one. They need no lock
either: what the renewal of a sign-in writes is guarded by the turn of that renewal."""


class InProcessClient:
    """Run the service of this home folder within this process. Once a command is about to
    write, no node may start until the client is closed. `medium` is where the answers are
    read."""

    def __init__(self, config: Config, medium: ReadAt = Medium.TERMINAL) -> None:
        self._config, self._medium = config, medium
        self._runner, self._stack = asyncio.Runner(), AsyncExitStack()
        self._person = administrator(_user_name())
        self._service: Service | None = None
        self._examining: Service | None = None

    def call(self, op: str, /, **args: Any) -> Any:
        """Return the answer as JSON's own types. Raises RefusedError."""
        return unpack(self._run(op, lambda service: self._as_json(service, op, args)))

    async def _as_json(self, service: Service, op: str, args: Mapping[str, Any]) -> Any:
        return await run_as_json(service, self._person, op, args, medium=self._medium)

    def ask(self, op: str, shape: type[T], args: Mapping[str, Any]) -> T:
        """Return the answer as it is made. Raises RefusedError."""
        try:
            answer: T = self._run(op, lambda service: perform(service, self._person, op, args))
        except OperationError as refusal:
            raise refusal_of(refusal_as_json(refusal, self._medium)) from None
        return answer

    def _run(self, op: str, do: Task) -> Any:
        try:
            return self._runner.run(self._answer(op, do))
        except (StoreError, OSError) as error:
            raise RefusedError("no node", CANNOT_OPEN.fill(why=cause_text(error))) from None

    def close(self) -> None:
        """Give the store back."""
        self._runner.run(self._stack.aclose())
        self._runner.close()

    async def _answer(self, op: str, do: Task) -> Any:
        if self._service is None and op in LOOKS | EXAMINES:
            try:
                return await (self._examine if op in EXAMINES else self._look)(do)
            except StoreError as error:
                if error.fault is not StoreFault.OLD:
                    raise
        if self._service is None:
            opening = open_service(self._config)
            self._service = await self._stack.enter_async_context(opening)
        return await do(self._service)

    async def _look(self, do: Task) -> Any:
        """Answer from the store, given back at once. A node that has it is not passed by: it
        knows more."""
        if self._examining is not None:
            return await do(self._examining)
        self._require_no_node()
        async with open_to_look(self._config) as service:
            return await do(service)

    async def _examine(self, do: Task) -> Any:
        """Answer from the store, which stays open: the examination goes on in this process, also
        when a node starts meanwhile."""
        if self._examining is None:
            self._require_no_node()
            opening = open_to_examine(self._config)
            self._examining = await self._stack.enter_async_context(opening)
        return await do(self._examining)

    def _require_no_node(self) -> None:
        lock = lock_of(self._config.store)
        holding_state = holding(lock)
        if holding_state is not None and holding_state.holder is Holder.RUNNING:
            raise StoreError(holding_state.message(lock))


def _user_name() -> str:
    """Return the name of the user who runs this process."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # which neither the environment nor the system names
        return _own_account()


if sys.platform == "win32":

    def _own_account() -> str:
        from noroshi.system.windows_security import account_name, own_sid  # only now: ctypes

        return account_name(own_sid())
else:

    def _own_account() -> str:
        return str(os.geteuid())
