"""A watched host, its people and its mail, driven second by second on clocks of our own."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from noroshi.core.mail import Route
from noroshi.core.model import Contact, Instance, Limits, Monitor, Reading, Rule
from noroshi.core.translation import plain
from noroshi.engine import Engine, EngineSettings, ProcessCalls
from noroshi.plugins import Plugins
from noroshi.ports import Action, Check, Outcome, Version, Volume, options
from noroshi.stores.memory.store import MemoryStore
from noroshi.testing import FakeHost, ManualClocks, ScriptedTransport

OPS = Contact(id="ops", addresses=("ops@example.com",))
WEB1 = Instance(name="web1")
RULE = Rule(
    id="r",
    action="note",
    contacts=(OPS,),
    routes=("smtp1", "smtp2"),
    repeat=timedelta(minutes=30),
)


@options
class Options:
    target: str = "here"
    """What is looked at."""


async def _look(_options, host, _memory):
    volumes = await host.volumes()
    return Outcome(tuple(Reading("used", v.used_percent, "%", v.mount) for v in volumes))


VOLUMES = Check(
    kind="disk",
    title=plain("Disk"),
    help=plain("Disk"),
    options=Options,
    limits={},
    names={"used": plain("used")},
    run=_look,
)


def disk_monitor(**other):
    given = {
        "options": Options(),
        "limits": {"used": Limits(warning=80, critical=90)},
        "rules": (RULE,),
    }
    given |= {"id": "m", "name": "disk", "instance": WEB1, "group": "g", "kind": "disk"}
    return Monitor(**given | other)


def _note(_options, _contact, topic, alarms):
    """Short words in place of a mail: what the engine does is the story here."""
    worst = max((a.event.after for a in alarms), key=lambda level: level.severity)
    lines = [
        f"{a.event.item}: {a.event.before.name}>{a.event.after.name} {a.reason.name}"
        for a in alarms
    ]
    subject = f"[{worst.name}] {topic.monitor.instance.name}: {topic.monitor.name}"
    return {"subject": subject, "text": "\n".join(lines)}


NOTE = Action(kind="note", title=plain("Note"), help=plain("A note"), options=dict, draft=_note)


@dataclass(frozen=True)
class FixedPlan:
    monitors: dict
    routes: dict
    rules: dict = field(default_factory=dict)
    notifications: dict = field(default_factory=dict)
    contacts: dict = field(default_factory=dict)


class Scene:
    def __init__(self, *smtp, store=None):
        self.time = ManualClocks()
        self.store = store or MemoryStore()
        self.smtp = ScriptedTransport(lambda: self.time.now, *smtp)
        self.backup = ScriptedTransport(lambda: self.time.now)
        self.checks, self.actions = (VOLUMES,), (NOTE,)
        self.measured, self.pace = 0, 1
        self.boxes = {}
        self.settings = EngineSettings()
        self.ask_peers = None
        self.used = {}
        self.notifications = {}
        self.plans = {0: FixedPlan({}, {})}
        self.send_rights = ()
        self.reports_of_attempt = lambda parcel, receipt, fate: ()
        self.marked = lambda envelopes: ()
        self.hub_offset = timedelta

    def agent_of(self, _monitor):
        """The agent that measures a monitor: none."""
        return ""

    def rights(self):
        """What may be sent of the notifications of agents."""
        return self.send_rights

    async def plan(self, *monitors, routes=("smtp1", "smtp2"), title=""):
        """Make these the monitors, and those the routes, of the next version."""
        current = await self.store.current()
        ids = [monitor.id for monitor in monitors]
        number = await self.store.publish(
            Version(number=current.number + 1), ids, current.number
        )
        found = {name: Route(name=name, title=title, kind="scripted") for name in routes}
        self.plans[number] = FixedPlan(
            {m.id: m for m in monitors}, found, {}, self.notifications
        )

    async def compile(self, version):
        return self.plans[version.number]

    def transport(self, route):
        return self.smtp if route.name == "smtp1" else self.backup

    def host(self, _monitor):
        self.measured += 1
        return FakeHost([Volume(m, size=100, free=100 - n) for m, n in self.used.items()])

    @asynccontextmanager
    async def life(self):
        """One life of the process; it ends without a word, as after a crash."""
        plugins = Plugins(self.checks, self.actions, (), agent_of=self.agent_of)
        engine = Engine(
            self.store,
            plugins,
            self.time.clocks,
            ProcessCalls(
                compile_plan=self.compile,
                open_transport=self.transport,
                host_of=self.host,
                jitter=lambda: 0.0,
                mailbox_of=lambda route: self.boxes.get(route.name),
                send_rights=lambda: self.rights(),
                marked=lambda envelopes: self.marked(envelopes),
                hub_offset=lambda: self.hub_offset(),
                reports_of_attempt=lambda *attempt: self.reports_of_attempt(*attempt),
                ask_peers=self.ask_peers,
            ),
            self.settings,
        )
        try:
            yield engine
        finally:
            for turn in engine.watcher.running_checks:
                turn.cancel()

    async def run(self, minutes=1, monitor=None, **used):
        """One life of so many minutes. A volume is named by its mount without the slash."""
        self.used = {f"/{name}": percent for name, percent in used.items()}
        if monitor is not None or not self.plans[(await self.store.current()).number].monitors:
            await self.plan(monitor or disk_monitor())
        async with self.life() as engine:
            await self.seconds(engine, int(minutes * 60))

    async def seconds(self, engine, count):
        for second in range(count):
            await self.second(engine, second)

    async def second(self, engine, second=0):
        steps = [engine.tick] + [engine.hold] * (second % 3 == 0) + [engine.flush]
        steps.append(engine.look_for_database)
        for step in steps:
            await engine.attempt(step)
        await asyncio.gather(*engine.watcher.running_checks)
        await engine.attempt(engine.emergency.step)
        await engine.attempt(engine.mailbox_poller.step)
        for name in list(engine.dispatcher.routes):
            while await engine.attempt(partial(engine.dispatcher.send_one, name)):
                pass
        self.time.pass_by(seconds=self.pace)

    @property
    def mails(self):
        return [(e.payload["subject"], e.payload["text"]) for e in self.smtp.sent_envelopes]

    @property
    def subjects(self):
        return [e.payload["subject"] for e in self.smtp.sent_envelopes]
