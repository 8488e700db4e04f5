"""The agent's side of the link over real sockets: joining, and the loop with its answers."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from noroshi.agent.enrolment import LIFE, configuration_in, enrolment_in, keep_enrolment
from noroshi.agent.hub_clock import HubClock
from noroshi.agent.hub_link import HubLink
from noroshi.agent.hub_notifications import HubNotifications
from noroshi.agent.key_chain import keep_keys, read_keys
from noroshi.agent.link_errors import HubNotReachedError, LinkRefusedError, OtherHubError
from noroshi.agent.link_settings import HubProxy, LinkSettings, NodeCalls
from noroshi.agent.link_status import LinkPhase
from noroshi.core.agents import KEY_AGE, Life, Machine
from noroshi.core.alarms import Silence
from noroshi.core.definitions.compiler import Plan
from noroshi.core.definitions.document import Document
from noroshi.core.definitions.problems import Problem
from noroshi.core.network_policy import NetworkPolicy
from noroshi.core.translation import bilingual, plain
from noroshi.link.join_code import JoinCode
from noroshi.link.link_messages import HubPlace, LinkFault
from noroshi.oauth.token_provider import secret_of
from noroshi.ports import Clocks, StoreError
from noroshi.service.agents.suppression_book import suppressions_of_hub
from noroshi.stores.memory.store import MemoryStore
from noroshi.vault import Box, Secret, Vault
from tests.agent.stand_in_hub import pin_in, stand_in_hub
from tests.network.proxies import Proxy
from tests.ports import free_port
from tests.transports.mail_server import make_certificate

NOW = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)
MACHINE = Machine(host_name="fs01", id="m1", system="Linux", addresses=("192.0.2.7",))
SILENCE = Silence(
    id="s1", place="fs01", begins=NOW, ends=NOW + timedelta(hours=1), why="power", who="aki"
)
DOCUMENT = Document("instances/fs01", '{"source":"fs01"}')


@dataclass
class AgentNode:
    """A node's store and vault, and its link; `pauses` are what the link slept."""

    store: MemoryStore = field(default_factory=MemoryStore)
    now: datetime = NOW
    steady: count = field(default_factory=lambda: count(0.0, 10.0))
    pauses: list[tuple[float, float]] = field(default_factory=list)
    taken_up: list = field(default_factory=list)
    problems: list[tuple[Problem, ...]] = field(default_factory=list)
    reported: list = field(default_factory=list)
    absences: asyncio.Queue = field(default_factory=asyncio.Queue)
    plan: Plan = Plan()
    suppressions: list = field(default_factory=list)
    asleep: asyncio.Event = field(default_factory=asyncio.Event)
    tired: asyncio.Event = field(default_factory=asyncio.Event)
    """Set after eight pauses."""

    def __post_init__(self):
        self.vault = Vault(self.store, Box(Secret("5a" * 32)))
        self.link = self.started()

    def started(self) -> HubLink:
        """The link as a process has it that has just begun."""
        clocks = Clocks(wall=lambda: self.now, steady=lambda: next(self.steady))
        self.notifications = HubNotifications(self.store, clocks, lambda: self.plan)
        # The steady clock runs away from the wall's, which would look like one that is set again
        # and again.
        self.notifications.hub_clock = HubClock(Clocks(wall=lambda: self.now, steady=float))
        settings = LinkSettings(
            clocks=clocks,
            uniform=self._uniform,
            sleep=self._sleep,
            random_mark=lambda: "ab" * 8,
            machine=lambda: MACHINE,
            kinds=("disk",),
            policy=NetworkPolicy(),
            notifications=self.notifications,
            secret=secret_of(self.vault),
        )
        return HubLink(self.store, self.vault, settings)

    def _uniform(self, least, most):
        self.pauses.append((least, most))
        if len(self.pauses) == 8:
            self.tired.set()
        return most

    async def _sleep(self, seconds):
        """Pass, but for a pause of an hour or so: that lasts to the end of the test."""
        if seconds > 500:
            self.asleep.set()
            await asyncio.Event().wait()

    async def take_up(self, enrolment, answer):
        self.taken_up.append((enrolment.name, answer.configuration, answer.documents))
        self.states = answer.states.states
        return self.problems.pop(0) if self.problems else ()

    async def report(self, enrolment, status):
        self.reported.append((enrolment.hub_name, status.phase))

    async def report_absence(self, enrolment, status):
        self.absences.put_nowait((enrolment.hub_name, status.phase, status.last_contact))

    async def put_suppressions(self, suppressions, clock_offset):
        self.suppressions.append((suppressions.silences, clock_offset))

    @asynccontextmanager
    async def running(self, link=None):
        calls = NodeCalls(
            self.take_up,
            self.report,
            report_absence=self.report_absence,
            put_suppressions=self.put_suppressions,
        )
        task = asyncio.create_task((link or self.link).run(calls))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait((task,))

    async def enrolment(self):
        return enrolment_in(await self.store.get_values())


