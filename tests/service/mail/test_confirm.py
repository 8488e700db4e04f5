"""A person says that a mail lies in the inbox: it counts as seen arrived, in their name."""

import pytest

from noroshi.core.mail import Verdict
from tests.service.clients import ErrorAnswer, apply_definitions
from tests.service.test_by_hand import queued


async def accepted(ask):
    id = await queued(ask)
    await ask.harness.attempted("plain", Verdict.ACCEPTED, "2.0.0 OK", 250)
    return id


async def test_a_mail_that_a_person_has_seen_arrived_and_so_did_its_route_carry_it(ask):
    id = await accepted(ask)
    assert (await ask("queue_seen", id=id))["state"] == "seen arrived"
    (arrived,) = (await ask("queue_show", id=id))["arrived"]
    assert (arrived["state"], arrived["address"]) == ("seen arrived", "ops@example.com")
    (route,) = [one for one in (await ask("status"))["routes"] if one["name"] == "plain"]
    assert arrived["by"] and route["arrives"]["by"] == arrived["by"]


async def test_who_says_it_twice_has_said_it_once(ask):
    id = await accepted(ask)
    for _ in range(2):
        assert (await ask("queue_seen", id=id))["state"] == "seen arrived"
    assert len((await ask("queue_show", id=id))["arrived"]) == 1


async def test_what_no_server_has_taken_yet_nobody_can_have_seen(ask):
    id = await queued(ask)
    with pytest.raises(ErrorAnswer, match=r"conflict: .* no server has accepted it yet"):
        await ask("queue_seen", id=id)
    assert (await ask("queue_show", id=id))["arrived"] == []


async def test_a_mail_that_is_not_there_was_seen_by_nobody(ask):
    await apply_definitions(ask)
    with pytest.raises(
        ErrorAnswer, match="not found: There is no message “01J/x” in the queue"
    ):
        await ask("queue_seen", id="01J/x")
