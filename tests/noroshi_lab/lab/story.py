"""A node and the lab in one process, on one clock that the story moves, over real sockets."""

from __future__ import annotations

import asyncio
import json
import tomllib
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from noroshi.app.composition import App, open_app
from noroshi.config.config import Config
from noroshi.ports import Document
from noroshi.service import administrator
from noroshi.stores.memory.store import MemoryStore
from noroshi.testing import ManualClocks
from noroshi.vault import make_key
from noroshi_lab.lab import switches
from noroshi_lab.lab.lab import Lab
from noroshi_lab.lab.limits import Limits
from noroshi_lab.lab.mailbox import Mail
from noroshi_lab.lab.person import sign_in

T = TypeVar("T")
AKI = administrator("aki")
BEGIN = datetime(2026, 11, 25, 1, 2, 3, tzinfo=UTC)
NOTHING_MORE: Mapping[str, Any] = {}
LOOK = 0.05  # seconds of the machine between two looks, after each of which a second has passed


class Story:
    """What the node is told to send goes out while time passes; nothing else moves the clock."""

    def __init__(self, time: ManualClocks, lab: Lab, app: App) -> None:
        self.time, self.lab, self.app = time, lab, app
        self.card = lab.address

    async def define(self, more: Mapping[str, Any] = NOTHING_MORE, **routes: Any) -> None:
        """The lab's own clouds and accounts, with these routes and one contact, and `more`."""
        folder = self.lab.folder / "definitions"
        found = {
            path.relative_to(folder).with_suffix("").as_posix(): tomllib.loads(path.read_text())
            for path in sorted(folder.rglob("*.toml"))
        }
        found |= {f"routes/{name}": body for name, body in routes.items()}
        found["contacts/ops"] = {"addresses": [self.card.reader]}
        for key, body in more.items():
            found[key] = found.get(key, {}) | body
        documents = tuple(Document(key, json.dumps(body)) for key, body in found.items())
        await self.app.service.definitions.apply(AKI, documents)

    async def sign_in(
        self, route: str = "m365", who: tuple[str, str] | None = None, *, read: bool = False
    ) -> None:
        """A person walks the pages and pastes the address back. `read`: the right to read the
        mailbox, to which an administrator has consented."""
        begun = await self.app.service.sign_in.authorize_begin(AKI, route, read=read)
        user, password = who or (self.card.user, self.card.password)
        back = await sign_in(begun.url, user, password, self.card.ca_file)
        await self.app.service.sign_in.authorize_finish(AKI, route, back)

    async def put_secret(self, value: str, name: str = "lab-secret") -> None:
        await self.app.service.sign_in.set_secret(AKI, name, value)

    async def send(self, subject: str, *routes: str) -> str:
        """Queues a mail."""
        sent = await self.app.service.queue.send(AKI, ("ops",), subject, "text", routes)
        return sent.ids[0]

    async def wait(self, step: timedelta = timedelta(minutes=1), **span: float) -> None:
        """Lets time pass; the node and the lab do what falls due."""
        until = self.time.now + timedelta(**span)
        while self.time.now < until:
            self.time.pass_by(seconds=step.total_seconds())
            await self.work()

    async def work(self) -> None:
        """All that the node has to do now."""
        engine = self.app.engine
        await self.meanwhile(engine.attempt(engine.hold))
        for name in list(engine.dispatcher.routes):
            while await self.meanwhile(
                engine.attempt(partial(engine.dispatcher.send_one, name))
            ):
                pass
        await self.meanwhile(engine.attempt(engine.mailbox_poller.step))

    async def meanwhile(self, doing: Awaitable[T]) -> T:
        """Waits for something, and time passes: the lab may keep it waiting by its clock."""
        task = asyncio.ensure_future(doing)
        while not (await asyncio.wait([task], timeout=LOOK))[0]:
            self.time.pass_by(seconds=1)
        return task.result()

    async def route(self, name: str = "m365") -> Any:
        status = await self.app.service.status.status(AKI)
        return next(each for each in status.routes if each.name == name)

    async def waiting(self) -> int:
        return len(await self.app.service.queue.list(AKI))

    def turn(self, name: str, value: str) -> None:
        switch = switches.find(name)
        assert switch is not None and switch.takes(value), (name, value)
        switch.put(self.lab.board, value)

    @property
    def mails(self) -> tuple[Mail, ...]:
        """What the reader has."""
        return self.lab.mailboxes.mails(self.card.reader)

    @property
    def subjects(self) -> list[str]:
        return [mail.subject for mail in self.mails]


@asynccontextmanager
async def story(
    folder: Path, of_the_lab: Path, limits: Limits | None = None
) -> AsyncIterator[Story]:
    """Both sides, begun: a route m365 whose account a person has yet to sign in."""
    time = ManualClocks(BEGIN)
    config = Config(home=folder, store=folder / "s", key=folder / "k", door=folder / "d")
    make_key(config.key)
    limits = limits or Limits.of_exchange()
    async with (
        Lab(of_the_lab, clock=lambda: time.now, limits=limits) as lab,
        open_app(config, time.clocks, lambda path: MemoryStore()) as app,
    ):
        told = Story(time, lab, app)
        options = {"account": "lab", "sender": lab.address.user}
        await told.define(m365={"kind": "smtp", "options": options})
        await told.put_secret(lab.address.client_secret)
        try:
            yield told
        finally:
            await app.engine.dispatcher.close()
            await app.engine.mailbox_poller.close()