@pytest.fixture
def node():
    return AgentNode()


@pytest.fixture
async def hub(tmp_path):
    async with stand_in_hub(tmp_path, clock=lambda: NOW).open() as found:
        yield found


async def joined(node, hub, **more):
    return await node.link.join("127.0.0.1", hub.port, hub.invite(), **more)


async def test_joining_keeps_an_enrolment_and_a_key(node, hub):
    enrolment = await joined(node, hub, name="backup-1")
    assert enrolment == await node.enrolment()
    assert (enrolment.hub, enrolment.hub_name, enrolment.name) == ("hub-1", "Tokyo", "backup-1")
    (request,) = hub.heard_of("join")
    keys = await read_keys(node.vault)
    assert request.key == keys.current.public_text and request.machine == MACHINE
    assert await node.link.thumbprint() == keys.current.thumbprint


async def test_the_key_is_on_disk_before_the_hub_hears_of_it(node, hub):
    found = []

    async def look(request):
        keys = await read_keys(node.vault)
        found.append(keys.current.public_text == request.key)

    hub.on_join = look
    await joined(node, hub)
    assert found == [True]


async def test_the_same_key_joins_again_when_the_answer_was_lost(node, hub):
    code = hub.invite()
    first = await node.link.join("127.0.0.1", hub.port, code)
    again = await node.started().join("127.0.0.1", hub.port, code)
    assert again.agent == first.agent and len(hub.keys) == 1


async def test_a_used_invitation_lets_no_other_key_in(node, hub):
    code = hub.invite()
    await node.link.join("127.0.0.1", hub.port, code)
    other = AgentNode()
    with pytest.raises(LinkRefusedError) as refusal:
        await other.link.join("127.0.0.1", hub.port, code)
    assert refusal.value.fault is LinkFault.INVITATION
    assert await other.enrolment() is None


async def test_a_server_with_another_key_hears_nothing(node, hub, tmp_path):
    (tmp_path / "other").mkdir()
    make_certificate(tmp_path / "other")
    code = JoinCode.create(pin_in(tmp_path / "other"))
    with pytest.raises(HubNotReachedError) as error:
        await node.link.join("127.0.0.1", hub.port, code)
    assert (
        "is not the expected hub" in error.value.words.en and "test CA" in error.value.words.en
    )
    assert hub.heard == [] and await node.enrolment() is None


async def test_a_node_of_one_hub_does_not_join_another(node, hub, tmp_path):
    await joined(node, hub)
    (tmp_path / "other").mkdir()
    async with stand_in_hub(tmp_path / "other").open() as other:
        with pytest.raises(OtherHubError):
            await node.link.join("127.0.0.1", other.port, other.invite())
        assert other.heard == []


async def test_the_way_to_the_hub_may_be_a_proxy_that_asks_for_a_log_in(node, hub):
    async with Proxy(log_in="fs01:right").open() as proxy:
        way = HubProxy(address=proxy.address, user="fs01", password=Secret("right"))
        await joined(node, hub, proxy=way)
        async with node.running():
            await hub.until(lambda: hub.heard_of("wait"))
        assert set(proxy.asked) == {f"127.0.0.1:{hub.port}"}


