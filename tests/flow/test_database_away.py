"""The database is away: a node that alone is cut off stops and keeps quiet, as others go on for it; if nobody
has the database, each goes on, and notifies past the queue once that lasts."""

import logging
from datetime import timedelta

import pytest

from noroshi.core.cadence import FixedInterval
from noroshi.core.database_absence import SAFE_LEASE, PeerAnswer
from noroshi.engine import EngineSettings
from noroshi.engine.monitoring.sharing import STOOD_STILL, Sharing
from noroshi.ports import Renewal
from noroshi.testing import FaultyStore
from tests.flow.scene import Scene, disk_monitor
from tests.flow.test_sharing import SharedMemory

HAS, LACKS = PeerAnswer.HAS_IT, PeerAnswer.LACKS_IT
MARK = "[sent directly] "
CRITICAL = "[CRITICAL] web1: disk"
STEP = 5
"""Seconds between two looks at the host."""


@pytest.fixture(autouse=True)
def _quiet(caplog):
    caplog.set_level(logging.CRITICAL)


class Peers:
    """The other nodes, by name, with what each says when it is asked."""

    def __init__(self, **answers):
        self.answers, self.asked = answers, 0

    async def ask(self, nodes):
        self.asked += 1
        return {name: self.answers[name] for name in nodes if name in self.answers}


async def two_nodes(peers):
    """This node, which has the monitor, and one of the name "aside"."""
    scene = Scene(store=FaultyStore(SharedMemory()))
    scene.settings = EngineSettings(is_shared=True)
    scene.ask_peers = None if peers is None else peers.ask
    scene.store.inner.nodes_alive = ("node", "aside")
    scene.used = {"/a": 10}
    every = FixedInterval(timedelta(seconds=STEP))
    await scene.plan(disk_monitor(goes_to="", cadence=every))  # what only the sender measures
    return scene


async def test_a_node_that_alone_is_cut_off_stops_keeps_quiet_and_goes_on_once_it_has_the_database():
    peers = Peers(aside=HAS)
    scene = await two_nodes(peers)
    async with scene.life() as engine:
        await scene.seconds(engine, 60)
        assert not peers.asked, "nobody is asked while all is well"
        scene.store.is_failing, scene.used = True, {"/a": 95}
        await scene.seconds(engine, 12)
        before = scene.measured
        await scene.seconds(engine, 300)
        assert scene.measured == before
        assert scene.subjects == []
        scene.store.is_failing = False
        await scene.seconds(engine, 60)
    assert scene.measured > before
    assert scene.subjects == [CRITICAL]


async def test_if_nobody_has_the_database_each_node_goes_on_and_notifies_after_half_a_minute():
    peers = Peers(aside=LACKS)
    scene = await two_nodes(peers)
    async with scene.life() as engine:
        await scene.seconds(engine, 60)
        scene.store.is_failing, scene.used = True, {"/a": 95}
        before = scene.measured
        await scene.seconds(engine, 27)
        assert scene.subjects == []
        assert scene.measured - before >= 27 // STEP - 1, "it monitors on without a pause"
        await scene.seconds(engine, 10)
        assert scene.subjects == [MARK + CRITICAL]
        await scene.seconds(engine, 600)
        assert scene.subjects == [MARK + CRITICAL], "at most once an hour"
        scene.store.is_failing = False
        await scene.seconds(engine, 60)
    assert scene.subjects == [MARK + CRITICAL, CRITICAL]


@pytest.mark.parametrize("seconds", [12, 22])
async def test_what_was_found_in_a_short_absence_of_the_database_leaves_by_the_queue_alone(
    seconds,
):
    scene = await two_nodes(Peers(aside=LACKS))
    async with scene.life() as engine:
        await scene.seconds(engine, 60)
        scene.store.is_failing, scene.used = True, {"/a": 95}
        await scene.seconds(engine, seconds)
        scene.store.is_failing = False
        await scene.seconds(engine, 60)
    assert scene.subjects == [CRITICAL]


async def test_if_no_node_answers_it_notifies_after_a_minute():
    scene = await two_nodes(Peers())
    async with scene.life() as engine:
        await scene.seconds(engine, 60)
        scene.store.is_failing, scene.used = True, {"/a": 95}
        await scene.seconds(engine, 57)
        assert scene.subjects == []
        await scene.seconds(engine, 10)
        assert scene.subjects == [MARK + CRITICAL]


async def test_without_a_link_between_the_nodes_all_is_as_with_any_store_that_refuses_writes():
    scene = await two_nodes(None)
    async with scene.life() as engine:
        await scene.seconds(engine, 60)
        scene.store.is_failing, scene.used = True, {"/a": 95}
        await scene.seconds(engine, 20)
        assert scene.subjects == [MARK + CRITICAL]


