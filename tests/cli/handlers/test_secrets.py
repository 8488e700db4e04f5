"""`noroshi secret set` at a terminal: asked twice, shown never."""

import pytest

from noroshi.core.roles import ADMIN
from noroshi.ports import Document
from noroshi.service import Person
from noroshi.service.operation import roles_up_to
from noroshi.vault import Secret
from tests.cli.command_process import a_node, typed
from tests.service.harness import AKI, CANARY, CONTENT, OLD_SECRET, Harness, documents


@pytest.fixture
async def harness(tmp_path):
    found = Harness()
    await found.service.definitions.apply(AKI, tuple(Document(**one) for one in documents()))
    async with a_node(tmp_path, found.service):
        yield found


async def test_a_person_is_asked_twice_and_sees_nothing_of_it(harness, tmp_path, terminal):
    async with terminal(tmp_path, "secret", "set", "relay") as person:
        await person.type("Enter the secret for “relay”: ", f"  {CANARY} \n")
        await person.type("Enter it again: ", f"  {CANARY} \n")
        await person.until("“relay” is stored in the vault.")
        assert await person.process.wait() == 0
    assert CANARY not in person.seen
    # A password may begin and end with a blank.
    assert (await harness.vault.get("relay")).reveal() == f"  {CANARY} "


async def test_two_that_are_not_the_same_are_not_kept(harness, tmp_path, terminal):
    async with terminal(tmp_path, "secret", "set", "relay") as person:
        await person.type("Enter the secret for “relay”: ", f"{CANARY}\n")
        await person.type("Enter it again: ", "another\n")
        await person.until("The entries do not match, so nothing was saved.")
        assert await person.process.wait() == 3
    assert await harness.vault.names() == []


async def test_who_ends_the_input_at_the_prompt_has_entered_nothing(
    harness, tmp_path, terminal
):
    async with terminal(tmp_path, "secret", "set", "relay") as person:
        await person.type("Enter the secret for “relay”: ", "\x04")
        await person.until("Nothing was entered")
        assert await person.process.wait() == 3
    assert await harness.vault.names() == []


@pytest.mark.parametrize(
    ("name", "language", "said"),
    [
        (
            "app",
            "en",
            "Cannot prompt for the client secret without a terminal: use --file FILE",
        ),
        ("app", "ja", "端末がないため、クライアント シークレットを入力できません。"),
        ("relay", "en", "Cannot prompt for the secret without a terminal: use --file FILE"),
    ],
)
async def test_without_a_terminal_it_is_called_what_it_is(
    harness, tmp_path, name, language, said
):
    told = await typed("secret", "set", name, "--lang", language, home=tmp_path)
    assert told.code == 3 and said in told.err


async def test_a_file_of_notepad_and_one_that_is_no_utf_8(harness, tmp_path):
    (tmp_path / "bom").write_text(f"{CANARY}\n", encoding="utf-8-sig")
    (tmp_path / "sjis").write_bytes("狼煙".encode("cp932"))
    argv = ("secret", "set", "relay", "--file")
    assert (await typed(*argv, str(tmp_path / "bom"), home=tmp_path)).code == 0
    assert (await harness.vault.get("relay")).reveal() == CANARY
    said = await typed(*argv, str(tmp_path / "sjis"), home=tmp_path)
    assert said.code == 3
    assert "it is not text in UTF-8" in said.err


async def test_a_name_that_nobody_has_is_told_with_the_one_that_was_likely_meant(
    harness, tmp_path
):
    argv = ("secret", "set", "ap", "--file", "-")
    told = await typed(*argv, home=tmp_path, given=CANARY)
    assert told.code == 0
    assert told.out.splitlines()[1] == (
        "No route or account uses this entry yet (did you mean app?)."
    )


async def test_a_name_near_to_one_that_is_kept_already_is_told_of_it_too(harness, tmp_path):
    await harness.vault.put("app", Secret(CANARY))
    told = await typed("secret", "set", "app2", "--file", "-", home=tmp_path, given=CANARY)
    assert "(did you mean app?)" in told.out


async def test_an_app_s_secret_is_told_with_what_its_server_says_of_it(harness, tmp_path):
    argv = ("secret", "set", "app", "--file", "-")
    told = await typed(*argv, home=tmp_path, given=CANARY)
    taken = "The sign-in server accepts the secret of account “box”.\n"
    assert (told.code, told.out) == (0, f"“app” is stored in the vault.\n{taken}")
    assert "Checking the new value with the sign-in server" in told.err


async def test_an_ended_secret_that_is_the_first_one_is_kept_and_called_ended(
    harness, tmp_path
):
    argv = ("secret", "set", "app", "--file", "-")
    told = await typed(*argv, home=tmp_path, given=OLD_SECRET)
    assert told.code == 1
    assert (
        "The secret cannot be used for account “box”: The client secret has expired."
        in told.out
    )


async def test_a_refused_secret_takes_a_good_one_s_place_only_by_force(harness, tmp_path):
    await harness.vault.put("app", Secret(CANARY))
    argv = ("secret", "set", "app", "--file", "-")
    told = await typed(*argv, home=tmp_path, given=OLD_SECRET)
    assert told.code == 1 and "“app” in the vault is unchanged" in told.err
    assert (await harness.vault.get("app")).reveal() == CANARY
    told = await typed(*argv, "--force", home=tmp_path, given=OLD_SECRET)
    assert told.code == 1 and "has expired" in told.out
    assert (await harness.vault.get("app")).reveal() == OLD_SECRET