async def test_a_proxy_that_refuses_the_log_in_is_told_with_the_way_out(node, hub):
    async with Proxy(log_in="fs01:right").open() as proxy:
        for password in (None, Secret("wrong")):
            user = "fs01" if password else ""
            way = HubProxy(address=proxy.address, user=user, password=password)
            with pytest.raises(HubNotReachedError) as error:
                await joined(node, hub, proxy=way)
            assert f"the proxy {proxy.address} requires a login" in error.value.words.en
            assert "networks/" not in error.value.words.en
    with pytest.raises(HubNotReachedError) as error:
        await joined(node, hub, proxy=HubProxy(address=f"127.0.0.1:{free_port()}"))
    assert "to the hub cannot be reached" in error.value.words.en
    assert hub.heard == []


async def test_a_node_without_a_hub_keeps_still_until_it_joins(node, hub):
    async with node.running():
        await joined(node, hub)
        await hub.until(lambda: hub.heard_of("wait"))
        assert node.link.status.phase is LinkPhase.LINKED


async def test_the_first_hello_says_who_and_what_the_agent_is(node, hub):
    await joined(node, hub)
    async with node.running():
        await hub.until(lambda: hub.heard_of("wait"))
    hello = hub.heard_of("hello")[0]
    assert (hello.machine, hello.kinds, hello.clock) == (MACHINE, ("disk",), NOW.timestamp())
    signed = hub.heard[-1].signed
    assert (signed.hub, signed.life) == ("hub-1", Life(1, "ab" * 8))
    assert (await node.store.get_values())[LIFE] == "1"


async def test_a_start_without_a_stamp_takes_one_answer_more_and_no_pause(node, hub):
    await joined(node, hub)
    async with node.running():
        await hub.until(lambda: hub.heard_of("wait"))
    assert len(hub.heard_of("hello")) == 1  # the stand-in counts what it verified
    assert all(least == 0 == most for least, most in node.pauses[:2])


async def test_each_run_has_the_next_number(node, hub):
    await joined(node, hub)
    for _ in range(2):
        link = node.started()
        async with node.running(link):
            hub.heard.clear()
            await hub.until(lambda: hub.heard_of("wait"))
    assert hub.heard[-1].signed.life.number == 2


async def test_a_configuration_is_fetched_and_taken_up(node, hub):
    hub.configuration, hub.documents = "c1", (DOCUMENT,)
    await joined(node, hub)
    async with node.running():
        await hub.until(lambda: hub.heard_of("wait"))
    assert node.taken_up == [("fs01", "c1", (DOCUMENT,))]
    assert hub.heard_of("wait")[0].configuration == "c1"


async def test_a_newer_configuration_ends_the_wait(node, hub):
    await joined(node, hub)
    async with node.running():
        await hub.until(lambda: hub.heard_of("wait"))
        hub.configuration = "c2"
        hub.tell()
        await hub.until(lambda: len(hub.heard_of("wait")) == 2)
    assert [one[1] for one in node.taken_up] == ["c2"]


async def test_a_configuration_that_is_not_taken_up_is_reported(node, hub):
    hub.configuration = "c1"
    node.problems = [(Problem("instances/fs01.toml: kind", plain("there is no such kind")),)]
    await joined(node, hub)
    async with node.running():
        await hub.until(lambda: hub.heard_of("wait"))
        assert [str(one) for one in node.link.status.problems] == [
            "instances/fs01.toml: kind: there is no such kind"
        ]
    wait = hub.heard_of("wait")[0]
    assert (wait.configuration, wait.refused_configuration) == ("", "c1")
    assert wait.problems == ("instances/fs01.toml: kind: there is no such kind",)


async def test_the_key_is_replaced_when_it_is_old(node, hub):
    await joined(node, hub)
    old = await read_keys(node.vault)
    node.now += KEY_AGE
    async with node.running():
        await hub.until(lambda: hub.heard_of("wait"))
    keys = await read_keys(node.vault)
    (agent,) = hub.keys
    assert hub.keys[agent] == [keys.current.public_text] != [old.current.public_text]
    assert (await node.enrolment()).key_since == node.now


