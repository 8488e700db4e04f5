"""An agent that is told to update: what it refuses, how it fetches the file, and when it restarts."""

import asyncio
import hashlib

import pytest

from noroshi.agent.installed_folder import InstalledFolder, UpdateRecord, waiting_update
from noroshi.agent.link_errors import HubNotReachedError, LinkRefusedError
from noroshi.agent.node_updates import MOST_FAILURES, MOST_WAITS, TRIAL_PATIENCE, NodeUpdates
from noroshi.agent.update_step import UpdateRefusedError, take_step
from noroshi.core.translation import plain
from noroshi.link.link_messages import LinkFault
from noroshi.link.update_messages import MOST_FILE_PART, UpdateOffer, UpdatePhase
from noroshi.testing import ManualClocks
from tests.agent.test_update_step import (
    EARLIER,
    KEY,
    confirm,
    home,
    links,
    never,
    offer,
    place,
    wait,
)

__all__ = ["home", "place"]
CONTENT = bytes(range(256)) * (MOST_FILE_PART // 256) + b"and some more"


def large_offer(content=CONTENT):
    digest = hashlib.sha256(content).hexdigest()
    return UpdateOffer(version="1.5.0", sha256=digest, size=len(content)).signed_by(KEY)


class HubFile:
    """Hands out the file, or what comes first in `errors`."""

    def __init__(self, content=CONTENT):
        self.content, self.errors, self.offsets = content, [], []

    async def __call__(self, request):
        if self.errors:
            raise self.errors.pop(0)
        self.offsets.append(request.offset)
        return self.content[request.offset : request.offset + MOST_FILE_PART]


class Node:
    def __init__(self, place, home, environment=None):
        self.time, self.pauses, self.fetch = ManualClocks(), [], HubFile()
        self.updates = NodeUpdates(
            place, home, self.time.clocks, environment or {}, self.sleep, build=never
        )

    async def sleep(self, seconds):
        self.pauses.append(seconds)
        self.time.pass_by(seconds=seconds)
        await asyncio.sleep(0)

    async def until_over(self):
        while self.updates.report.phase == UpdatePhase.FETCHING:  # noqa: ASYNC110
            await asyncio.sleep(0)


@pytest.fixture
def node(place, home):
    return Node(place, home)


def refusal(node, refused_offer):
    with pytest.raises(UpdateRefusedError) as refused:
        node.updates.begin("o1", refused_offer, node.fetch)
    return refused.value.words.en


async def test_the_file_is_fetched_in_parts_and_the_node_restarts(node, home):
    signed_offer = large_offer()
    node.updates.begin("o1", signed_offer, node.fetch)
    await node.until_over()
    assert node.fetch.offsets == [0, MOST_FILE_PART]
    assert (home / "update" / "noroshi.pex").read_bytes() == CONTENT
    assert waiting_update(home).offer == signed_offer
    assert node.updates.report.phase == UpdatePhase.RESTARTING
    assert node.updates.restart_event.is_set()


async def test_a_hub_that_is_away_for_a_while_is_asked_again(node):
    busy = LinkRefusedError(LinkFault.BUSY, "others", 20.0)
    stale = LinkRefusedError(LinkFault.STALE, "stale")
    node.fetch.errors = [busy, HubNotReachedError(plain("away")), stale]
    node.updates.begin("o1", large_offer(), node.fetch)
    await node.until_over()
    assert node.pauses == [20.0, 15.0, 0.0] and node.updates.restart_event.is_set()


async def test_a_hub_that_stays_away_ends_the_update(node):
    node.fetch.errors = [HubNotReachedError(plain("away"))] * MOST_FAILURES
    node.updates.begin("o1", large_offer(), node.fetch)
    await node.until_over()
    report = node.updates.report
    assert report.phase == UpdatePhase.FAILED and "could not be downloaded" in report.words.en
    assert not node.updates.restart_event.is_set()


@pytest.mark.parametrize("content", [CONTENT[:-1] + b"!", CONTENT[:-1], b""])
async def test_another_file_is_not_kept(node, home, content):
    node.fetch.content = content
    node.updates.begin("o1", large_offer(), node.fetch)
    await node.until_over()
    assert node.updates.report.phase == UpdatePhase.FAILED
    assert waiting_update(home) is None and not node.updates.restart_event.is_set()


async def test_one_update_at_a_time(node):
    node.updates.begin("o1", large_offer(), node.fetch)
    assert "already in progress" in refusal(node, large_offer())
    await node.updates.close()


def test_what_was_installed_in_another_way_is_updated_so(home):
    assert "cannot update this kind of installation" in refusal(Node(None, home), offer())


def test_the_administrator_has_to_permit_it(node, place):
    (place.path / "hub-key").unlink()
    assert "updates by the hub are not allowed" in refusal(node, offer())


class FolderOfRoot(InstalledFolder):
    is_writable = False


def test_the_service_has_to_take_the_step(place, home):
    folder = FolderOfRoot(place.path)
    assert "set up by an earlier version" in refusal(Node(folder, home), offer())


def test_the_version_that_runs_is_not_installed_again(node, place):
    place.set_link("current", offer().folder)
    assert "version 1.5.0 is already running" in refusal(node, offer())


def on_trial(place):
    folder = offer().folder
    place.set_link("current", folder)
    place.keep_record(
        UpdateRecord(
            attempt="o1", phase="trial", version="1.5.0", folder=folder, previous=EARLIER
        )
    )


async def test_a_version_that_reaches_the_hub_is_confirmed(node, place, home):
    on_trial(place)
    contacts = [None, None, node.time.now]
    await node.updates.watch_trial(lambda: contacts.pop(0))
    assert node.updates.report.phase == UpdatePhase.DONE
    assert not node.updates.restart_event.is_set()


async def test_one_that_does_not_ends_after_ten_minutes(node, place, home):
    on_trial(place)
    await node.updates.watch_trial(lambda: None)
    assert TRIAL_PATIENCE <= sum(node.pauses) <= TRIAL_PATIENCE + 1
    assert node.updates.restart_event.is_set()
    node.updates.take_own_step()
    assert links(place) == (EARLIER, EARLIER)
    assert node.updates.report.phase == UpdatePhase.WENT_BACK


async def test_a_version_that_is_not_on_trial_is_not_watched(node, place, home):
    await node.updates.watch_trial(lambda: None)
    on_trial(place)
    confirm(home, offer().folder)
    await node.updates.watch_trial(lambda: None)
    assert node.pauses == []


async def test_the_file_of_an_update_that_went_back_is_deleted(node, place, home):
    wait(home, offer())
    on_trial(place)
    node.updates.take_own_step()
    await node.updates.watch_trial(lambda: None)
    assert node.updates.report.phase == UpdatePhase.WENT_BACK
    assert not (home / "update" / "noroshi.pex").exists()
    (place.path / "update.json").unlink()  # as the line does that somebody pastes
    assert take_step(place, home, never).phase == UpdatePhase.NONE


def test_a_service_takes_the_step_itself(place, home):
    node = Node(place, home, {"NOROSHI_UPDATE_STEP": "1"})
    assert node.updates.take_own_step() is None


async def test_a_confirmed_version_stays_when_the_next_one_is_not_fetched(node, place, home):
    on_trial(place)
    confirm(home, offer().folder)
    node.fetch.errors = [HubNotReachedError(plain("away"))] * MOST_FAILURES
    node.updates.begin("o2", large_offer(), node.fetch)
    await node.until_over()
    assert take_step(place, home, never).phase == UpdatePhase.DONE
    assert links(place) == (offer().folder, offer().folder)


async def test_a_version_that_cannot_be_confirmed_yet_is_confirmed_later(node, place, home):
    on_trial(place)
    (home / "update" / ".confirmed.new").mkdir()  # stands in the way, as a full disk would

    async def make_way(_seconds):
        (home / "update" / ".confirmed.new").rmdir()

    node.updates = NodeUpdates(place, home, node.time.clocks, {}, make_way, build=never)
    await node.updates.watch_trial(lambda: node.time.now)
    assert take_step(place, home, never).phase == UpdatePhase.DONE


async def test_an_agent_of_many_waits_until_it_is_its_turn(node):
    busy = LinkRefusedError(LinkFault.BUSY, "others", 20.0)
    node.fetch.errors = [busy] * (3 * MOST_FAILURES)
    node.updates.begin("o1", large_offer(), node.fetch)
    await node.until_over()
    assert node.updates.restart_event.is_set()


async def test_a_hub_that_is_always_busy_ends_the_update(node):
    node.fetch.errors = [LinkRefusedError(LinkFault.BUSY, "others", 1e9)] * MOST_WAITS
    node.updates.begin("o1", large_offer(), node.fetch)
    await node.until_over()
    assert node.updates.report.phase == UpdatePhase.FAILED and max(node.pauses) == 600.0


async def test_an_update_that_waits_for_the_restart_is_not_replaced(node, home):
    node.updates.begin("o1", large_offer(), node.fetch)
    await node.until_over()
    assert "already in progress" in refusal(node, large_offer())
    assert waiting_update(home).attempt == "o1"


async def test_an_update_that_failed_leaves_no_file(node, home):
    errors = [HubNotReachedError(plain("away"))] * MOST_FAILURES

    async def begins_and_ends(request):
        return CONTENT[:10] if not request.offset else await node.fetch(request)

    node.fetch.errors = errors
    node.updates.begin("o1", large_offer(), begins_and_ends)
    await node.until_over()
    assert node.updates.report.phase == UpdatePhase.FAILED
    assert not (home / "update" / "noroshi.pex").exists()


async def test_a_fault_of_ours_ends_the_update(node):
    node.fetch.errors = [RuntimeError("a bug")]
    node.updates.begin("o1", large_offer(), node.fetch)
    await node.until_over()
    assert node.updates.report.phase == UpdatePhase.FAILED
