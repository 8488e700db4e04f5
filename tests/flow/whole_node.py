"""All of a node, with what it watches of itself, and the lab in one process: on one clock that the
test moves, over real sockets, with a store in a file."""

import asyncio
import tomllib
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

from noroshi.app.composition import open_app
from noroshi.config.config import Config
from noroshi.definitions.accounts_of_routes import resources_of
from noroshi.definitions.document_content import document
from noroshi.stores.sqlite.store import SqliteStore
from noroshi.testing import ManualClocks
from noroshi.vault import make_key
from noroshi_lab.lab.lab import Lab
from noroshi_lab.lab.limits import Limits
from noroshi_lab.lab.remote import Remote
from tests.noroshi_lab.lab.lab_keys import with_keys
from tests.noroshi_lab.lab.story import AKI, Story

FIRST, SECOND = "first", "second"
SENDERS = {FIRST: "alerts@contoso.example", SECOND: "alerts@elsewhere.example"}
SECRETS = {FIRST: "lab-secret", SECOND: "elsewhere-secret"}
JOB = {"name": "backup", "kind": "heartbeat", "options": {"job": "backup", "every": "366d"}}
HOUR = timedelta(hours=1)
AWAKE, LOOK = timedelta(seconds=40), timedelta(seconds=20)


def defined(reader, folder):
    """Two routes by two providers, who is told, and a job that raises an alarm by failing."""
    return {
        "contacts/ops": {"addresses": [reader], "one_by_one": 0},
        "routes/first": {"kind": "smtp", "connections": 3, "options": {"account": "lab"}},
        "routes/second": {"kind": "smtp", "options": {"account": "elsewhere"}},
        "routes/files": {"kind": "pickup", "options": {"folder": folder, "sender": reader}},
        "rules/ops": {"action": "mail", "contacts": ["ops"], "routes": [FIRST, SECOND]},
        # That the machine seems to sleep from one day to the next is no part of a story here,
        # nor that it comes late where a step takes seconds.
        "notifications/slept": {
            "events": ["unwatched"],
            "contacts": ["ops"],
            "routes": ["files"],
        },
        "instances/noroshi": {"limits": {"noroshi-node": {"late": {}}}},
        "instances/web1": {"rules": ["ops"], "group": [{"name": "jobs", "monitor": [JOB]}]},
    }


@asynccontextmanager
async def sides(folder):
    """The clock, the lab, and a home in which a node may live once and again."""
    time, home = ManualClocks(), folder / "home"
    home.mkdir()
    config = Config(home=home, store=home / "s", key=home / "k", door=home / "d")
    make_key(config.key)
    limits = Limits.of_exchange()
    limits.manner = "reject"
    async with Lab(with_keys(folder / "lab"), clock=lambda: time.now, limits=limits) as lab:
        lab.elsewhere.faults.drop_after_ok = 10**9  # it keeps none open for months either
        yield time, lab, config


@asynccontextmanager
async def life(time, lab, config, open_store=SqliteStore.open, kind=None):
    """One life of the node; it ends without a word, as after a crash."""
    async with open_app(config, time.clocks, open_store) as app:
        try:
            yield (kind or Whole)(time, lab, app)
        finally:
            await app.engine.dispatcher.close()


@asynccontextmanager
async def whole(folder):
    """Both sides, and nothing defined yet."""
    async with sides(folder) as both, life(*both) as it:
        yield it


class Whole(Story):
    """Both sides; time passes in steps, each with all that the engine does within one."""

    def __init__(self, time, lab, app):
        super().__init__(time, lab, app)
        self._kept_alive = time.now - HOUR

    # what people do

    async def define(self, more=(), **accounts):
        """Bring into force the lab's accounts, some with more settings, what goes by them, and
        more definitions."""
        found = {}
        for path in (self.lab.folder / "definitions").glob("*/*.toml"):
            own = accounts.get(path.stem, {}) if path.parent.name == "accounts" else {}
            found[f"{path.parent.name}/{path.stem}"] = tomllib.loads(path.read_text()) | own
        found |= defined(self.card.reader, str(self.lab.folder.parent)) | dict(more)
        made = [document(key, told) for key, told in found.items() if told is not None]
        await self.app.service.definitions.apply(AKI, tuple(made))

    async def begin(self, more=(), **accounts):
        """With both routes signed in."""
        await self.define(more, **accounts)
        for route, at in ((FIRST, self.card), (SECOND, self.card.elsewhere)):
            await self.put_secret(at.client_secret, SECRETS[route])
            await self.sign_in(route, (at.user, at.password))

    async def new_secret(self):
        """The administrator makes one, and it is entered at the node."""
        made = await asyncio.to_thread(Remote(self.lab.folder).new, "secret")
        await self.put_secret(made["value"])

    async def job(self, name="backup", *, ok):
        await self.app.service.heartbeats.beat(AKI, name, ok=ok)

    # time

    async def wait(self, step=timedelta(seconds=1), **span):
        until = self.time.now + timedelta(**span)
        while self.time.now < until:
            await self.work()
            self.time.pass_by(seconds=step.total_seconds())

    async def now_and_then(self, times, every):
        """The node does what it has to do, and looks to itself, so many times."""
        for _ in range(times):
            self.time.pass_by(seconds=(every - AWAKE).total_seconds())
            await self.wait(LOOK, seconds=AWAKE.total_seconds())

    async def silent(self, days):
        """Days on which nothing happens."""
        await self.now_and_then(days, 24 * HOUR)

    async def work(self):
        engine = self.app.engine
        for step in (engine.hold, engine.tick, engine.flush):
            await engine.attempt(step)
        while engine.watcher.running_checks:
            await asyncio.gather(*engine.watcher.running_checks)
        await engine.attempt(engine.emergency.step)
        await self._keep_alive()
        for name in list(engine.dispatcher.routes):
            while await self.meanwhile(
                engine.attempt(partial(engine.dispatcher.send_one, name))
            ):
                pass
            await self.meanwhile(engine.attempt(partial(engine.dispatcher.probe, name)))

    async def _keep_alive(self):
        """At the start and each hour, as app.keep_signed_in does it."""
        if self.time.now - self._kept_alive < HOUR:
            return
        self._kept_alive, plan = self.time.now, self.app.plans.current
        await self.app.tokens.keep_alive(
            [(each, resources_of(plan, each)) for each in plan.accounts.values()]
        )

    # what is seen

    async def queue(self):
        return await self.app.service.queue.list(AKI)

    async def ledger(self):
        return (await self.app.service.ledger.ledger(AKI)).sum

    def by(self, route):
        """The mails that came by one of the two routes."""
        return [mail for mail in self.mails if mail.sender == SENDERS[route]]

    def subjects_by(self, route):
        return [mail.subject for mail in self.by(route)]