async def test_the_key_is_replaced_when_the_hub_orders_it(node, hub):
    await joined(node, hub)
    hub.new_key = True
    async with node.running():
        await hub.until(lambda: len(hub.heard_of("wait")) == 2)
    assert len(hub.heard_of("key")) == 1


async def test_a_key_that_was_announced_before_a_crash_is_announced_again(node, hub):
    await joined(node, hub)
    half_way = (await read_keys(node.vault)).with_next()
    await keep_keys(node.vault, half_way)
    async with node.running():
        await hub.until(lambda: len(hub.heard_of("wait")) == 1)
    assert hub.heard_of("key")[0].key == half_way.next.public_text
    assert (await read_keys(node.vault)).current_key == half_way.next_key


async def test_a_restored_hub_that_knows_the_key_before_is_told_the_newer_one(node, hub):
    await joined(node, hub)
    (agent,) = hub.keys
    backup = hub.keys[agent]
    node.now += KEY_AGE
    async with node.running():
        await hub.until(lambda: hub.heard_of("wait"))
    newest = await read_keys(node.vault)
    hub.keys[agent] = backup
    hub.heard.clear()
    async with node.running(node.started()):
        await hub.until(lambda: hub.heard_of("wait"))
    assert hub.keys[agent] == [newest.current.public_text]
    assert (await read_keys(node.vault)).current_key == newest.current_key


@pytest.mark.parametrize(
    ("fault", "phase", "seconds"),
    [
        (LinkFault.REVOKED, LinkPhase.REMOVED, 3600),
        (LinkFault.CLONED, LinkPhase.CLONED, 3600),
        (LinkFault.VERSION, LinkPhase.OTHER_VERSION, 600),
    ],
)
async def test_an_agent_that_is_turned_away_says_so_and_asks_seldom(
    node, hub, caplog, fault, phase, seconds
):
    await joined(node, hub)
    with caplog.at_level(logging.WARNING, "noroshi.agent"):
        async with node.running():
            await hub.until(lambda: hub.heard_of("wait"))
            hub.faults = [fault]
            hub.configuration = "c9"
            hub.tell()
            await node.asleep.wait()
            status = node.link.status
    assert status.phase is phase and status.trouble.en
    assert node.pauses[-1][0] == seconds
    assert phase.value in caplog.text and len(caplog.records) == 1
    assert node.reported == [("Tokyo", phase)]


async def test_an_agent_says_in_either_language_why_its_hub_turned_it_away(node, hub):
    await joined(node, hub)
    async with node.running():
        await hub.until(lambda: hub.heard_of("wait"))
        hub.faults, hub.reason = [LinkFault.VERSION], bilingual(en="too old", ja="古すぎます")
        hub.configuration = "c9"
        hub.tell()
        await node.asleep.wait()
        trouble = node.link.status.trouble
    assert trouble.en.endswith(" differ too much: too old")
    assert trouble.ja.endswith("差が大きすぎます: 古すぎます")


async def test_a_removed_server_joins_again_with_a_fresh_key(node, hub):
    await joined(node, hub)
    old = await node.link.thumbprint()
    async with node.running():
        await hub.until(lambda: hub.heard_of("wait"))
        hub.faults = [LinkFault.REVOKED]
        hub.configuration = "c9"
        hub.tell()
        await node.asleep.wait()
        hub.heard.clear()
        await joined(node, hub)
        await hub.until(lambda: hub.heard_of("wait"))
        assert node.link.status.phase is LinkPhase.LINKED
    assert await node.link.thumbprint() != old


async def test_busy_is_honoured_with_its_time(node, hub):
    await joined(node, hub)
    hub.faults, hub.headers = [LinkFault.BUSY], {"Retry-After": "7"}
    async with node.running():
        await hub.until(lambda: hub.heard_of("wait"))
    assert (7.0, 10.5) in node.pauses


