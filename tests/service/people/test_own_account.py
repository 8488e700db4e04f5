"""One's own password and second step: by the password each time, and nobody else's."""

import pyotp
import pytest

from noroshi.core.roles import VIEWER
from noroshi.service import Person, run_as_json
from noroshi.service.operation import roles_up_to
from tests.service.clients import ErrorAnswer
from tests.service.harness import AKI

GOOD, BETTER = "correct horse battery", "a better horse battery"
ERI = Person("eri", roles_up_to(VIEWER), "web", "192.0.2.7", reauthenticated=False)


@pytest.fixture
async def eri(ask):
    await ask("user_add", name="eri", password=GOOD)

    async def do(op, who=ERI, **args):
        return await run_as_json(ask.harness.service, who, op, args)

    return do


async def test_a_viewer_changes_their_own_password(eri, ask):
    inside = await ask.harness.people.log_in("eri", GOOD, "192.0.2.9")
    assert (await eri("own_password", old=GOOD, new=BETTER)) == {"ok": "eri"}
    assert await ask.harness.people.of_session(inside.key, "192.0.2.9") is None
    assert (await ask.harness.people.log_in("eri", BETTER, "192.0.2.9")).key
    (row,) = [one for one in await ask("audit") if one["op"] == "own_password"]
    assert row["given"] == {} and row["after"] == {"user": "eri"}


async def test_without_the_old_password_nothing_is_changed(eri, ask):
    told = await eri("own_password", old="wrong horse battery", new=BETTER)
    assert told["error"] == "forbidden"
    assert (await eri("own_password", old=GOOD, new="short"))["problems"][0]["where"] == "new"
    assert (await ask.harness.people.log_in("eri", GOOD, "192.0.2.9")).key


async def test_guessing_ones_own_password_takes_as_long_as_at_the_log_in(eri):
    told = [await eri("own_password", old=str(n), new=BETTER) for n in range(7)]
    assert [one["error"] for one in told[-1:]] == ["trouble"]


async def test_somebody_elses_account_is_no_ones_own(eri):
    assert (await eri("own_totp_off", password=GOOD, name="boss"))["error"] == "forbidden"


async def test_without_a_browser_one_says_whose_and_proves_it(eri, ask):
    with pytest.raises(ErrorAnswer, match="invalid: Specify the account"):
        await ask("own_password", old=GOOD, new=BETTER)
    assert await ask("own_password", old=GOOD, new=BETTER, name="eri") == "eri"
    assert (await eri("own_totp_on", AKI, code="000000", name="eri"))["error"] == "forbidden"


async def test_a_second_step_is_turned_on_and_off_by_whoever_has_it(eri, ask):
    begun = (await eri("own_totp", password=GOOD))["ok"]
    code = pyotp.TOTP(begun["seed"]).at(ask.harness.time.now)
    assert len((await eri("own_totp_on", code=code))["ok"]["codes"]) == 10
    assert (await eri("own_account"))["ok"]["two_steps"] is True
    assert (await eri("own_totp_off", password="no horse at all"))["error"] == "forbidden"
    assert await eri("own_totp_off", password=GOOD) == {"ok": "eri"}
    assert (await eri("own_account"))["ok"]["two_steps"] is False


async def test_a_second_step_is_not_turned_off_by_a_password_alone(eri, ask):
    code = pyotp.TOTP((await eri("own_totp", password=GOOD))["ok"]["seed"])
    await eri("own_totp_on", code=code.at(ask.harness.time.now))
    token = Person("ci", roles_up_to(VIEWER), "api", "192.0.2.7", reauthenticated=False)
    for op in ("own_totp_off", "own_totp"):
        told = await eri(op, token, password=GOOD, name="eri")
        assert told["error"] == "forbidden" and "in the browser" in told["words"]["en"]
    assert (await eri("own_account"))["ok"]["two_steps"] is True
    assert await ask("own_totp_off", password=GOOD, name="eri") == "eri"


async def test_a_password_is_not_changed_past_a_second_step_by_a_token(eri, ask):
    code = pyotp.TOTP((await eri("own_totp", password=GOOD))["ok"]["seed"])
    await eri("own_totp_on", code=code.at(ask.harness.time.now))
    token = Person("ci", roles_up_to(VIEWER), "api", "192.0.2.7", reauthenticated=False)
    told = await eri("own_password", token, old=GOOD, new=BETTER, name="eri")
    assert told["error"] == "forbidden" and "in the browser" in told["words"]["en"]
    assert (await eri("own_password", old=GOOD, new=BETTER)) == {"ok": "eri"}
