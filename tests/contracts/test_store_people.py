"""What every store promises of people: users, API tokens, sessions, and what was changed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from noroshi.core.people import IDLE, ApiToken, Audited, Session, User
from tests.contracts.sample_records import DAWN, HOUR, MINUTE

SATO = User(name="sato", role="viewer", made=DAWN, recovery=("a", "b"), code_until=DAWN)


def session(key, user="sato", **given):
    return Session(**{"key": key, "user": user, "begun": DAWN, "seen": DAWN} | given)


async def test_a_user_is_kept_as_given(store):
    assert await store.put_user(SATO, None)
    assert await store.users() == {"sato": SATO}


async def test_a_user_is_written_only_over_what_it_was(store):
    assert await store.put_user(SATO, None)
    assert not await store.put_user(SATO, None)
    once = replace(SATO, recovery=("b",))
    assert await store.put_user(once, SATO)
    assert not await store.put_user(replace(SATO, recovery=("a",)), SATO)
    assert (await store.users())["sato"] == once


async def test_with_a_user_their_sessions_go(store):
    await store.put_user(SATO, None)
    await store.put_session(session("1"))
    await store.put_session(session("2", "aki"))
    assert await store.drop_user("sato") and not await store.drop_user("sato")
    assert await store.session("1") is None and await store.session("2") is not None


@pytest.mark.parametrize("how", [{"password": "$argon2id$new"}, {"two_steps": True}])
async def test_with_another_way_in_the_sessions_go_in_one_step(store, how):
    await store.put_user(SATO, None)
    for key, user in (("1", "sato"), ("2", "sato"), ("3", "aki")):
        await store.put_session(session(key, user))
    assert not await store.put_user(replace(SATO, **how), replace(SATO, role="admin"))
    assert await store.session("1") is not None
    assert await store.put_user(replace(SATO, **how), SATO)
    assert await store.session("1") is None and await store.session("2") is None
    assert await store.session("3") is not None


@pytest.mark.parametrize("how", [{"role": "operator"}, {"step": 7}, {"recovery": ("b",)}])
async def test_what_is_no_other_way_in_leaves_the_sessions(store, how):
    await store.put_user(SATO, None)
    await store.put_session(session("1"))
    assert await store.put_user(replace(SATO, **how), SATO)
    assert await store.session("1") is not None


async def test_whoever_comes_back_under_a_name_has_no_old_session(store):
    await store.put_session(session("1"))
    assert await store.put_user(SATO, None)
    assert await store.session("1") is None


async def test_of_two_tokens_of_a_name_the_first_stays(store):
    one = ApiToken(name="ci", role="viewer", hash="1", by="sato", made=DAWN, until=DAWN)
    assert await store.put_api_token(one)
    assert not await store.put_api_token(replace(one, hash="2"))
    assert await store.api_tokens() == {"ci": one}
    assert await store.drop_api_token("ci") and not await store.drop_api_token("ci")


async def test_a_session_takes_the_place_of_another_in_one_step(store):
    await store.put_session(session("1", half=True))
    assert await store.put_session(session("2"), "1")
    assert not await store.put_session(session("3"), "1")
    assert await store.session("1") is None and await store.session("3") is None
    assert await store.session("2") == session("2")


async def test_sessions_that_are_over_are_forgotten(store):
    await store.put_session(session("old"))
    await store.put_session(session("young", seen=DAWN + HOUR))
    assert await store.end_sessions(DAWN + IDLE - timedelta(seconds=1)) == 0
    assert await store.end_sessions(DAWN + IDLE) == 1
    assert await store.session("young") is not None


async def test_sessions_are_ended_by_key_and_by_user(store):
    for key, user in (("1", "sato"), ("2", "sato"), ("3", "aki")):
        await store.put_session(session(key, user))
    assert await store.end_sessions(DAWN, key="1") == 1
    assert await store.end_sessions(DAWN, "sato") == 1
    assert await store.session("3") is not None


async def test_what_was_changed_is_told_newest_first(store):
    row = Audited(at=DAWN, who="sato", door="web", address="::1", op="a", before={"x": 1})
    await store.audit(row)
    await store.audit(replace(row, op="b", at=DAWN - MINUTE))
    assert [one.op for one in await store.audit_log()] == ["b", "a"]
    assert await store.audit_log(1) == [replace(row, op="b", at=DAWN - MINUTE)]


async def test_old_rows_are_forgotten_a_few_at_a_time_from_the_oldest(store):
    row = Audited(at=DAWN, who="sato", door="web", address="::1", op="a")
    for at in range(5):
        await store.audit(replace(row, op=str(at), at=DAWN + at * MINUTE))
    assert await store.forget_audit(DAWN + 3 * MINUTE, 2) == 2
    assert await store.forget_audit(DAWN + 3 * MINUTE, 2) == 1
    assert await store.forget_audit(DAWN + 3 * MINUTE, 2) == 0
    assert [one.op for one in await store.audit_log()] == ["4", "3"]


async def test_rows_of_a_clock_that_was_ahead_keep_no_old_ones_in_the_audit_log(store):
    row = Audited(at=DAWN, who="sato", door="web", address="", op="a")
    for op, at in (("ahead", DAWN + 9999 * HOUR), ("old", DAWN), ("new", DAWN + HOUR)):
        await store.audit(replace(row, op=op, at=at))
    assert await store.forget_audit(DAWN + MINUTE, 1) == 1
    assert [one.op for one in await store.audit_log()] == ["new", "ahead"]


@pytest.mark.parametrize(
    ("how", "kept"),
    [
        ({}, True),
        ({"step": 7}, True),
        ({"password": "new"}, False),
        ({"two_steps": True}, False),
    ],
)
async def test_nobody_who_was_let_in_by_what_was_changed_since_has_a_session(store, how, kept):
    await store.put_user(SATO, None)
    await store.put_user(replace(SATO, **how), SATO)
    assert await store.put_session(session("1"), "", SATO) == kept
    assert (await store.session("1") is not None) == kept


async def test_nobody_who_was_removed_meanwhile_has_a_session(store):
    await store.put_session(session("half", half=True))
    assert not await store.put_session(session("1"), "half", SATO)
    assert await store.session("half") and await store.session("1") is None


async def test_of_rows_that_say_the_same_no_more_go_than_shall(store):
    row = Audited(at=DAWN, who="sato", door="web", address="", op="a")
    for _ in range(3):
        await store.audit(row)
    assert await store.forget_audit(DAWN + HOUR, 1) == 1
    assert await store.audit_log() == [row] * 2