async def test_a_hub_that_is_away_is_tried_again_after_random_pauses(node, hub, tmp_path):
    await joined(node, hub)
    (tmp_path / "later").mkdir()
    later = stand_in_hub(tmp_path / "later", port=free_port(), keys=hub.keys, names=hub.names)
    enrolment = await node.enrolment()
    moved = replace(enrolment, port=later.port, pins=(later.pin.hex(),))
    await keep_enrolment(node.store, moved)
    link = node.started()
    async with node.running(link):
        await node.tired.wait()
        assert link.status.phase is LinkPhase.AWAY and link.status.trouble.en
        async with later.open():
            await later.until(lambda: later.heard_of("wait"))
            assert link.status.phase is LinkPhase.LINKED and not link.status.trouble.en
    assert node.pauses[1:4] == [(0.0, 10.0), (0.0, 4.0), (0.0, 8.0)]


class SetClock:
    """A steady clock that stands where a test sets it."""

    seconds = 0.0

    def __next__(self):
        return self.seconds


async def test_a_witness_tells_people_that_its_hub_is_gone(node, tmp_path):
    node.steady = SetClock()
    node.link = node.started()
    hub = stand_in_hub(tmp_path, clock=lambda: NOW, witness_rank=2)
    async with AsyncExitStack() as life_of_hub:
        await life_of_hub.enter_async_context(hub.open())
        await joined(node, hub)
        async with node.running():
            await hub.until(lambda: hub.heard_of("wait"))
            hub.tell()
            await hub.until(lambda: len(hub.heard_of("wait")) > 1)  # so it has its rank
            await life_of_hub.aclose()
            node.steady.seconds = 599.0  # the first one tells before
            await node.tired.wait()
            assert node.absences.empty()
            node.steady.seconds += 1
            assert await node.absences.get() == ("Tokyo", LinkPhase.AWAY, NOW)


async def test_a_hub_that_is_gone_is_looked_for_at_its_other_address(node, hub):
    enrolment = await joined(node, hub)
    gone, here = free_port(), HubPlace(host="127.0.0.1", port=hub.port)
    await keep_enrolment(node.store, replace(enrolment, port=gone, other_place=here))
    async with node.running(node.started()):
        await hub.until(lambda: hub.heard_of("wait"))
    kept = await node.enrolment()
    assert (kept.port, kept.other_place.port) == (hub.port, gone)


async def test_a_hub_that_is_gone_is_looked_for_at_its_nodes_one_after_the_other(node, hub):
    enrolment = await joined(node, hub)
    gone, *others = (HubPlace(host="127.0.0.1", port=free_port()) for _ in range(3))
    here = HubPlace(host="127.0.0.1", port=hub.port)
    places = (*others, here)
    await keep_enrolment(
        node.store, replace(enrolment, port=gone.port, other_place=None, node_places=places)
    )
    hub.nodes = (here,)
    async with node.running(node.started()):
        await hub.until(lambda: hub.heard_of("wait"))
    kept = await node.enrolment()
    assert (kept.port, kept.other_place, kept.node_places) == (hub.port, gone, (here,))


async def moving(node, hub, place):
    """The hub named the address in use before, and names another one now."""
    enrolment = await joined(node, hub)
    here = HubPlace(host="127.0.0.1", port=hub.port)
    await keep_enrolment(node.store, replace(enrolment, announced_place=here))
    hub.place = place


async def test_a_new_address_is_taken_if_the_hub_answers_there(node, hub):
    await moving(node, hub, HubPlace(host="localhost", port=hub.port))
    async with node.running():
        await hub.until(lambda: len(hub.heard_of("hello")) == 2 and hub.heard_of("wait"))
    kept = await node.enrolment()
    assert (kept.host, kept.other_place.host, kept.is_moving) == (
        "localhost",
        "127.0.0.1",
        False,
    )


async def test_a_new_address_that_does_not_work_is_kept_for_later(node, hub):
    await moving(node, hub, HubPlace(host="127.0.0.1", port=free_port()))
    async with node.running():
        await hub.until(lambda: hub.heard_of("wait"))
        assert node.link.status.phase is LinkPhase.LINKED
    kept = await node.enrolment()
    assert (kept.port, kept.other_place, kept.is_moving) == (hub.port, hub.place, True)


