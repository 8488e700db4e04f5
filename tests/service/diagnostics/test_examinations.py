"""Examinations, near and through the door: begun, looked at as they come, and refused."""

from __future__ import annotations

import asyncio

import pytest

from noroshi.core.translation import plain
from noroshi.ports.examination import Step, StepResult
from noroshi.service.diagnostics.examinations import SystemExamination
from noroshi.service.diagnostics.running_examinations import KEPT, MOST, RunningExaminations
from noroshi.service.errors import NotFoundError, OperationFailedError
from noroshi.testing import DAWN
from tests.service.clients import ErrorAnswer, apply_definitions
from tests.service.harness import CONTENT, DEFERRED, DOWN


def step(name, take):
    return Step(name=name, title=plain(name), take=take)


async def well():
    return StepResult(plain("as it should be"))


class Held:
    """A step that waits until it is let go."""

    def __init__(self):
        self.go = asyncio.Event()

    async def __call__(self):
        await self.go.wait()
        return StepResult()


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


async def looked_to_the_end(ask, begun):
    stages, over = [], False
    while not over:
        looked = await ask("examine_look", id=begun["id"], seen=len(stages))
        stages, over = stages + looked["stages"], looked["over"]
    return stages


async def test_this_computer_is_looked_at_and_every_stage_is_named_beforehand(ask):
    begun = await ask("examine_begin")
    stages = await looked_to_the_end(ask, begun)
    assert (begun["route"], begun["title"]["ja"]) == ("", "このコンピューター")
    assert [one["name"] for one in begun["names"]] == [one["name"] for one in stages]
    again = await ask("examine_look", id=begun["id"], seen=-1)
    assert (again["stages"], again["names"], again["at"]) == (
        stages,
        begun["names"],
        begun["at"],
    )
    (clock,) = stages
    assert (clock["name"], clock["state"]) == ("clock", "not reached")
    assert clock["found"]["en"] == "not compared: no account is defined"


async def test_a_route_that_is_not_there_is_refused_with_those_that_are(ask):
    await apply_definitions(ask)
    with pytest.raises(ErrorAnswer, match="not found") as told:
        await ask("examine_begin", route="m356")
    assert "m365" in str(told.value)


async def test_what_the_node_knows_of_a_route_that_is_down_stands_beside_its_stages(ask):
    await apply_definitions(ask, routes__seen={"kind": "examined"})
    await ask("send", to=["ops"], subject="s", text="t", routes=["seen"])
    assert (await ask("examine_begin", route="seen"))["down"] is None
    await ask.harness.attempted("seen", DOWN, "mailbox full", 554)
    down = (await ask("examine_begin", route="seen"))["down"]
    assert "mailbox full" in down["why"]["en"] and down["waiting"] == 1 and down["since"]
    assert not down["early"]


async def test_a_route_that_rests_is_told_with_what_tries_again_and_whether_a_look_sees_why(
    ask,
):
    await apply_definitions(ask, routes__seen={"kind": "examined"})
    sent = await ask("send", to=["ops"], subject="s", text="t", routes=["seen"])
    await ask.harness.attempted("seen", DOWN, "SMTP AUTH is disabled", 535, early=True)
    down = (await ask("examine_begin", route="seen"))["down"]
    assert (down["early"], [down["mail"]]) == (True, sent["ids"])
    assert down["until"] > down["since"]


async def test_mails_that_were_put_off_stand_beside_the_stages_of_a_route_that_is_well(ask):
    await apply_definitions(ask, routes__seen={"kind": "examined"})
    await ask("send", to=["ops"], subject="s", text="t", routes=["seen"])
    await ask.harness.attempted("seen", DEFERRED, "too many connections", 432)
    known = (await ask("examine_begin", route="seen"))["down"]
    assert "too many connections" in known["why"]["en"]
    assert (known["waiting"], known["down"]) == (1, False)


async def test_a_route_whose_diagnosis_failed_says_so_until_it_is_defined_otherwise(ask):
    async def at() -> str:
        routes = (await ask("route_list"))["routes"]
        return next(one for one in routes if one["name"] == "seen")["examined_in_vain"]["en"]

    way = {"kind": "stopped", "options": {"account": "box"}}
    await apply_definitions(ask, routes__seen=way, accounts__box=CONTENT["accounts/box"])
    assert await at() == ""
    (stage,) = await looked_to_the_end(ask, await ask("examine_begin", route="seen"))
    assert await at() == stage["title"]["en"] != ""
    await apply_definitions(ask, routes__seen=way | {"title": "Other"})
    assert await at() == ""


