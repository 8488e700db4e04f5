"""The node itself: how it is, and what belongs to it; no secret and no URL of its own in it."""

import sys

import pytest

from noroshi.config.config import Config
from noroshi.config.web import Web
from noroshi.core.definitions.compiler import Plan
from noroshi.core.model import Rule
from noroshi.core.people import Audited
from noroshi.core.route_readiness import Sends
from noroshi.core.translation import plain
from noroshi.hosts.footprint import Surroundings, size_text
from noroshi.operations.status_answers import RouteStatus
from noroshi.ports import NodeFacts, QueueFacts
from noroshi.service.node.node import unsendable
from noroshi.stores.memory.store import MemoryStore
from noroshi.testing import ManualClocks
from tests.service.clients import ErrorAnswer, InProcessClient, apply_definitions
from tests.service.harness import CANARY, Harness

WAYS = {"day": ("m365", "smtp1"), "night": ("m365",)}


class Own:
    def __init__(self, **facts):
        self._facts = facts

    async def node(self):
        return NodeFacts(**self._facts)

    async def queue(self):
        return QueueFacts(waiting=2)


def asking(home, own=None, store=None, **settings):
    paths = {"store": home / "noroshi.db", "key": home / "key", "door": home / "door.sock"}
    (home / "noroshi.db").write_bytes(b"x" * 2048)
    (home / "key").write_text(CANARY)
    config = Config(home=home, **(paths | settings))
    time = ManualClocks()
    ask = InProcessClient(
        Harness(store, surroundings=Surroundings(config, time.clocks), self_facts=own or Own())
    )
    ask.time = time
    return ask


async def test_the_node_tells_how_it_is(tmp_path):
    ask = asking(tmp_path, Own(lateness=0.2, free_bytes=10**9, clock_set=3.0))
    await apply_definitions(ask)
    ask.time.pass_by(seconds=90)
    told = await ask("health")
    assert (told["seconds"], told["late"], told["clock_set"]) == (90.0, 0.2, 3.0)
    assert told["size"] == 2048 and told["queue"]["waiting"] == 2
    assert (told["node"], told["definitions"], told["level"]) == ("node", 1, "ok")


async def test_a_store_in_trouble_is_told_first(tmp_path):
    told = await asking(tmp_path, Own(trouble=plain("full")))("health")
    assert told["level"] == "critical" and told["trouble"]["en"] == "full"


async def test_where_it_listens_and_what_belongs_to_it(tmp_path):
    web = Web(address="0.0.0.0", hosts=("noroshi.example.com",))
    ask = asking(tmp_path, web=web, door_group="noroshi", beat=f"https://hc.example/{CANARY}")
    found = {one["id"]: one for one in (await ask("places"))["places"]}
    assert found["manager"]["where"] == "https://0.0.0.0:7663"
    assert "group noroshi" in found["door"]["about"]["en"]
    assert found["store"]["facts"]["en"].startswith("2.0 KiB, mode 0")
    assert found["certificate"]["where"] == str(tmp_path / "web-cert.pem")
    assert CANARY not in str(found) and "requested every minute" in found["beat"]["about"]["en"]


async def test_the_door_and_the_folders_of_programs_are_those_of_the_system(tmp_path):
    found = {one["id"]: one for one in (await asking(tmp_path)("places"))["places"]}
    if sys.platform == "win32":
        assert found["door"]["where"].startswith(r"\\.\pipe\noroshi-")
        assert found["door"]["title"]["ja"] == "名前付きパイプ" and "programs-1" not in found
    else:
        assert (found["door"]["title"]["en"], found["door"]["there"]) == ("Socket", False)
        assert found["programs-1"]["where"] == "/usr/lib/nagios/plugins"


async def test_the_address_for_agents_is_among_the_places_once_it_was_asked_for(tmp_path):
    ask = asking(tmp_path)
    assert "agents" not in {one["id"] for one in (await ask("places"))["places"]}
    await ask("agents_listen", host="hub.example.com", port=7664)
    found = (await ask("places"))["places"]
    assert [one["id"] for one in found[:2]] == ["manager", "agents"]
    assert found[1]["where"] == "https://0.0.0.0:7664"
    assert found[1]["facts"]["en"] == "hub.example.com"


async def test_without_a_manager_or_a_sign_of_life_it_says_so(tmp_path):
    found = {o["id"]: o for o in (await asking(tmp_path)("places"))["places"]}
    assert found["manager"]["about"]["en"].startswith("off")
    assert "nobody is notified" in found["beat"]["about"]["en"]