@pytest.mark.parametrize(
    ("host", "port"),
    [("a" * 64, 443), ("hub..example", 443), ("a b/", 443), ("localhost", 70000)],
)
async def test_a_new_address_that_is_none_does_not_end_the_link(node, hub, host, port):
    await moving(node, hub, HubPlace(host=host, port=port))
    async with node.running():
        await hub.until(lambda: hub.heard_of("wait"))
        assert node.link.status.phase is LinkPhase.LINKED


async def test_what_the_hub_calls_the_agent_and_itself_is_kept(node, hub):
    await joined(node, hub)
    async with node.running():
        await hub.until(lambda: hub.heard_of("wait"))
        (agent,) = hub.keys
        hub.names[agent] = "files"
        hub.configuration = "c5"
        hub.tell()
        await hub.until(lambda: len(hub.heard_of("wait")) == 2)
    assert (await node.enrolment()).name == "files"


async def test_what_the_hub_calls_itself_commands_no_terminal_and_fills_no_log(node, hub):
    hub.hub_name = "\x1b[2J" + "x" * 1000
    enrolment = await joined(node, hub)
    assert enrolment.hub_name == "?[2J" + "x" * 124
    async with node.running():
        await hub.until(lambda: hub.heard_of("wait"))
        assert (await node.enrolment()).hub_name == enrolment.hub_name


async def test_the_clock_offset_is_that_to_the_hub(node, hub):
    await joined(node, hub)
    node.now += timedelta(minutes=5)
    async with node.running():
        await hub.until(lambda: hub.heard_of("wait"))
        assert node.link.status.clock_offset == timedelta(minutes=5)


async def test_leaving_tells_the_hub_and_forgets_it(node, hub):
    await joined(node, hub)
    async with node.running():
        await hub.until(lambda: hub.heard_of("wait"))
        assert await node.link.leave()
        assert node.link.status.phase is LinkPhase.STOPPED
    assert hub.keys == {} and await node.enrolment() is None
    assert await read_keys(node.vault) is None
    assert configuration_in(await node.store.get_values()).keys == ()


async def test_the_link_does_not_hear_that_the_node_leaves(node, hub):
    phases = []
    hub.on_leave = lambda: phases.append(node.link.status.phase)
    await joined(node, hub)
    async with node.running():
        await hub.until(lambda: hub.heard_of("wait"))
        assert await node.link.leave()
    assert phases == [LinkPhase.STOPPED] and node.reported == []


class ForgetfulStore(MemoryStore):
    """Refuses to write while `is_full`."""

    is_full = False

    async def put_value(self, name, text):
        if self.is_full:
            raise StoreError("the disk is full")
        await super().put_value(name, text)


async def test_a_store_that_refuses_the_change_leaves_the_link_as_it_was(hub):
    node = AgentNode(ForgetfulStore())
    await joined(node, hub)
    async with node.running():
        await hub.until(lambda: hub.heard_of("wait"))
        node.store.is_full = True
        with pytest.raises(StoreError):
            await joined(node, hub)
        node.store.is_full = False
        hub.heard.clear()
        await hub.until(lambda: hub.heard_of("wait"))
        assert node.link.status.phase is LinkPhase.LINKED


async def test_leaving_needs_no_hub(node, tmp_path):
    async with stand_in_hub(tmp_path).open() as hub:
        await joined(node, hub)
    assert not await node.link.leave()
    assert await node.enrolment() is None


async def test_what_people_at_the_hub_say_is_put_in_force_once_and_named(node, hub):
    hub.suppressions = suppressions_of_hub((SILENCE,), ())
    hub.documents, hub.configuration = (DOCUMENT,), "c1"
    await joined(node, hub)
    async with node.running():
        await hub.until(lambda: hub.suppressions.name in named(hub))
        hub.suppressions = suppressions_of_hub((), ())
        hub.tell()
        await hub.until(lambda: named(hub)[-1] == hub.suppressions.name)
    assert node.suppressions[-2:] == [((SILENCE,), timedelta(0)), ((), timedelta(0))]
    assert named(hub)[0] == ""


def named(hub):
    return [request.suppressions for request in hub.heard_of("wait")]
