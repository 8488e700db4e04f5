"""`noroshi secret set` at a terminal: asked twice, shown never."""

import pytest

from noroshi.ports import Document
from noroshi.vault import Secret
from tests.cli.test_authorize import Terminal
from tests.cli.typed import a_node, typed
from tests.service.desk import AKI, CANARY, Desk, documents


@pytest.fixture
async def desk(tmp_path):
    found = Desk()
    await found.service.apply(AKI, tuple(Document(**one) for one in documents()))
    async with a_node(tmp_path, found.service):
        yield found


async def test_a_person_is_asked_twice_and_sees_nothing_of_it(desk, tmp_path):
    async with Terminal(tmp_path, "secret", "set", "relay") as person:
        await person.type("Password for “relay”: ", f"  {CANARY} \n")
        await person.type("Once more: ", f"  {CANARY} \n")
        await person.until("“relay” is in the vault.")
        assert await person.process.wait() == 0
    assert CANARY not in person.seen
    # A password may begin and end with a blank.
    assert (await desk.vault.get("relay")).reveal() == f"  {CANARY} "


async def test_two_that_are_not_the_same_are_not_kept(desk, tmp_path):
    async with Terminal(tmp_path, "secret", "set", "relay") as person:
        await person.type("Password for “relay”: ", f"{CANARY}\n")
        await person.type("Once more: ", "another\n")
        await person.until("The two are not the same, so nothing was kept.")
        assert await person.process.wait() == 3
    assert await desk.vault.names() == []


async def test_who_ends_the_input_at_the_prompt_has_entered_nothing(desk, tmp_path):
    async with Terminal(tmp_path, "secret", "set", "relay") as person:
        await person.type("Password for “relay”: ", "\x04")
        await person.until("Nothing was entered")
        assert await person.process.wait() == 3
    assert await desk.vault.names() == []


async def test_a_file_of_notepad_and_one_that_is_no_utf_8(desk, tmp_path):
    (tmp_path / "bom").write_text(f"{CANARY}\n", encoding="utf-8-sig")
    (tmp_path / "sjis").write_bytes("狼煙".encode("cp932"))
    argv = ("secret", "set", "relay", "--file")
    assert (await typed(*argv, str(tmp_path / "bom"), home=tmp_path)).code == 0
    assert (await desk.vault.get("relay")).reveal() == CANARY
    said = await typed(*argv, str(tmp_path / "sjis"), home=tmp_path)
    assert said.code == 3
    assert "it is not text in UTF-8" in said.err


async def test_a_name_that_nobody_has_is_told_with_the_one_that_was_likely_meant(
    desk, tmp_path
):
    argv = ("secret", "set", "ap", "--file", "-")
    told = await typed(*argv, home=tmp_path, given=CANARY)
    assert told.code == 0
    assert told.out.splitlines()[1] == (
        "No route and no account names it yet (did you mean app?)"
    )


async def test_a_name_that_is_known_needs_no_more_words(desk, tmp_path):
    told = await typed("secret", "set", "app", "--file", "-", home=tmp_path, given=CANARY)
    assert (told.code, told.out) == (0, "“app” is in the vault.\n")


async def test_entries_are_listed_and_removed(desk, tmp_path):
    await desk.vault.put("relay", Secret(CANARY))
    told = await typed("secret", "list", home=tmp_path)
    assert [line.split() for line in told.out.splitlines()[1:]] == [
        ["app", "no:", "noroshi", "secret", "set", "app", "accounts/box"],
        ["relay", "yes", "nobody"],
    ]
    assert (await typed("secret", "remove", "relay", home=tmp_path)).code == 0
    assert await desk.vault.names() == []
    told = await typed("secret", "remove", "relay", home=tmp_path)
    assert (told.code, "The vault has no entry relay" in told.err) == (5, True)
