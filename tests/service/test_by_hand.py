"""What a person does to the queue: holding, letting go, giving up, mending an address."""

import pytest

from noroshi.definitions.compilation import compile_plan
from noroshi.oauth.provider import SignInError
from noroshi.vault import Secret
from tests.service.clients import OWN_NAME, ErrorAnswer, apply_definitions
from tests.service.harness import CONTENT, DEFERRED, OLD_SECRET, REFUSED


async def queued(ask, **other):
    given = {"to": ["ops"], "subject": "s", "text": "t", "routes": ["plain"]}
    await apply_definitions(ask)
    return (await ask("send", **given | other))["ids"][0]


async def test_a_held_mail_says_who_holds_it(ask):
    id = await queued(ask)
    held = await ask("queue_hold", id=id)
    assert (held["state"], held["next"]) == ("held", None)
    assert held["because"]["en"] in ("held by aki", f"held by {OWN_NAME}")
    assert (await ask("status"))["queue"] | {"oldest": None} == {
        "waiting": 0,
        "out": 0,
        "held": 1,
        "set_aside": 0,
        "alarms": 0,
        "oldest": None,
    }
    assert (await ask("queue_release", id=id))["state"] == "waiting"


async def test_a_mail_that_is_given_up_leaves_the_list_and_stays_on_record(ask):
    id = await queued(ask)
    assert (await ask("queue_drop", id=id))["state"] == "dropped"
    assert await ask("queue_list") == []
    assert (await ask("queue_show", id=id))["queued"]["because"]["en"].startswith("dropped by")


async def test_a_wrong_address_is_mended_and_the_mail_released(ask):
    id = await queued(ask)
    await ask.harness.attempted("plain", REFUSED, "no such user", 550)
    edited = await ask("queue_edit", id=id, to=["new@example.com"], routes=["m365", "plain"])
    assert (edited["to"], edited["routes"]) == (["new@example.com"], ["m365", "plain"])
    assert edited["state"] == "set aside"
    released = await ask("queue_release", id=id)
    assert (released["state"], released["attempts"]) == ("waiting", 1)


async def with_a_refused_sign_in(ask):
    """Return the plan of a node that remembers a refusal, and the mail that waits for it."""
    harness = ask.harness
    await apply_definitions(ask, accounts__box=CONTENT["accounts/box"] | {"sign_in": "app"})
    await harness.vault.put("app", Secret(OLD_SECRET))
    plan = compile_plan((await harness.store.current()).documents, harness.plugins)
    id = (await ask("send", to=["ops"], subject="s", text="t", routes=["m365"]))["ids"][0]
    for _ in range(2):
        with pytest.raises(SignInError):
            await harness.tokens.token(plan.accounts["box"])
    assert len(harness.server.asked) == 1, "a refusal is remembered, and not asked for again"
    return plan, id


async def test_who_tries_a_mail_again_has_a_refused_sign_in_asked_for_again_too(ask):
    plan, id = await with_a_refused_sign_in(ask)
    await ask("queue_retry", id=id)
    with pytest.raises(SignInError):
        await ask.harness.tokens.token(plan.accounts["box"])
    assert len(ask.harness.server.asked) == 2


async def test_all_that_wait_are_due_now_and_what_somebody_decides_on_stays(ask):
    refused = await queued(ask)
    await ask.harness.attempted("plain", REFUSED, "no such user", 550)
    deferred = await queued(ask)
    await ask.harness.attempted("plain", DEFERRED, "try later", 432)
    held, new = await queued(ask), await queued(ask)
    await ask("queue_hold", id=held)
    before = {one["id"]: one for one in await ask("queue_list")}
    assert before[deferred]["next"] > before[new]["next"]
    assert await ask("queue_retry_all") == 2
    after = {one["id"]: one for one in await ask("queue_list")}
    assert after[deferred]["next"] < before[deferred]["next"]
    assert {id: after[id]["state"] for id in (refused, deferred, held, new)} == {
        refused: "set aside",
        deferred: "waiting",
        held: "held",
        new: "waiting",
    }
    noted = (await ask("audit"))[0]
    assert (noted["op"], noted["after"]) == ("queue_retry_all", {"ids": 2})


async def test_who_tries_all_again_has_refused_sign_ins_asked_for_again_too(ask):
    plan, _ = await with_a_refused_sign_in(ask)
    await ask("queue_retry_all")
    with pytest.raises(SignInError):
        await ask.harness.tokens.token(plan.accounts["box"])
    assert len(ask.harness.server.asked) == 2


async def test_what_is_not_given_stays_as_it_was(ask):
    id = await queued(ask)
    edited = await ask("queue_edit", id=id, routes=["m365"])
    assert (edited["to"], edited["routes"]) == (["ops@example.com"], ["m365"])


async def test_all_that_is_wrong_with_an_edit_is_told_at_once_and_nothing_is_changed(ask):
    id = await queued(ask)
    with pytest.raises(ErrorAnswer) as told:
        await ask("queue_edit", id=id, to=["nobody"], routes=["plane"])
    assert told.value.problems == [
        ("to", "“nobody” is not an email address"),
        ("routes", "there is no route “plane” (did you mean plain?)"),
    ]
    assert (await ask("queue_show", id=id))["queued"]["to"] == ["ops@example.com"]


@pytest.mark.parametrize("op", ["queue_hold", "queue_release", "queue_drop", "queue_edit"])
async def test_what_is_done_to_a_mail_that_is_not_there_is_refused(ask, op):
    await apply_definitions(ask)
    with pytest.raises(
        ErrorAnswer, match="not found: There is no message “01J/x” in the queue"
    ):
        await ask(op, id="01J/x")


@pytest.mark.parametrize("op", ["queue_hold", "queue_drop", "queue_edit"])
async def test_what_is_done_to_a_mail_that_is_out_is_refused(ask, op):
    id = await queued(ask)
    store, now = ask.harness.store, ask.harness.time.now
    await store.claim_parcel(await store.begin("sender", now), "plain", now)
    with pytest.raises(ErrorAnswer, match="conflict"):
        await ask(op, id=id)
