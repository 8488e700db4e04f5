"""Doing an operation on the store itself, when no node runs. It costs all of Noroshi's imports."""

from __future__ import annotations

import asyncio
import getpass
from contextlib import AsyncExitStack
from typing import Any

from noroshi import actions, checks, schema, transports
from noroshi.actions.template import TemplateRenderer
from noroshi.app.composition import open_service
from noroshi.cli.client import Refused, unpacked
from noroshi.config import Config
from noroshi.core.system import why
from noroshi.core.words import Words
from noroshi.plugins import Plugins
from noroshi.ports import StoreError
from noroshi.service import administrator, answer
from noroshi.service.looking import kinds

CANNOT_OPEN = Words(
    en="No node is running, and the store cannot be opened: {why}",
    ja="ノードが動いていないうえ、保存先を開けません: {why}",
)


class Near:
    """The service of this home folder, opened here; no node may start meanwhile."""

    def __init__(self, config: Config) -> None:
        self._runner, self._stack = asyncio.Runner(), AsyncExitStack()
        self._who = administrator(getpass.getuser())
        try:
            opened = self._stack.enter_async_context(open_service(config))
            self._service = self._runner.run(_awaited(opened))
        except (StoreError, OSError) as error:
            self._runner.close()
            raise Refused("no node", CANNOT_OPEN.fill(why=why(error))) from None

    def call(self, op: str, /, **args: Any) -> Any:
        """The answer as JSON's own types. Raises Refused."""
        return unpacked(self._runner.run(answer(self._service, self._who, op, args)))

    def close(self) -> None:
        """Give the store back."""
        self._runner.run(self._stack.aclose())
        self._runner.close()


def built_in_kinds() -> Any:
    """The answer to `kinds` without a home folder."""
    return schema.plain(kinds(built_in(TemplateRenderer())))


def built_in(renderer: TemplateRenderer) -> Plugins:
    """The kinds that need no installing."""
    return Plugins(checks.BUILT_IN, actions.built_in(renderer), transports.BUILT_IN)


async def _awaited(opening: Any) -> Any:
    return await opening
