"""A node in the middle of its day: real kinds, history behind each monitor, one alarm on its way,
one taken, one that waits. What people named is in the language that is asked for."""

from datetime import timedelta
from math import sin

from noroshi.actions import built_in
from noroshi.actions.template import TemplateRenderer
from noroshi.checks import KINDS_WITHOUT_NODES
from noroshi.config.config import Config
from noroshi.config.web import Web
from noroshi.core.mail import Verdict
from noroshi.core.model import NOT_SUPPRESSED, Reading, Sample
from noroshi.core.reckon import reckon
from noroshi.core.translation import bilingual, plain
from noroshi.definitions.compilation import compile_plan
from noroshi.hosts.footprint import Surroundings
from noroshi.ports import Arrival, NodeFacts, QueueFacts
from noroshi.service import administrator
from noroshi.service.operation import run
from noroshi.testing import DAWN, ManualClocks
from noroshi.transports import BUILT_IN as TRANSPORTS
from tests.service.harness import CANARY, Harness, documents
from tests.service.setup.test_first_steps import FOUND
from tests.web.browser import with_user

TENANT, CLIENT = "minato.example", "11111111-2222-3333-4444-555555555555"
NIGHTLY = {"begins": "02:00", "ends": "03:30", "days": ["sun"], "title": "#88"}
REFUSES = bilingual(
    en="10.0.0.15:5432 refuses connections", ja="10.0.0.15:5432 が接続を拒否しました"
)
BACK_UP = bilingual(en="nightly reported 5 hours ago", ja="nightly は5時間前に報告しました")
WELL = bilingual(en="sends", ja="送信できます")
OF_NOROSHI = {
    "account": (Reading("sign_in", 0, note=WELL), Reading("rests", 0.2, "d")),
    "queue": (Reading("oldest", 0, "min"), Reading("waiting", 0), Reading("lost", 0)),
    "route": (Reading("blocked", 0, note=WELL), Reading("down", 0, note=WELL)),
    "node": (Reading("late", 0.12, "s"), Reading("store", 0), Reading("free", 49_152, "MiB")),
}
"""What it measures of itself."""


class Own:
    """How the node itself is."""

    async def node(self):
        return NodeFacts(lateness=0.12, free_bytes=48 << 30)

    async def queue(self):
        return QueueFacts(waiting=1)


def definitions(titles, language):
    """Ten monitors on three machines, two routes, two contacts; without titles the names alone."""

    def named(name, key=None):
        title = titles.get(key or name)
        return {"name": name} | ({"title": title} if title else {})

    def monitor(name, kind, **more):
        return named(name) | {"kind": kind} | more

    def instance(name, address, *groups):
        its = {"address": address, "rules": ["ops"], "every": "1m", "group": list(groups)}
        its |= {"maintenance": [NIGHTLY]} if name == "db01" else {}
        return its | {"title": titles.get(name, name.upper())}

    def group(name, *monitors):
        return named(name) | {"monitor": list(monitors)}

    system = group("system", monitor("cpu", "cpu"), monitor("memory", "memory"))
    disks = group("disks", monitor("volumes", "disk"))
    port = {"options": {"port": 5432}}
    backup = monitor("nightly", "heartbeat", options={"job": "nightly", "every": "1d"})
    log = monitor(
        "errors", "logfile", options={"path": "/srv/app.log", "terms": [{"word": "ERROR"}]}
    )
    account = {"cloud": "microsoft365", "tenant": TENANT, "client_id": CLIENT}
    box = {"mailbox": f"noroshi@{TENANT}", "secret": "m365", "secret_ends": "2026-05-20"}
    smtp = {"host": f"mail.{TENANT}", "sender": f"noroshi@{TENANT}"}
    return {
        "contacts__ops": {"addresses": [f"ops@{TENANT}"], "language": language}
        | called(titles),
        "contacts__boss": {"addresses": [f"sato@{TENANT}"]},
        "accounts__box": None,
        "routes__plain": None,
        "rules__all": None,
        "instances__web1": None,
        "accounts__m365": account | box,
        "routes__m365": {"kind": "smtp", "title": "Microsoft 365"}
        | {"options": {"account": "m365"}},
        "routes__relay": {"kind": "smtp", "options": smtp} | called(titles, "relay"),
        "rules__ops": {"action": "mail", "contacts": ["ops"], "routes": ["m365", "relay"]},
        "notifications__change": {
            "action": "mail",
            "events": ["set-aside"],
            "contacts": ["boss"],
            "routes": ["relay"],
        },
        "blueprints__shop": {"group": [group("till", monitor("till", "disk"))]},
        "instances__fs01": instance("fs01", "10.0.0.11", disks, system, group("jobs", backup)),
        "instances__db01": instance(
            "db01", "10.0.0.15", group("service", monitor("postgres", "port", **port)), system
        ),
        "instances__app01": instance("app01", "10.0.0.21", group("logs", log), system, disks),
    }


