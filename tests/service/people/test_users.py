"""Users, API tokens and the audit log, near and far."""

import asyncio
import json
from contextlib import nullcontext
from dataclasses import replace

import pyotp
import pytest

from noroshi.service import Person, run_as_json
from noroshi.service.operation import ADMIN, roles_up_to
from noroshi.stores.memory.store import MemoryStore
from tests.service.clients import ErrorAnswer, apply_definitions
from tests.service.harness import AKI, CANARY, Harness, documents

GOOD = "correct horse battery"
BROWSER = Person("sato", roles_up_to(ADMIN), "web", "192.0.2.7", reauthenticated=False)


async def test_a_user_without_a_password_gets_a_code_to_choose_one(ask):
    made = await ask("user_add", name="eri", role="operator")
    assert made["code"] and made["until"]
    (row,) = await ask("user_list")
    assert (row["name"], row["role"], row["waits"]) == ("eri", "operator", True)
    assert made["code"] not in str(vars(ask.harness.store))


async def test_all_that_is_wrong_with_a_user_is_told_at_once(ask):
    with pytest.raises(ErrorAnswer, match="invalid: Nothing was created") as told:
        await ask("user_add", name="a b", role="king", password="x")
    assert [where for where, _ in told.value.problems] == ["name", "role", "password"]


async def test_a_name_is_given_once(ask):
    await ask("user_add", name="eri")
    with pytest.raises(ErrorAnswer, match="conflict: The user “eri” already exists"):
        await ask("user_add", name="eri")


async def test_the_last_administrator_stays(ask):
    await ask("user_add", name="sato", role="administrator", password=GOOD)
    for op, more in (("user_remove", {}), ("user_role", {"role": "viewer"})):
        with pytest.raises(ErrorAnswer, match="conflict: sato is the only administrator"):
            await ask(op, name="sato", **more)
    await ask("user_add", name="eri", role="administrator", password=GOOD)
    assert await ask("user_remove", name="sato") == "sato"


async def test_of_a_user_who_is_removed_no_seed_stays_behind(ask):
    for name in ("sato", "eri"):
        await ask("user_add", name=name, role="administrator", password=GOOD)
    seed = (await ask("user_totp", name="eri"))["seed"]
    await ask("user_totp_on", name="eri", code=pyotp.TOTP(seed).at(ask.harness.time.now))
    await ask("user_totp", name="eri")
    await ask("user_remove", name="eri")
    assert await ask.harness.store.secret_names() == []


class Dies(MemoryStore):
    """The process is killed after so many things were taken out of it."""

    left = 0

    def _count(self):
        if self.left == 0:
            raise RuntimeError("killed")
        self.left -= 1

    async def drop_user(self, name):
        self._count()
        return await super().drop_user(name)

    async def drop_api_token(self, name):
        self._count()
        return await super().drop_api_token(name)


async def test_no_token_outlives_its_maker_wherever_the_removal_is_cut_off():
    for left in range(3):
        harness = Harness(Dies())
        await harness.service.users.add(AKI, "sato", "administrator", GOOD)
        await harness.service.users.add(AKI, "eri", "administrator", GOOD)
        await harness.service.api_tokens.create(replace(BROWSER, name="eri"), "ci")
        harness.store.left = left
        whole = left == 2
        with nullcontext() if whole else pytest.raises(RuntimeError, match="killed"):
            await harness.service.users.remove(AKI, "eri")
        assert ("eri" in await harness.store.users()) is not whole
        assert not whole or await harness.store.api_tokens() == {}


class Slow(MemoryStore):
    """Somebody else has a turn before its answer of who there is arrives."""

    async def users(self):
        found = await super().users()
        await asyncio.sleep(0)
        return found


@pytest.mark.parametrize("op", ["user_remove", "user_role"])
async def test_of_two_administrators_who_take_each_other_s_right_one_stays(op):
    harness = Harness(Slow())
    for name in ("sato", "eri"):
        await harness.service.users.add(AKI, name, "administrator", GOOD)
    more = {"role": "viewer"} if op == "user_role" else {}
    told = await asyncio.gather(
        *(
            run_as_json(harness.service, AKI, op, {"name": name, **more})
            for name in ("sato", "eri")
        )
    )
    assert sorted("ok" in one for one in told) == [False, True]
    assert [one.role for one in (await harness.store.users()).values()].count(ADMIN) == 1


