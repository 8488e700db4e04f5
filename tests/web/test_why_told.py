"""A monitor's page: the last answers of its rules, told or not, and its own tellings."""

from datetime import timedelta

import pytest

from noroshi.core.levels import Reason
from noroshi.core.model import Change, Decision
from tests.cli.command_process import a_node, typed
from tests.service.clients import InProcessClient, apply_definitions
from tests.service.harness import CONTENT
from tests.web.filled_queue import envelope

DISKS = "web1/base/disks"
ANSWERS = (Reason.NEW_LEVEL, Reason.TOO_SOON, Reason.ACKNOWLEDGED, Reason.TOO_SOON)


@pytest.fixture
async def ask(harness):
    """A monitor whose rule told, and then did not, minute by minute; then 300 alarms of others."""
    found = InProcessClient(harness)
    await apply_definitions(found)
    await harness.measured()
    store, begun = harness.store, harness.time.now
    (id,) = await store.states()
    block = await store.lease_monitors(await store.begin("node", begun), begun)
    for minute, reason in enumerate(ANSWERS):
        answer = Decision("all", "/var", reason, begun + timedelta(minutes=minute))
        change = Change(monitor=id, state=block.states[id], decisions=(answer,))
        assert await store.commit(block.fence, change)
    own = {"id": f"{id}.1/all/ops", "alarms": (f"{id}.1/all/ops",)}
    await store.post(envelope(0, "Its own mail", born=begun - timedelta(days=3), **own))
    for n in range(1, 301):
        await store.post(envelope(n, f"of another {n}", born=begun))
    harness.time.pass_by(minutes=5)
    return found


async def test_the_last_answers_are_told_with_their_reasons_and_its_own_mails(browser, ask):
    await browser.log_in()
    page = (await browser.get(f"/monitor/{DISKS}")).text
    why = page[page.index('id="h-why"') : page.index('id="h-set"')]
    assert why.count('class="is-no"') == 3 and why.count("<li") == 5
    assert "Its own mail" in why and "of another" not in why
    assert (
        why.index("a user acknowledged the alarm")
        < why.index("the level changed")
        < why.index("Its own mail")
    )


async def test_the_log_of_a_monitor_has_them_apart_from_the_newest(ask):
    found = await ask("log", monitor=DISKS)
    assert [one["reason"] for one in found["decisions"]] == ["too-soon"]
    assert [one["speaks"] for one in found["earlier"]] == [False, False, True]
    assert len((await ask("log", monitor=DISKS, last=2))["earlier"]) == 2
    (row,) = (await ask("ledger", monitor=DISKS))["rows"]
    assert row["subject"] == "Its own mail"


async def test_a_rule_that_is_the_monitor_s_no_more_is_called_as_it_is_now(ask):
    await ask("definition_change", rename={"rules/all": "team"})
    known = (await ask("definition_show"))["documents"]
    put = {
        "rules/all": CONTENT["rules/all"],
        "instances/web1": known["instances/web1"] | {"rules": ["all"]},
    }
    await ask("definition_change", put=put)
    found = await ask("log", monitor=DISKS)
    assert {one["rule"] for one in (*found["decisions"], *found["earlier"])} == {"team"}


async def test_the_command_tells_them_oldest_first_told_or_not(harness, ask, tmp_path):
    async with a_node(tmp_path, harness.service):
        told = (await typed("log", DISKS, home=tmp_path)).out
        japanese = (await typed("--lang", "ja", "log", DISKS, home=tmp_path)).out
    earlier = told.partition("Earlier decisions of the rules")[2].strip().splitlines()
    assert ["not notified" in line for line in earlier] == [False, True, True]
    assert "notified" in earlier[0] and "the level changed" in earlier[0]
    assert "以前の判定" in japanese and "通知なし" in japanese
