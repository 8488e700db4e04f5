"""Who is let in: passwords, second steps, sessions that end, tokens, and how often one may try."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from argon2 import PasswordHasher

from noroshi.core.login_throttle import LONGEST_WAIT
from noroshi.core.people import IDLE, LONGEST, ApiToken, User
from noroshi.core.roles import ADMIN, VIEWER
from noroshi.people import AuthenticationError, People, random_keys
from noroshi.people.authentication import SEED
from noroshi.people.passwords import Passwords, password_problem
from noroshi.people.stored_throttle import NOTE
from noroshi.ports import Clocks
from noroshi.stores.memory.store import MemoryStore
from noroshi.testing import FaultyStore, ManualClocks
from noroshi.vault import Box, Secret, Vault

GOOD, HERE, ELSEWHERE = "correct horse battery", "192.0.2.1", "198.51.100.77"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class House:
    def __init__(self):
        self.time, self.store = ManualClocks(), MemoryStore()
        self.vault = Vault(self.store, Box(Secret("5a" * 32)))
        self.people = People(self.store, self.vault, self.time.clocks, Passwords(CHEAP))

    async def add(self, name="sato", role=ADMIN, **given):
        text = await self.people.passwords.hash(GOOD)
        user = User(name=name, role=role, made=self.time.now, password=text, **given)
        assert await self.store.put_user(user, None)
        return user

    async def with_steps(self):
        seed, (code, hashes) = (
            pyotp.random_base32(),
            (("AAAA-BBBB",), (random_keys.hashed_code("AAAABBBB"),)),
        )
        await self.vault.put(SEED.format(name="sato"), Secret(seed))
        await self.add(two_steps=True, recovery=hashes)
        return pyotp.TOTP(seed), code[0]

    async def who(self, key):
        return await self.people.of_session(key, HERE)


@pytest.fixture
def house():
    return House()


async def test_the_right_password_opens_a_session(house):
    await house.add()
    inside = await house.people.log_in("sato", GOOD, HERE)
    person = await house.who(inside.key)
    assert (person.name, person.door, person.address, person.reauthenticated) == (
        "sato",
        "web",
        HERE,
        False,
    )
    assert ADMIN in person.roles


@pytest.mark.parametrize(("name", "password"), [("sato", "wrong horse battery"), ("eri", GOOD)])
async def test_a_wrong_password_and_an_unknown_name_are_told_alike(house, name, password):
    await house.add()
    with pytest.raises(AuthenticationError) as told:
        await house.people.log_in(name, password, HERE)
    assert told.value.words.en == "The user name or password is incorrect."


async def test_an_unknown_name_costs_the_same_work(house):
    verified = []

    class Counting(PasswordHasher):
        def verify(self, hash, password):
            verified.append(hash[:25])
            return super().verify(hash, password)

    people = People(house.store, house.vault, house.time.clocks, Passwords(Counting()))
    await house.add()
    for name in ("sato", "eri"):
        with pytest.raises(AuthenticationError):
            await people.log_in(name, "wrong horse battery", HERE)
    assert len(verified) == 2


async def test_the_key_of_a_session_is_nowhere_in_the_store(house):
    await house.add()
    inside = await house.people.log_in("sato", GOOD, HERE)
    assert inside.key not in str(vars(house.store))


async def test_a_session_ends_when_nothing_is_asked_for_a_while(house):
    await house.add()
    key = (await house.people.log_in("sato", GOOD, HERE)).key
    house.time.pass_by(minutes=59)
    assert await house.who(key)
    house.time.pass_by(minutes=59)
    assert await house.who(key)
    house.time.pass_by(seconds=IDLE.total_seconds())
    assert await house.who(key) is None


async def test_what_a_page_asks_by_itself_does_not_make_a_session_last(house):
    await house.add()
    key = (await house.people.log_in("sato", GOOD, HERE)).key
    house.time.pass_by(minutes=59)
    assert await house.people.of_session(key, HERE, is_present=False)
    house.time.pass_by(minutes=1)
    assert await house.who(key) is None


async def test_a_session_ends_in_any_case_after_a_day_of_work(house):
    await house.add()
    key = (await house.people.log_in("sato", GOOD, HERE)).key
    for _ in range(LONGEST // timedelta(minutes=50)):
        house.time.pass_by(minutes=50)
        assert await house.who(key)
    house.time.pass_by(minutes=50)
    assert await house.who(key) is None


async def test_who_logs_out_is_out(house):
    await house.add()
    key = (await house.people.log_in("sato", GOOD, HERE)).key
    await house.people.log_out(key)
    assert await house.who(key) is None


async def test_a_log_in_ends_the_session_before_it_and_takes_another_key(house):
    await house.add()
    first = (await house.people.log_in("sato", GOOD, HERE)).key
    second = (await house.people.log_in("sato", GOOD, HERE, first)).key
    assert first != second and await house.who(first) is None and await house.who(second)


async def test_with_a_second_step_the_password_alone_opens_nothing(house):
    totp, _ = await house.with_steps()
    half = await house.people.log_in("sato", GOOD, HERE)
    assert half.half and await house.who(half.key) is None
    inside = await house.people.second_step(half.key, totp.at(house.time.now), HERE)
    assert inside.key != half.key and await house.who(inside.key)
    with pytest.raises(AuthenticationError):
        await house.people.second_step(half.key, totp.at(house.time.now), HERE)


async def test_a_code_is_good_once(house):
    totp, _ = await house.with_steps()
    for good in (True, False):
        half = await house.people.log_in("sato", GOOD, HERE)
        code = totp.at(house.time.now)
        if good:
            await house.people.second_step(half.key, code, HERE)
        else:
            with pytest.raises(AuthenticationError, match="already been used"):
                await house.people.second_step(half.key, code, HERE)


async def test_a_code_before_the_one_that_was_used_is_good_for_nothing(house):
    """It is in time for half a minute more: whoever looked on has it."""
    totp, _ = await house.with_steps()
    before = totp.at(house.time.now - timedelta(seconds=30))
    half = await house.people.log_in("sato", GOOD, HERE)
    await house.people.second_step(half.key, totp.at(house.time.now), HERE)
    half = await house.people.log_in("sato", GOOD, HERE)
    with pytest.raises(AuthenticationError, match="already been used"):
        await house.people.second_step(half.key, before, HERE)


async def test_a_recovery_code_is_good_once_however_it_is_typed(house):
    _, code = await house.with_steps()
    half = await house.people.log_in("sato", GOOD, HERE)
    assert await house.people.second_step(half.key, code.lower().replace("-", " "), HERE)
    half = await house.people.log_in("sato", GOOD, HERE)
    with pytest.raises(AuthenticationError):
        await house.people.second_step(half.key, code, HERE)


async def test_the_second_step_may_not_take_long(house):
    totp, _ = await house.with_steps()
    half = await house.people.log_in("sato", GOOD, HERE)
    house.time.pass_by(minutes=5)
    with pytest.raises(AuthenticationError, match="inactive for a while"):
        await house.people.second_step(half.key, totp.at(house.time.now), HERE)


async def failing(house, name="sato", address=ELSEWHERE, times=1):
    """As often as that without the right password; how many were not even looked at."""
    waits = 0
    for _ in range(times):
        with pytest.raises(AuthenticationError) as told:
            await house.people.log_in(name, "wrong", address)
        waits += "Too many" in str(told.value)
    return waits


async def test_who_fails_again_and_again_must_wait_even_with_the_right_password(house):
    await house.add()
    assert await failing(house, address=HERE, times=5) == 0
    with pytest.raises(AuthenticationError, match="Too many") as told:
        await house.people.log_in("sato", GOOD, HERE)
    house.time.pass_by(seconds=told.value.seconds)
    assert await house.people.log_in("sato", GOOD, HERE)


async def test_a_stranger_keeps_nobody_out_who_comes_from_elsewhere(house):
    await house.add()
    assert await failing(house, times=100) > 90
    assert await house.people.log_in("sato", GOOD, HERE)


async def test_a_stranger_at_the_same_address_keeps_nobody_out_of_their_own_browser(house):
    await house.add()
    device_key = (await house.people.log_in("sato", GOOD, HERE)).device_key
    assert await failing(house, address=HERE, times=40) > 30
    with pytest.raises(AuthenticationError, match="Too many"):
        await house.people.log_in("sato", GOOD, HERE)
    assert await house.people.log_in("sato", GOOD, HERE, device_key=device_key)


async def test_a_mark_gives_no_more_attempts_than_an_address(house):
    await house.add()
    device_key = (await house.people.log_in("sato", GOOD, HERE)).device_key
    for _ in range(5):
        with pytest.raises(AuthenticationError, match="is incorrect"):
            await house.people.log_in("sato", "wrong", HERE, device_key=device_key)
    with pytest.raises(AuthenticationError, match="Too many"):
        await house.people.log_in("sato", GOOD, HERE, device_key=device_key)
    assert await house.people.log_in("sato", GOOD, HERE)


@pytest.mark.parametrize("case", ["made up", "another one's", "of an earlier password", "cut"])
async def test_a_mark_that_is_not_theirs_of_today_is_none(house, case):
    user = await house.add()
    await house.add("eri", VIEWER)
    device_key = (await house.people.log_in("sato", GOOD, HERE)).device_key
    marks = {"made up": "a.b", "cut": device_key[:-1], "of an earlier password": device_key}
    marks["another one's"] = (await house.people.log_in("eri", GOOD, HERE)).device_key
    if case == "of an earlier password":
        text = await house.people.passwords.hash(GOOD)
        assert await house.store.put_user(replace(user, password=text), user)
    await failing(house, address=HERE, times=40)
    with pytest.raises(AuthenticationError, match="Too many"):
        await house.people.log_in("sato", GOOD, HERE, device_key=marks[case])


async def test_the_first_step_alone_gives_no_mark(house):
    await house.with_steps()
    assert not (await house.people.log_in("sato", GOOD, HERE)).device_key


async def test_strangers_at_many_addresses_wait_for_one_another_and_nobody_who_came_before(
    house,
):
    await house.add()
    await house.people.log_in("sato", GOOD, HERE)
    waits = [await failing(house, address=f"198.51.100.{n}") for n in range(80)]
    assert sum(waits) == 30
    with pytest.raises(AuthenticationError, match="Too many"):
        await house.people.log_in("sato", GOOD, "203.0.113.9")
    assert await house.people.log_in("sato", GOOD, HERE)
    again = People(house.store, house.vault, house.time.clocks, Passwords(CHEAP))
    for n in range(60):
        with pytest.raises(AuthenticationError):
            await again.log_in("sato", "wrong", f"198.51.100.{n}")
    assert await again.log_in("sato", GOOD, HERE)  # as it stands in the audit log


async def test_an_address_that_tries_many_names_must_wait_and_its_own_people_need_not(house):
    await house.add()
    await house.add("eri", VIEWER)
    await house.people.log_in("eri", GOOD, HERE)
    for number in range(20):
        assert await failing(house, f"name{number}", HERE) == 0
    with pytest.raises(AuthenticationError, match="Too many"):
        await house.people.log_in("sato", GOOD, HERE)
    assert await house.people.log_in("eri", GOOD, HERE)
    assert await house.people.log_in("sato", GOOD, "198.51.100.1")


async def test_a_network_of_ipv6_is_one_address(house):
    await house.add()
    waits = [await failing(house, address=f"2001:db8::{n:x}") for n in range(1, 10)]
    assert sum(waits) == 4
    assert await house.people.log_in("sato", GOOD, "2001:db8:0:1::1")


async def test_nobody_who_is_in_is_kept_from_giving_the_password_once_more(house):
    await house.add()
    key = (await house.people.log_in("sato", GOOD, HERE)).key
    await failing(house, address=HERE, times=30)
    for number in range(60):
        await failing(house, address=f"198.51.100.{number}")
    assert await house.people.verify_password("sato", GOOD, HERE)
    key = (await house.people.reauthenticate(key, GOOD, HERE)).key
    for _ in range(5):
        with pytest.raises(AuthenticationError, match="is incorrect"):
            await house.people.reauthenticate(key, "wrong", HERE)
    with pytest.raises(AuthenticationError, match="Too many"):
        await house.people.reauthenticate(key, GOOD, HERE)


async def test_codes_of_a_second_step_are_counted_wherever_they_come_from(house):
    """Whoever guesses them has the password already."""
    await house.with_steps()
    waits = 0
    for number in range(9):
        half = await house.people.log_in("sato", GOOD, f"198.51.100.{number}")
        with pytest.raises(AuthenticationError) as told:
            await house.people.second_step(half.key, "000000", f"198.51.100.{number}")
        waits += "Too many" in str(told.value)
    assert waits == 4


async def test_many_attempts_at_once_do_not_slip_through(house):
    await house.add()
    told = await asyncio.gather(
        *(house.people.log_in("sato", "wrong", ELSEWHERE) for _ in range(12)),
        return_exceptions=True,
    )
    assert sum("Too many" in str(one) for one in told) == 7


async def test_the_password_once_more_holds_for_a_few_minutes_under_another_key(house):
    await house.add()
    key = (await house.people.log_in("sato", GOOD, HERE)).key
    sure = (await house.people.reauthenticate(key, GOOD, HERE)).key
    assert await house.who(key) is None and (await house.who(sure)).reauthenticated
    house.time.pass_by(minutes=5)
    assert not (await house.who(sure)).reauthenticated
    with pytest.raises(AuthenticationError):
        await house.people.reauthenticate(sure, "wrong", HERE)


async def test_the_code_of_the_first_start_makes_one_administrator(house):
    code = house.people.first_code()
    with pytest.raises(AuthenticationError):
        await house.people.start("AAAA", "sato", GOOD, HERE)
    with pytest.raises(AuthenticationError, match="12 characters"):
        await house.people.start(code, "sato", "short", HERE)
    inside = await house.people.start(code, "sato", GOOD, HERE)
    assert (
        ADMIN in (await house.who(inside.key)).roles and await house.people.has_administrator()
    )
    with pytest.raises(AuthenticationError):
        await house.people.start(code, "eri", GOOD, HERE)


async def test_who_came_in_and_who_chose_a_password_is_in_the_audit_log(house):
    await house.people.start(house.people.first_code(), "sato", GOOD, HERE)
    with pytest.raises(AuthenticationError):
        await house.people.log_in("sato", "wrong", HERE)
    await house.people.log_in("sato", GOOD, HERE)
    rows = [(row.op, row.who, row.address, row.after) for row in await house.store.audit_log()]
    assert rows == [
        ("log_in", "sato", HERE, None),
        ("log_in", "sato", HERE, None),
        ("log_in", "sato", HERE, None),
        ("password_chosen", "sato", HERE, {"role": ADMIN, "first": True}),
    ]


async def test_who_was_not_let_in_is_in_the_audit_log_by_a_name_that_there_is(house):
    """What was typed for a name may be a password, so another name is not kept."""
    await house.with_steps()
    for name in ("sato", GOOD, "sato", "another"):
        with pytest.raises(AuthenticationError):
            await house.people.log_in(name, "wrong", HERE)
    half = (await house.people.log_in("sato", GOOD, HERE)).key
    with pytest.raises(AuthenticationError):
        await house.people.second_step(half, "000000", HERE)
    with pytest.raises(AuthenticationError):
        await house.people.start("AAAA", "sato", GOOD, "192.0.2.2")
    await house.people.of_token("nrs_wrong", HERE)
    rows = (await house.store.audit_log())[::-1]
    assert [(row.op, row.who, row.door) for row in rows] == [
        ("log_in", "sato", "web"),
        ("log_in", "", "web"),
        ("log_in_code", "sato", "web"),
        ("password_chosen", "", "web"),
        ("api_token", "", "api"),
    ]
    assert all(row.refused.en != row.refused.ja for row in rows)
    assert [row.left_out for row in rows] == [0, 0, 2, 0, 0]
    assert GOOD not in str(rows)


async def test_who_waits_for_the_next_try_is_turned_away_without_a_look(house):
    await house.add()
    for _ in range(6):
        with pytest.raises(AuthenticationError):
            await house.people.log_in("sato", "wrong", HERE)
    with pytest.raises(AuthenticationError, match="Too many"):
        await house.people.log_in("sato", GOOD, HERE)
    (row,) = await house.store.audit_log()
    assert row.op == "log_in" and "is incorrect" in row.refused.en


async def test_a_store_that_takes_no_row_lets_nobody_in_all_the_same(house):
    await house.add()
    store = FaultyStore(house.store)
    people = People(store, house.vault, house.time.clocks, Passwords(CHEAP))
    store.read_only = True
    with pytest.raises(AuthenticationError):
        await people.log_in("sato", "wrong", HERE)
    assert await people.of_token("nrs_wrong", HERE) is None


async def test_a_code_for_a_password_is_its_users_own_and_ends(house):
    code, until = random_keys.code(), house.time.now + timedelta(days=1)
    given = {"code": random_keys.hashed_code(code), "code_until": until}
    await house.store.put_user(
        User(name="eri", role=VIEWER, made=house.time.now, **given), None
    )
    house.time.pass_by(days=1)
    with pytest.raises(AuthenticationError):
        await house.people.start(code, "", GOOD, HERE)
    house.time.pass_by(days=-0.5)
    inside = await house.people.start(code, "sato", GOOD, HERE)
    assert (await house.who(inside.key)).name == "eri"


async def test_a_token_holds_until_it_ends(house):
    text = random_keys.token()
    token = ApiToken(
        name="ci",
        role=VIEWER,
        hash=random_keys.hash_of(text),
        by="sato",
        made=house.time.now,
        until=house.time.now + timedelta(days=1),
    )
    await house.store.put_api_token(token)
    person = await house.people.of_token(text, HERE)
    assert (person.name, person.door, person.reauthenticated) == ("ci", "api", False)
    assert await house.people.of_token(text + "x", HERE) is None
    house.time.pass_by(days=1)
    assert await house.people.of_token(text, HERE) is None


async def test_a_token_is_told_from_another_one_of_its_name(house):
    async def made():
        text = random_keys.token()
        token = ApiToken(
            name="ci",
            role=VIEWER,
            hash=random_keys.hash_of(text),
            by="sato",
            made=house.time.now,
        )
        await house.store.put_api_token(token)
        return await house.people.of_token(text, HERE)

    first = await made()
    await house.store.drop_api_token("ci")
    second = await made()
    assert first.name == second.name and first.id and first.id != second.id


@pytest.mark.parametrize("password", ["short", "satosatosato", "aaaaaaaaaaaa", "x" * 257])
def test_some_passwords_are_none(password):
    words = password_problem("sato", password)
    assert words and words.en != words.ja


def test_a_long_sentence_in_any_script_is_a_password():
    assert password_problem("sato", "狼煙を上げる夜明けの見張り番") is None


@pytest.mark.parametrize(
    "change", [{"password": "another"}, {"two_steps": True}], ids=["password", "second step"]
)
async def test_a_log_in_while_the_way_in_is_changed_opens_no_session(house, change):
    user = await house.add()

    class Meanwhile(PasswordHasher):
        """Their password is changed while the old one is looked at."""

        def verify(self, hash, password):
            found = CHEAP.verify(hash, password)
            made = asyncio.run_coroutine_threadsafe(
                house.store.put_user(replace(user, **change), user), loop
            )
            assert made.result()
            return found

    loop = asyncio.get_running_loop()
    people = People(house.store, house.vault, house.time.clocks, Passwords(Meanwhile()))
    with pytest.raises(AuthenticationError):
        await people.log_in("sato", GOOD, HERE)
    assert await house.store.end_sessions(house.time.now, "sato") == 0


async def test_a_session_of_a_clock_that_was_ahead_is_over_and_nobody_is_sure_for_longer(house):
    """It would last, and may run programs, for as long as the clock was ahead."""
    await house.add()
    house.time.jump(days=30)
    inside = await house.people.log_in("sato", GOOD, HERE)
    inside = await house.people.reauthenticate(inside.key, GOOD, HERE)
    assert (await house.who(inside.key)).reauthenticated
    house.time.jump(minutes=-10)
    assert not (await house.who(inside.key)).reauthenticated
    house.time.jump(days=-30)
    assert await house.who(inside.key) is None


async def test_who_has_to_wait_still_has_to_after_a_restart_or_at_another_node(house):
    await house.add()
    await house.add("eri", VIEWER)
    while await failing(house) == 0:
        pass
    others = Clocks(house.time.clocks.wall, lambda: house.time.clocks.steady() + 5000.0)
    again = People(house.store, house.vault, others, Passwords(CHEAP))
    with pytest.raises(AuthenticationError, match="Too many"):
        await again.log_in("sato", GOOD, ELSEWHERE)
    assert await again.log_in("eri", GOOD, HERE)
    assert "sato" not in (await house.store.get_values())[NOTE]


async def test_a_throttle_in_the_store_that_cannot_be_read_keeps_nobody_out(house):
    await house.add()
    await house.store.put_value(NOTE, "}")
    again = People(house.store, house.vault, house.time.clocks, Passwords(CHEAP))
    assert await again.log_in("sato", GOOD, HERE)


async def test_a_clock_that_was_ahead_makes_nobody_wait_for_longer_after_a_restart(house):
    await house.add()
    house.time.jump(days=30)
    while await failing(house) == 0:
        pass
    house.time.jump(days=-30)
    again = People(house.store, house.vault, house.time.clocks, Passwords(CHEAP))
    with pytest.raises(AuthenticationError) as refused:
        await again.log_in("sato", GOOD, ELSEWHERE)
    assert refused.value.seconds <= LONGEST_WAIT