async def test_a_new_secret_s_day_of_end_is_asked_about(harness, tmp_path):
    box = CONTENT["accounts/box"] | {"secret_ends": "2027-01-31"}
    changed = documents(accounts__box=box)
    await harness.service.definitions.apply(AKI, tuple(Document(**one) for one in changed))
    argv = ("secret", "set", "app", "--file", "-", "--lang", "ja")
    told = await typed(*argv, home=tmp_path, given="first")
    assert "secret_ends" not in told.out
    told = await typed(*argv, home=tmp_path, given=CANARY)
    assert "secret_ends (シークレットの有効期限) は 2027-01-31 のままです" in told.out


async def test_a_new_secret_s_day_is_written_down_with_it(harness, tmp_path):
    argv = ("secret", "set", "app", "--file", "-", "--ends")
    told = await typed(*argv, "2027-03-01", home=tmp_path, given=CANARY)
    assert told.code == 0 and "Account “box”: its secret expires on 2027-03-01" in told.out
    found = await harness.service.edits.read(AKI, keys=("accounts/box",))
    assert found.documents["accounts/box"]["secret_ends"] == "2027-03-01"
    again = await typed(*argv, "2027-03-01", home=tmp_path, given=CANARY)
    assert again.code == 0 and "still has" not in again.out
    assert (await harness.store.current()).number == found.version


@pytest.mark.parametrize(
    ("name", "day", "said"),
    [
        pytest.param("app", "2020-01-31", "2020-01-31 has already passed", id="over"),
        pytest.param("app", "soon", "use a format such as", id="no day"),
        pytest.param("relay", "2027-01-31", "no account uses “relay”", id="nobody's"),
    ],
)
async def test_a_day_that_cannot_be_keeps_the_secret_out(harness, tmp_path, name, day, said):
    argv = ("secret", "set", name, "--file", "-", "--ends", day)
    told = await typed(*argv, home=tmp_path, given=CANARY)
    assert told.code == 3 and said in told.err
    assert await harness.vault.names() == []


async def test_a_day_is_not_written_down_for_a_secret_that_is_refused(harness, tmp_path):
    await harness.vault.put("app", Secret(CANARY))
    argv = ("secret", "set", "app", "--file", "-", "--ends", "2027-03-01")
    assert (await typed(*argv, home=tmp_path, given=OLD_SECRET)).code == 1
    found = await harness.service.edits.read(AKI, keys=("accounts/box",))
    assert "secret_ends" not in found.documents["accounts/box"]


TOKEN = Person("ci", roles_up_to(ADMIN), "api", "192.0.2.7", reauthenticated=False)
CLOUD = {
    "token_endpoint": "https://evil.example/token",
    "authorization_endpoint": "https://evil.example/authorize",
    "scope": "mail",
    "app_scope": "mail",
    "smtp_host": "mail.example.com",
}
LED = {"clouds__own": CLOUD, "accounts__box": CONTENT["accounts/box"] | {"cloud": "own"}}


async def led(harness):
    changed = tuple(Document(**one) for one in documents(**LED))
    await harness.service.definitions.apply(TOKEN, changed)


@pytest.mark.parametrize(("said", "kept"), [("n\n", False), ("\x04", False), ("y\n", True)])
async def test_where_a_token_led_it_is_asked_about_first(
    harness, tmp_path, said, kept, terminal
):
    await led(harness)
    async with terminal(tmp_path, "secret", "set", "app") as person:
        await person.type("Enter the client secret for “app”: ", f"{CANARY}\n")
        await person.type("Enter it again: ", f"{CANARY}\n")
        await person.until("evil.example:443. API token ci chose this destination")
        await person.type("Allow this destination? [y/N] ", said)
        await person.until("is stored in the vault" if kept else "Nothing was saved")
        await person.process.wait()
    assert ("app" in await harness.vault.names()) is kept


async def test_a_script_says_where_it_may_go(harness, tmp_path):
    await led(harness)
    (tmp_path / "new").write_text(CANARY, encoding="utf-8")
    argv = ("secret", "set", "app", "--file", str(tmp_path / "new"))
    refused = await typed(*argv, home=tmp_path)
    assert refused.code == 5 and "--to HOST:PORT" in refused.err
    assert "app" not in await harness.vault.names()
    assert (await typed(*argv, "--to", "evil.example:443", home=tmp_path)).code in (0, 1)
    assert "app" in await harness.vault.names()


async def test_entries_are_listed_and_removed(harness, tmp_path):
    await harness.vault.put("relay", Secret(CANARY))
    told = await typed("secret", "list", home=tmp_path)
    assert [line.split() for line in told.out.splitlines()[1:]] == [
        ["app", "no:", "noroshi", "secret", "set", "app", "accounts/box"],
        ["relay", "yes", "none"],
    ]
    assert (await typed("secret", "remove", "relay", home=tmp_path)).code == 0
    assert await harness.vault.names() == []
    told = await typed("secret", "remove", "relay", home=tmp_path)
    assert (told.code, "The vault has no entry “relay”" in told.err) == (5, True)