async def test_a_kind_that_says_no_stages_is_told_as_such(ask):
    await apply_definitions(ask)
    with pytest.raises(ErrorAnswer, match="cannot be diagnosed"):
        await ask("examine_begin", route="plain")


async def test_a_recipient_that_is_no_address_is_refused_beforehand(ask):
    await apply_definitions(ask)
    with pytest.raises(ErrorAnswer, match="recipient") as told:
        await ask("examine_begin", route="m365", to="no address")
    assert told.value.problems == [("to", "“no address” is not an email address")]


@pytest.mark.parametrize(
    ("cloud", "page", "line"),
    [
        ("microsoft365", "https://entra.microsoft.com/#view/x", "Connect-ExchangeOnline"),
        (
            "microsoft365-gcc-high",
            "https://entra.microsoft.us/#view/x",
            "Connect-ExchangeOnline -ExchangeEnvironmentName O365USGovGCCHigh",
        ),
    ],
)
async def test_pages_and_lines_are_those_of_the_account_s_cloud(ask, cloud, page, line):
    way = {"kind": "stopped", "options": {"account": "box"}}
    box = CONTENT["accounts/box"] | {"cloud": cloud}
    await apply_definitions(ask, routes__seen=way, accounts__box=box)
    (stage,) = await looked_to_the_end(ask, await ask("examine_begin", route="seen"))
    assert (stage["remedy"]["link"], stage["remedy"]["lines"]) == (page, [line])


async def test_at_a_server_of_ones_own_that_speaks_as_entra_does_nobody_of_microsoft_is_blamed(
    ask,
):
    own = {
        "authority": "https://id.ours.example/{tenant}",
        "scope": "mail",
        "smtp_host": "mail.ours.example",
    }
    box = CONTENT["accounts/box"] | {"cloud": "ours"}
    way = {"kind": "stopped", "options": {"account": "box"}}
    await apply_definitions(ask, routes__seen=way, accounts__box=box, clouds__ours=own)
    (stage,) = await looked_to_the_end(ask, await ask("examine_begin", route="seen"))
    remedy = stage["remedy"]
    assert remedy["who"] == {
        "en": "the remote service's administrator",
        "ja": "接続先のサービスの管理者",
    }
    assert remedy["link"] == ""


async def test_one_that_nobody_began_is_not_found(ask):
    with pytest.raises(ErrorAnswer, match="start it again"):
        await ask("examine_look", id="nothing")


async def test_whoever_looks_is_told_the_stages_that_came_since():
    held, under_way = Held(), RunningExaminations(Clock())
    steps = (step("first", well), step("second", held), step("third", well))
    under_way.begin("one", SystemExamination(steps), DAWN)
    stages, over = await under_way.since("one", 0)
    assert ([stage.name for stage in stages], over) == (["first"], False)
    held.go.set()
    seen = 1
    while not over:
        stages, over = await under_way.since("one", seen)
        seen += len(stages)
    assert seen == 3


async def test_so_many_run_at_once_and_one_more_is_refused_until_one_is_over():
    clock, helds = Clock(), [Held() for _ in range(MOST)]
    under_way = RunningExaminations(clock)
    for number, held in enumerate(helds):
        under_way.begin(str(number), SystemExamination((step("it", held),)), DAWN)
    with pytest.raises(OperationFailedError):
        under_way.begin("more", SystemExamination(()), DAWN)
    helds[0].go.set()
    assert (await under_way.since("0", 0))[0][0].state == "ok"
    while not (await under_way.since("0", 1))[1]:
        pass
    under_way.begin("more", SystemExamination(()), DAWN)
    await under_way.close()


async def test_what_was_over_long_ago_is_forgotten_and_what_goes_on_is_not():
    clock, held = Clock(), Held()
    under_way = RunningExaminations(clock)
    under_way.begin("over", SystemExamination(()), DAWN)
    under_way.begin(
        "going on", SystemExamination((step("first", well), step("it", held))), DAWN
    )
    while not (await under_way.since("over", 0))[1]:
        pass
    clock.now += KEPT
    under_way.begin("new", SystemExamination(()), DAWN)
    with pytest.raises(NotFoundError):
        await under_way.since("over", 0)
    assert [one.name for one in (await under_way.since("going on", 0))[0]] == ["first"]
    await under_way.close()


async def test_what_is_closed_lets_go_of_its_connections():
    class Closing(SystemExamination):
        closed = False

        async def close(self):
            Closing.closed = True

    under_way = RunningExaminations(Clock())
    under_way.begin("one", Closing((step("first", well), step("it", Held()))), DAWN)
    await under_way.since("one", 0)
    await under_way.close()
    assert Closing.closed