async def test_the_last_backup_is_told(tmp_path):
    ask = asking(tmp_path)
    assert (await ask("places"))["backup"] is None
    await ask.harness.service.record(row(ask))
    assert (await ask("places"))["backup"]["path"] == "/srv/noroshi.backup"


def row(ask):
    given = {"path": "/srv/noroshi.backup"}
    return Audited(
        at=ask.time.now, who="aki", door="local", address="", op="backup", given=given
    )


async def test_a_store_whose_folder_is_gone_is_told_as_empty_and_does_no_harm():
    told = await InProcessClient(Harness())("health")
    assert (told["size"], told["free"]) == (0, 0)


async def test_a_process_without_surroundings_says_so():
    for op in ("health", "places"):
        with pytest.raises(ErrorAnswer, match="trouble: This process"):
            await InProcessClient(Harness(surroundings=None))(op)


@pytest.mark.parametrize(
    ("size", "told"), [(0, "0 B"), (1023, "1023 B"), (1 << 20, "1.0 MiB"), (3 << 29, "1.5 GiB")]
)
def test_sizes_are_told_in_a_unit_that_can_be_read(size, told):
    assert size_text(size) == told


class Sparing(MemoryStore):
    """Notes what is read that is as large as all monitors, or all waiting mails, are."""

    def __init__(self):
        super().__init__()
        self.read = []

    async def states(self, ids=None):
        self.read += ["states"] * (ids is None)
        return await super().states(ids)

    async def queue(self):
        self.read.append("waiting")
        return await super().queue()

    async def samples(self, monitor, limit=100):
        self.read.append("samples")
        return await super().samples(monitor, limit)

    async def current(self):
        self.read.append("current")
        return await super().current()


async def test_of_thousands_of_monitors_and_mails_it_reads_its_own_alone(tmp_path):
    store = Sparing()
    ask = asking(tmp_path, store=store)
    await apply_definitions(ask)
    await ask("health")
    store.read.clear()
    assert (await ask("health"))["level"] == "ok"
    assert store.read == []


def way(sends, name="m365"):
    return RouteStatus(
        name=name,
        title="",
        kind="smtp",
        state="well" if sends is Sends.PROVED else "needs somebody",
        sends=sends,
        since=None,
        until=None,
        why=plain("sign in"),
        waiting=0,
    )


def test_that_no_alarm_can_leave_is_said_unless_one_route_can_send_or_nothing_is_watched():
    plan = Plan(monitors={"m": None})
    assert "there is no route" in unsendable(plan, ()).en
    assert "m365: sign in" in unsendable(plan, [way(Sends.NO)]).en
    assert unsendable(plan, [way(Sends.NO), way(Sends.PROVED)]) is None
    assert unsendable(Plan(), ()) is None


@pytest.mark.parametrize(
    ("ways", "said"),
    [
        (
            (Sends.FOR_NOW,),
            "sending alarms may soon fail: the only route may still send for a while",
        ),
        (
            (Sends.FOR_NOW, Sends.NO),
            "sending alarms may soon fail: no route has a valid sign-in",
        ),
        ((Sends.FOR_NOW, Sends.DOUBTED), ""),
    ],
    ids=["the only one", "beside one that cannot", "beside one that can"],
)
def test_a_route_that_may_still_send_is_not_said_to_be_unable_to(ways, said):
    found = [way(sends, f"r{n}") for n, sends in enumerate(ways)]
    told = unsendable(Plan(monitors={"m": None}), found)
    assert said in (told.en if told else "") and bool(told) is bool(said)
    assert "cannot" not in (told.en if told else "")


def test_a_rule_whose_routes_cannot_send_is_named_though_another_route_can():
    rules = {
        name: Rule(id=name, action="mail", contacts=(), routes=ways)
        for name, ways in WAYS.items()
    }
    plan = Plan(monitors={"m": None}, rules=rules)
    told = unsendable(plan, [way(Sends.NO), way(Sends.PROVED, "smtp1")])
    assert told.en.startswith("alarms from night cannot be sent") and "m365: sign in" in told.en
    assert unsendable(plan, [way(Sends.PROVED), way(Sends.PROVED, "smtp1")]) is None
    told = unsendable(plan, [way(Sends.FOR_NOW), way(Sends.PROVED, "smtp1")])
    assert told.en.startswith("sending alarms from night may soon fail") and "night" in told.ja