async def test_who_may_less_than_before_keeps_no_token_that_may_more():
    harness = Harness()
    for name in ("sato", "eri"):
        await harness.service.users.add(AKI, name, "administrator", GOOD)
    for name, role in (("all", "administrator"), ("some", "operator"), ("look", "viewer")):
        await harness.service.api_tokens.create(replace(BROWSER, name="eri"), name, role)
        await harness.service.api_tokens.create(
            replace(BROWSER, name="sato"), f"{name}-2", role
        )
    await harness.service.users.set_role(AKI, "eri", "operator")
    left = {"some", "look", "all-2", "some-2", "look-2"}
    assert (await harness.store.api_tokens()).keys() == left
    await harness.service.users.set_role(AKI, "eri", "administrator")
    assert (await harness.store.api_tokens()).keys() == left


async def test_a_second_step_holds_once_its_code_was_given_back(ask):
    await ask("user_add", name="eri", password=GOOD)
    begun = await ask("user_totp", name="eri")
    assert begun["address"].startswith("otpauth://totp/")
    with pytest.raises(ErrorAnswer, match="invalid: The code is not correct"):
        await ask("user_totp_on", name="eri", code="000 000")
    code = pyotp.TOTP(begun["seed"]).at(ask.harness.time.now)
    kept = await ask("user_totp_on", name="eri", code=code)
    (row,) = await ask("user_list")
    assert (len(kept["codes"]), row["two_steps"], row["recovery"]) == (10, True, 10)
    assert begun["seed"] not in str(vars(ask.harness.store))
    assert [one["name"] for one in await ask("secret_list")] == []
    await ask("user_totp_off", name="eri")
    assert (await ask("user_list"))[0]["two_steps"] is False


async def test_a_token_is_shown_once(ask):
    made = await ask("token_new", name="ci", role="operator", days=30)
    assert made["token"].startswith("nrs_")
    rows = {row["name"]: row for row in await ask("token_list")}
    assert (rows["ci"]["ended"], rows["ci"]["programs"]) == (False, False)
    assert made["token"] not in json.dumps([rows, await ask("audit")])
    assert await ask("token_revoke", name="ci") == "ci"
    with pytest.raises(ErrorAnswer, match="not found: There is no API token “ci”"):
        await ask("token_revoke", name="ci")


async def test_what_changes_something_is_written_down_with_before_and_after(ask):
    await apply_definitions(ask)
    await ask("send", to=["ops"], subject="s", text=CANARY)
    (one,) = await ask("queue_list")
    await ask("queue_hold", id=one["id"])
    held, sent, first = await ask("audit")
    assert (held["op"], held["given"]) == ("queue_hold", {"id": one["id"]})
    assert (held["before"]["state"], held["after"]["state"]) == ("waiting", "held")
    assert (sent["op"], sent["after"]) == ("send", {"ids": [one["id"]]})
    assert (first["op"], first["before"], first["after"]["version"]) == (
        "apply",
        {"version": 0},
        1,
    )


async def test_looking_and_refusals_are_not_written_down(ask):
    await ask("status")
    await ask("export")
    with pytest.raises(ErrorAnswer):
        await ask("queue_hold", id="nothing")
    assert await ask("audit") == []


async def test_no_secret_is_in_the_audit_log(ask):
    await apply_definitions(ask)
    await ask("set_secret", name="app", value=CANARY)
    await ask("user_add", name="eri", password=CANARY)
    await ask("user_password", name="eri", password=CANARY + "2")
    await ask("send", to=["ops"], subject="s", text=CANARY)
    assert CANARY not in json.dumps(await ask("audit"))
    kept = next(row for row in await ask("audit") if row["op"] == "set_secret")
    assert (kept["before"], kept["after"]) == ({"kept": False}, {"kept": True})


async def test_who_asks_by_which_door_is_in_it(ask):
    given = {"name": "x", "value": CANARY}
    assert "ok" in await run_as_json(ask.harness.service, BROWSER, "set_secret", given)
    (row,) = await ask("audit")
    assert (row["who"], row["door"], row["address"]) == ("sato", "web", "192.0.2.7")


