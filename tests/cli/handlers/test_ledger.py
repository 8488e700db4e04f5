"""`noroshi ledger` as it is typed."""

import json

import pytest

from noroshi.core.delivery import Accepted
from noroshi.core.mail import Answer, Envelope, Receipt, Verdict
from noroshi.ports import Arrival
from noroshi.testing import DAWN
from tests.cli.command_process import a_node, typed
from tests.service.harness import Harness

ALARM = "01J.17/all/ops"


def alarm(id=ALARM):
    return Envelope(
        id=id,
        routes=("plain",),
        contact="ops",
        to=("ops@example.com",),
        order=id,
        alarms=(id,),
        payload={"subject": "[危険] FS01 使用率 95.2%"},
        born=DAWN,
    )


@pytest.fixture
async def harness(tmp_path):
    harness = Harness()
    await harness.store.post(alarm(), alarm("01J.18/all/ops"))
    node = await harness.store.begin("one", DAWN)
    parcel = await harness.store.claim_parcel(node, "plain", DAWN)
    taken = Answer(Verdict.ACCEPTED, "2.0.0 OK <x@example.com>", 250, "2.0.0")
    answers = {"ops@example.com": taken}
    receipt = Receipt(at=DAWN, answers=answers, provider_id="<x@example.com>", route="plain")
    await harness.store.settle(parcel, receipt, Accepted(DAWN))
    async with a_node(tmp_path, harness.service):
        yield harness


async def test_every_alarm_has_its_line_and_the_sum_adds_up(harness, tmp_path):
    told = await typed("ledger", home=tmp_path)
    assert told.code == 0
    lines = told.out.splitlines()
    assert lines[0].split() == [
        "RAISED",
        "STATE",
        "TO",
        "ROUTE",
        "ATTEMPTS",
        "ALARM",
        "SUBJECT",
    ]
    assert any(ALARM in line and "accepted" in line for line in lines)
    assert any("01J.18/all/ops" in line and "waiting" in line for line in lines)
    assert lines[-1] == (
        "Alarms: raised 2 = accepted 1 + bounced 0 + waiting 1 + held 0 + undeliverable 0 + dropped 0 + lost 0"
    )


async def test_one_alarm_is_told_from_its_event_to_the_providers_answer(harness, tmp_path):
    told = await typed("--lang", "ja", "ledger", "--alarm", ALARM, home=tmp_path)
    assert told.code == 0
    assert told.out.count("<x@example.com>") == 1 and "250 2.0.0 OK <x@" in told.out
    *_, state, proof = told.out.splitlines()
    assert (
        "受領" in state
        and proof.startswith("到達は未確認")
        and "定義から削除されています" in proof
    )


async def test_an_alarm_that_came_back_says_so_with_what_the_report_says(harness, tmp_path):
    back = Arrival(
        address="ops@example.com", state="came back", reported_at=DAWN, text="550 5.1.10 no"
    )
    await harness.store.record_arrival(ALARM, back)
    told = (await typed("ledger", "--alarm", ALARM, home=tmp_path, COLUMNS="200")).out
    *_, came, state = told.splitlines()
    assert came.startswith("bounced") and came.endswith("ops@example.com  550 5.1.10 no")
    assert state.split(maxsplit=1) == ["State", "bounced"]


async def test_what_came_back_is_not_counted_as_accepted(harness, tmp_path):
    back = Arrival(
        address="ops@example.com", state="came back", reported_at=DAWN, text="550 5.1.10 no"
    )
    await harness.store.record_arrival(ALARM, back)
    told = (await typed("--lang", "ja", "ledger", home=tmp_path)).out
    assert told.splitlines()[-1].startswith("アラーム: 発生 2 = 受領 0 + 不達 1 + 待機 1")


async def test_programs_get_it_as_json(harness, tmp_path):
    told = await typed("ledger", "--json", "--last", "1", home=tmp_path)
    found = json.loads(told.out)
    assert found["sum"]["raised"] == 2
    assert [row["alarm"] for row in found["rows"]] == ["01J.18/all/ops"]


async def test_an_alarm_that_never_was_ends_with_a_reason(harness, tmp_path):
    told = await typed("ledger", "--alarm", "x", home=tmp_path)
    assert told.code == 5 and "noroshi ledger" in told.err


async def test_before_any_alarm_it_says_so(tmp_path):
    async with a_node(tmp_path, Harness().service):
        told = await typed("ledger", home=tmp_path)
    assert told.out.startswith("No alarms have been raised yet.")