async def test_what_was_found_before_another_node_took_over_is_left_to_that_node():
    peers = Peers(aside=LACKS)
    scene = await two_nodes(peers)
    async with scene.life() as engine:
        await scene.seconds(engine, 60)
        scene.store.is_failing, scene.used = True, {"/a": 95}
        await scene.seconds(engine, 25)  # found, and not told yet
        peers.answers["aside"] = HAS
        await scene.seconds(engine, 60)
        other = await scene.store.inner.begin("aside", scene.time.now)
        await scene.store.inner.lease_monitors(other, scene.time.now)
        scene.store.inner.nodes_alive = ("aside", "node")
        scene.store.is_failing = False
        await scene.seconds(engine, 120)
    assert scene.subjects == []


def without_renewal(*, is_away=True, peer_answers=None, seconds=SAFE_LEASE):
    sharing = Sharing("one", can_ask=True)
    sharing.record_renewal(Renewal({}, 1, nodes=("one", "two"), sender="one"), 100.0)
    if is_away:
        sharing.record_failure(102.0)
    if peer_answers is not None:
        sharing.record_answers(peer_answers, 100.0 + seconds)
    return sharing


def test_others_are_asked_before_they_can_have_the_monitors_and_not_while_all_is_well():
    sharing = without_renewal()
    assert sharing.peers_to_ask(103.9) == frozenset()
    assert sharing.peers_to_ask(104.0) == {"two"}


def test_a_node_with_the_database_notifies_past_the_queue_of_what_it_cannot_write_for_long():
    sharing, renewal = without_renewal(), Renewal({}, 1, nodes=("one", "two"), sender="one")
    assert not sharing.may_notify(102.0), "the database has just gone away"
    for second in range(110, 150, 2):
        sharing.record_renewal(renewal, float(second))
    assert not sharing.may_notify(139.0) and sharing.may_notify(149.0)


def test_a_node_waits_for_the_first_answer_once_another_one_could_have_its_monitors():
    assert without_renewal().may_start(107.9)
    assert not without_renewal().may_start(108.0)
    assert without_renewal(peer_answers={"two": LACKS}).may_start(108.0)


def test_a_node_whose_question_to_the_database_hangs_goes_on_like_one_that_is_refused():
    sharing = without_renewal(is_away=False, peer_answers={"two": LACKS})
    assert not sharing.may_start(108.0)
    sharing.record_silence(108.0)
    assert sharing.may_start(108.0)


def test_a_node_that_stood_still_asks_the_database_and_the_others_before_it_goes_on():
    sharing = without_renewal(peer_answers={"two": LACKS})
    sharing.record_tick(900.0, STOOD_STILL + 1)
    sharing.record_silence(900.0)
    assert not sharing.may_start(900.0), "it just woke up"
    sharing.record_failure(900.0)
    assert not sharing.may_start(900.0), "and what others said is of before"
    sharing.record_answers({"two": LACKS}, 901.0)
    assert sharing.may_start(901.0)


def test_what_another_node_took_over_it_keeps_even_if_it_loses_the_database_as_well():
    sharing = without_renewal(peer_answers={"two": HAS}, seconds=10.0)
    sharing.record_answers({"two": LACKS}, 200.0)
    assert not sharing.may_start(200.0) and not sharing.may_notify(200.0)
    sharing.record_answers({}, 230.0)
    assert not sharing.may_start(230.0)
    sharing.record_answers({}, 260.0)
    assert sharing.may_start(260.0) and sharing.may_notify(260.0), "that node is gone, too"
    sharing.record_renewal(Renewal({}, 1, nodes=("one", "two"), sender="two"), 300.0)
    sharing.record_failure(302.0)
    sharing.record_answers({"two": LACKS}, 310.0)
    assert sharing.may_start(310.0), "a new absence begins anew"


def test_an_answer_to_a_question_of_before_a_renewal_counts_for_nothing():
    sharing = without_renewal()
    sharing.record_answers({"two": HAS}, 99.0)
    assert not sharing.may_start(108.0)
    sharing.record_answers({"two": LACKS}, 108.0)
    assert sharing.may_start(108.0)


@pytest.mark.parametrize("answers", [{"two": LACKS}, {}])
def test_an_answer_to_a_question_of_before_a_node_stood_still_counts_for_nothing(answers):
    sharing = without_renewal()
    sharing.record_tick(900.0, 700.0)
    sharing.record_failure(900.0)
    sharing.record_answers(answers, 199.0)
    assert not sharing.may_start(900.0) and not sharing.may_notify(900.0)
    sharing.record_answers(answers, 902.0)
    assert sharing.may_start(902.0) and sharing.may_notify(902.0)


def test_a_node_that_lost_its_monitors_goes_on_by_nothing_that_it_heard_before():
    sharing = without_renewal(peer_answers={"two": LACKS})
    assert sharing.may_start(160.0) and sharing.may_notify(160.0)
    sharing.record_loss()
    sharing.record_failure(162.0)  # the database is away once more
    assert not sharing.may_start(162.0) and not sharing.may_notify(162.0)