def called(titles, key="ops"):
    return {"title": titles[key]} if key in titles else {}


def looks(path, minute):
    """What is read there at that minute of the last four hours; the newest is 240."""
    wave, late = sin(minute / 17), max(0, minute - 150)
    match path.rpartition("/")[2]:
        case "cpu":
            return (Reading("busy", round(34 + 14 * wave, 1), "%"),)
        case "memory":
            more = min(29.0, late / 2) if path.startswith("app01") else 0
            return (Reading("used", round(61 + 3 * wave + more, 1), "%"),)
        case "volumes":
            data = 71 + late / 3.72 if path.startswith("fs01") else 55.0
            return tuple(
                Reading(name, value, unit, item)
                for item, used in (("/", 42.3), ("/srv/share", round(data, 1)))
                for name, value, unit in (
                    ("used", used, "%"),
                    ("free", 9.3 * (100 - used), "GiB"),
                )
            )
        case "postgres":
            if minute > 226:
                return (Reading("closed", 1, note=REFUSES),)
            return Reading("connect", 0.4, "ms"), Reading("closed", 0, note=plain("ok"))
        case "nightly":
            return (Reading("overdue", 0, note=BACK_UP), Reading("late", 0, "min"))
        case "errors":
            return tuple(Reading(name, 0) for name in ("hits", "unreadable", "left_out"))
        case name:
            return OF_NOROSHI[name.partition("-")[0]]


async def lived(harness):
    """Four hours of looks, each reckoned as the engine does, written as one turn each."""
    store, clocks = harness.store, harness.time
    current = await store.current()
    plan = compile_plan(current.documents, harness.plugins)
    block = await store.lease_monitors(await store.begin("minato", clocks.now), clocks.now)
    states, begun = dict(block.states), clocks.now
    for minute in range(0, 241, 5):
        clocks.now = begun + timedelta(minutes=minute)
        samples = []
        for id, monitor in plan.monitors.items():
            sample = Sample(clocks.now, looks(monitor.path, minute))
            known, draft = states[id], harness.plugins.draft
            change = reckon(monitor, known, sample, NOT_SUPPRESSED, clocks.now, draft)
            if change.state is not known:
                assert await store.commit(block.fence, change)
            else:
                samples.append((id, sample))
            states[id] = change.state
        await store.append(samples)
        clocks.pass_by(seconds=4)
        await delivered(harness, minute)


async def delivered(harness, minute):
    """All mails so far went out by Microsoft 365, but the newest: it is told to come later."""
    if minute > 226:
        if minute == 230:
            text = "4.7.500 Server busy"  # as Exchange Online says it
            await harness.attempted("m365", Verdict.DEFERRED, text, 451)
        return
    for one in await harness.store.queue():
        if not one.state:
            await harness.attempted(
                "m365", Verdict.ACCEPTED, f"2.0.0 OK <{minute}@{TENANT}>", 250
            )
            to, at = one.envelope.to[0], harness.time.now
            came = Arrival(address=to, state="seen arrived", reported_at=at)
            await harness.store.record_arrival(one.envelope.id, came)


async def living(home, language="en", titles=None):
    """That node, with an administrator, an operator, a token and two versions."""
    paths = {name: home / name for name in ("store", "key", "door")}
    clocks, boss = ManualClocks(DAWN - timedelta(days=3)), administrator("boss")
    harness = Harness(
        checks=KINDS_WITHOUT_NODES.values(),
        actions=built_in(TemplateRenderer()),
        routes=TRANSPORTS,
        host=FOUND,
        self_facts=Own(),
        surroundings=Surroundings(Config(home=home, web=Web(), **paths), clocks.clocks),
        runs_on="minato",
    )
    await with_user(harness=harness)
    clocks.pass_by(days=3)

    async def done(op, **args):
        return await run(harness.service, boss, op, args)

    harness.done, told = done, definitions(titles or {}, language)
    first = told | {"contacts__boss": None, "notifications__change": None}
    await done("apply", documents=documents(**first), note="first")
    harness.time.pass_by(minutes=20)
    await done("apply", documents=documents(**told), note="boss")
    await signed_in(done)
    await lived(harness)
    await said(done, (titles or {}).get("remark", "#1204"))
    return harness


async def signed_in(done):
    await done("set_secret", name="m365", value=CANARY)
    await done("authorize_begin", route="m365")
    await done("authorize_finish", route="m365", pasted="http://localhost/?code=good&state=S")


async def said(done, words):
    """What people did about it, and who else may come in."""
    await done("alarm_acknowledge", monitor="app01/system/memory", comment=words)
    await done("alarm_comment", monitor="db01/service/postgres", text="#1207")
    await done("silence_add", place="app01/logs", reason="#1204", length="2h")
    await done("user_add", name="suzuki", role="operator")
    await done("token_new", name="grafana", role="viewer")
