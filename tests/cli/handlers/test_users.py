"""`noroshi user`, `token` and `audit`, as a person types them."""

import json

import pyotp
import pytest

from noroshi.core.people import Audited
from noroshi.people import AuthenticationError
from noroshi.service import run_as_json
from tests.cli.command_process import a_node, typed
from tests.service.harness import AKI, CANARY, Harness, documents


@pytest.fixture
async def harness(tmp_path):
    found = Harness()
    async with a_node(tmp_path, found.service):
        yield found


async def test_a_user_is_added_and_listed_in_the_persons_language(harness, tmp_path):
    told = await typed("user", "add", "eri", "--role", "operator", home=tmp_path)
    assert told.code == 0 and "/start" in told.out and "operator" in told.out
    told = await typed("--lang", "ja", "user", "list", home=tmp_path)
    head, row = (line.split() for line in told.out.splitlines())
    assert row[head.index("パスワード")] == "未設定" and row[head.index("権限")] == "運用担当"
    told = await typed("user", "role", "eri", "viewer", home=tmp_path)
    assert told.out == "“eri” now has the role viewer.\n"
    assert (await typed("user", "remove", "eri", home=tmp_path)).code == 0
    assert "There are no users yet" in (await typed("user", "list", home=tmp_path)).out


async def test_a_password_comes_from_a_file_and_is_shown_nowhere(harness, tmp_path):
    argv = ("user", "add", "eri", "--password-file", "-")
    told = await typed(*argv, home=tmp_path, given=f"{CANARY}\n")
    assert told.out == "“eri” (viewer) can log in.\n"
    user = (await harness.store.users())["eri"]
    assert await harness.people.passwords.is_right(user.password, CANARY)
    told = await typed("audit", home=tmp_path)
    assert "user_add" in told.out and "this computer" in told.out and CANARY not in told.out


async def test_a_second_step_is_set_up_at_a_terminal(harness, tmp_path, terminal):
    await typed("user", "add", "eri", home=tmp_path)
    async with terminal(tmp_path, "user", "totp", "eri") as person:
        await person.until("Current code: ")
        seed = person.seen.partition("secret=")[2].partition("&")[0]
        code = pyotp.TOTP(seed).at(harness.time.now)
        await person.type("", f"{code}\n")
        await person.until("recovery codes")
        assert await person.process.wait() == 0
    assert (await harness.store.users())["eri"].two_steps
    assert (await typed("user", "totp", "eri", "--off", home=tmp_path)).code == 0


async def test_a_token_is_made_listed_and_revoked(harness, tmp_path):
    told = await typed("token", "new", "ci", "--days", "0", "--json", home=tmp_path)
    assert json.loads(told.out)["token"].startswith("nrs_")
    told = await typed("--lang", "ja", "token", "list", home=tmp_path)
    assert "失効させるまで" in told.out and "(このコンピューター)" in told.out
    assert (await typed("token", "revoke", "ci", home=tmp_path)).code == 0
    assert (await typed("token", "revoke", "ci", home=tmp_path)).code == 5


async def test_ones_own_password_is_changed_with_the_old_one(harness, tmp_path):
    better, file = "a better horse battery", tmp_path / "new"
    file.write_text(better)
    await typed(
        "user", "add", "eri", "--password-file", "-", home=tmp_path, given=f"{CANARY}\n"
    )
    argv = ("user", "own-password", "eri", "--new-password-file", str(file))
    told = await typed(*argv, "--password-file", "-", home=tmp_path, given="wrong\n")
    assert told.code == 5 and "incorrect" in told.err
    told = await typed(*argv, "--password-file", "-", home=tmp_path, given=f"{CANARY}\n")
    assert told.code == 0 and "“eri” was changed" in told.out
    user = (await harness.store.users())["eri"]
    assert await harness.people.passwords.is_right(user.password, better)


async def test_ones_own_second_step_is_set_up_at_a_terminal_and_ended(
    harness, tmp_path, terminal
):
    file = tmp_path / "password"
    file.write_text(CANARY)
    await typed("user", "add", "eri", "--password-file", str(file), home=tmp_path)
    argv = ("user", "own-totp", "eri", "--password-file", str(file))
    async with terminal(tmp_path, *argv) as person:
        await person.until("Current code: ")
        seed = person.seen.partition("secret=")[2].partition("&")[0]
        await person.type("", f"{pyotp.TOTP(seed).at(harness.time.now)}\n")
        await person.until("recovery codes")
        assert await person.process.wait() == 0
    assert (await harness.store.users())["eri"].two_steps
    assert (await typed(*argv, "--off", home=tmp_path)).code == 0
    assert not (await harness.store.users())["eri"].two_steps


async def test_who_was_refused_is_told_with_the_reason(harness, tmp_path):
    for _ in range(3):
        with pytest.raises(AuthenticationError):
            await harness.people.log_in("nobody", "wrong", "192.0.2.7")
    harness.time.pass_by(minutes=10)
    with pytest.raises(AuthenticationError):
        await harness.people.log_in("nobody", "wrong", "192.0.2.7")
    told = (await typed("audit", home=tmp_path)).out
    assert told.count("unknown (browser 192.0.2.7)") == 2 and "nobody" not in told
    assert "refused: The user name or password is incorrect." in told
    assert told.rstrip().endswith("(2 earlier refusals not listed)")


async def test_what_was_changed_is_told_field_by_field_in_both_languages(harness, tmp_path):
    await typed("user", "add", "eri", home=tmp_path)
    await typed("user", "role", "eri", "operator", home=tmp_path)
    told = (await typed("audit", home=tmp_path)).out
    assert (
        "User's role changed (user_role)" in told
        and "Role: viewer → operator" in told
        and "this computer" in told
    )
    told = (await typed("--lang", "ja", "audit", home=tmp_path)).out
    assert "権限: 閲覧者 → 運用担当" in told and "このコンピューター" in told
    assert "{" not in told
    (newest, *_) = json.loads((await typed("audit", "--json", home=tmp_path)).out)
    assert (newest["before"]["role"], newest["after"]["role"]) == ("viewer", "operator")


async def test_who_took_care_of_an_alarm_is_told_as_on_the_page(harness, tmp_path):
    entry = Audited(
        at=harness.time.now,
        who="aki",
        door="web",
        address="",
        op="alarm_acknowledge",
        before={"": None},
        after={"": "aki"},
    )
    await harness.store.audit(entry)
    assert "~ Acknowledged by: nobody → aki" in (await typed("audit", home=tmp_path)).out


async def apply(harness, **given):
    assert "ok" in await run_as_json(harness.service, AKI, "apply", given)


async def test_a_change_of_definitions_is_told_with_its_place(harness, tmp_path):
    await apply(harness, documents=documents())
    await apply(harness, documents=documents(contacts__ops={"addresses": ["new@x.example"]}))
    told = (await typed("--lang", "ja", "audit", home=tmp_path)).out
    assert "~ 通知先「ops」 › メール アドレス: " in told and " → " in told


async def test_what_changed_nothing_is_not_in_the_log(harness, tmp_path):
    for _ in range(2):
        await apply(harness, documents=documents())
    told = (await typed("--lang", "ja", "audit", home=tmp_path)).out
    assert told.count("定義の取り込み (apply)") == 1


async def test_what_was_given_obeys_no_terminal(harness, tmp_path):
    await apply(harness, documents=documents(), note="a\x1b[2Jb")
    told = (await typed("audit", home=tmp_path)).out
    assert "\x1b" not in told and "[2Jb" in told