@pytest.mark.parametrize(
    ("op", "given"),
    [("user_add", {"name": "eri"}), ("token_new", {"name": "ci"}), ("backup", {"path": "/x"})],
)
async def test_who_may_do_it_all_the_same_gives_the_password_once_more(ask, op, given):
    told = await run_as_json(ask.harness.service, BROWSER, op, given)
    assert told["error"] == "password" and told["words"]["ja"] != told["words"]["en"]
    assert await ask("audit") == []
    assert AKI.reauthenticated


async def test_definitions_without_a_program_need_no_password(ask):
    told = await run_as_json(ask.harness.service, BROWSER, "apply", {"documents": documents()})
    assert told["ok"]["version"] == 1


async def chained(harness):
    """Of eri a token that made one, which made one, and of each a viewer's beside."""
    for name in ("sato", "eri"):
        await harness.service.users.add(AKI, name, "administrator", GOOD)
    await harness.service.api_tokens.create(
        replace(BROWSER, name="eri"), "one", ADMIN, programs=True
    )
    for maker, made in (("one", "two"), ("two", "three")):
        by = Person(maker, roles_up_to(ADMIN), "api")
        await harness.service.api_tokens.create(by, made, ADMIN, programs=True)
        await harness.service.api_tokens.create(by, f"{made}-look", "viewer")
    await harness.service.api_tokens.create(
        replace(BROWSER, name="sato"), "other", ADMIN, programs=True
    )


@pytest.mark.parametrize(
    ("op", "args"),
    [
        pytest.param("user_remove", {"name": "eri"}, id="who is removed"),
        pytest.param("user_role", {"name": "eri", "role": "operator"}, id="who is demoted"),
        pytest.param("token_revoke", {"name": "one"}, id="a token that is revoked"),
    ],
)
async def test_with_a_maker_ends_whatever_was_made_by_what_they_made(op, args):
    harness = Harness()
    await chained(harness)
    told = await run_as_json(harness.service, AKI, op, args)
    assert "ok" in told, told
    assert (await harness.store.api_tokens()).keys() == {"other"}
    (row,) = [one for one in await harness.store.audit_log() if one.op == op]
    assert set(row.before["api_tokens"]) >= {"two", "two-look", "three", "three-look"}


async def test_no_token_outlives_its_makers_wherever_a_removal_is_cut_off():
    for left in range(6):
        harness = Harness(Dies())
        harness.store.left = -1
        await chained(harness)
        harness.store.left = left
        with pytest.raises(RuntimeError, match="killed"):
            await harness.service.users.remove(AKI, "eri")
        kept = set(await harness.store.api_tokens()) - {"other"}
        assert "eri" in await harness.store.users()
        for made, maker in (("three", "two"), ("two", "one"), ("two-look", "one")):
            assert made not in kept or maker in kept


async def test_a_token_whose_maker_is_gone_opens_nothing_even_if_there_is_one_of_that_name_again():
    """As a release before this one left them."""
    harness = Harness()
    by = Person("one", roles_up_to(ADMIN), "api")
    await harness.service.api_tokens.create(AKI, "one", ADMIN, programs=True)
    made = await harness.service.api_tokens.create(by, "two", ADMIN)
    assert (await harness.people.of_token(made.token, "192.0.2.1")).name == "two"
    await harness.store.drop_api_token("one")
    assert await harness.people.of_token(made.token, "192.0.2.1") is None
    harness.time.pass_by(seconds=1)
    await harness.service.api_tokens.create(AKI, "one", ADMIN, programs=True)
    assert await harness.people.of_token(made.token, "192.0.2.1") is None
    rows = {row.name: row.ended for row in await harness.service.api_tokens.list(AKI)}
    assert rows == {"one": False, "two": True}


async def test_who_was_removed_a_moment_ago_makes_no_token():
    harness = Harness()
    await chained(harness)
    await harness.service.users.remove(AKI, "eri")
    for who in (
        replace(BROWSER, name="eri", reauthenticated=True),
        Person("one", roles_up_to(ADMIN), "api"),
    ):
        told = await run_as_json(harness.service, who, "token_new", {"name": "late"})
        assert told["error"] == "forbidden"
    assert (await harness.store.api_tokens()).keys() == {"other"}
