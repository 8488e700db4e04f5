"""`noroshi key` as a person types it, on a home folder of its own."""

import asyncio
import shutil
import sys

import pytest

from noroshi.stores.sqlite.process_lock import LifeLock
from noroshi.system.owners import close_to_others
from noroshi.vault import read_key
from tests.cli.command_process import typed

PASSPHRASE = "a signal fire on the hill\n"
ON_WINDOWS = ", readable only on this computer (DPAPI)" if sys.platform == "win32" else ""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A home folder as `init` makes it, once for all: a program's start takes most of a test."""
    home = tmp_path_factory.mktemp("made") / "home"
    assert asyncio.run(typed("init", home=home)).code == 0
    return home


@pytest.fixture
async def home(made, tmp_path):
    copy = shutil.copytree(made, tmp_path / "home")
    close_to_others(copy / "key")  # on Windows a copy does not have the permissions of its file
    return copy


async def test_a_key_is_checked_and_says_that_nothing_is_sealed_yet(home):
    said = await typed("key", "check", home=home)
    where = f"file {home / 'key'}{ON_WINDOWS}"
    assert said.out == f"Key {read_key(home / 'key').id}: {where}\nThe vault is empty.\n"
    assert said.code == 0


async def test_a_key_is_exchanged_and_the_old_one_kept(home):
    old = read_key(home / "key").id
    said = await typed("key", "rotate", home=home)
    assert said.code == 0
    new = read_key(home / "key").id
    assert said.out.startswith(f"The new key is {new}; re-encrypted entries: 0.")
    assert read_key(home / f"key.old-{old}").id == old != new
    assert f"Key {new}" in (await typed("key", "check", home=home)).out


async def test_a_key_goes_out_under_a_passphrase_and_comes_back_to_where_it_was(home, tmp_path):
    id, file = read_key(home / "key").id, str(tmp_path / "sealed-key")
    out = await typed(
        "key", "backup", file, "--passphrase-file", "-", home=home, given=PASSPHRASE
    )
    assert (out.code, id in out.out) == (0, True)
    again = await typed(
        "key", "backup", file, "--passphrase-file", "-", home=home, given=PASSPHRASE
    )
    assert (again.code, "already exists and is not overwritten" in again.err) == (5, True)
    there = await typed(
        "key", "restore", file, "--passphrase-file", "-", home=home, given=PASSPHRASE
    )
    assert (there.code, f"The key {id} is already in {home / 'key'}." in there.out) == (0, True)
    (home / "key").rename(tmp_path / "away")
    wrong = await typed(
        "key", "restore", file, "--passphrase-file", "-", home=home, given="wrong\n"
    )
    assert (wrong.code, "The passphrase does not match" in wrong.err) == (3, True)
    back = await typed(
        "key", "restore", file, "--passphrase-file", "-", home=home, given=PASSPHRASE
    )
    assert (back.code, read_key(home / "key").id) == (0, id)


@pytest.fixture
async def taken_out(home, tmp_path):
    """The home's key as a file under the passphrase."""
    file = tmp_path / "sealed-key"
    argv = ("key", "backup", str(file), "--passphrase-file", "-")
    assert (await typed(*argv, home=home, given=PASSPHRASE)).code == 0
    return file


async def brought_back(file, home):
    argv = ("key", "restore", str(file), "--passphrase-file", "-")
    return await typed(*argv, home=home, given=PASSPHRASE)


async def keep_secret(home):
    argv = ("secret", "set", "relay", "--file", "-")
    assert (await typed(*argv, home=home, given="s3cret\n")).code == 0


async def test_a_key_comes_back_where_there_is_no_home_yet_and_init_keeps_it(
    home, taken_out, tmp_path
):
    new = tmp_path / "deep" / "new"
    back = await brought_back(taken_out, new)
    assert (back.code, "Next: noroshi init" in back.out) == (0, True)
    assert (await typed("init", home=new)).code == 0
    assert read_key(new / "key").id == read_key(home / "key").id


async def test_a_key_that_comes_back_is_its_owners_alone(taken_out, tmp_path):
    new = tmp_path / "new"
    assert (await brought_back(taken_out, new)).code == 0
    assert (new.stat().st_mode & 0o777, (new / "key").stat().st_mode & 0o777) == (0o700, 0o600)


async def test_a_key_takes_the_place_of_one_that_seals_nothing_which_is_kept(
    home, taken_out, tmp_path
):
    new = tmp_path / "new"
    assert (await typed("init", home=new)).code == 0
    unused = read_key(new / "key").id
    back = await brought_back(taken_out, new)
    assert (back.code, "The vault is empty." in back.out) == (0, True)
    assert read_key(new / "key").id == read_key(home / "key").id
    assert read_key(new / f"key.old-{unused}").id == unused


async def test_a_key_that_opens_something_is_left_in_its_place(taken_out, tmp_path):
    new = tmp_path / "new"
    assert (await typed("init", home=new)).code == 0
    await keep_secret(new)
    before = (new / "key").read_bytes()
    back = await brought_back(taken_out, new)
    assert (back.code, "decrypts 1 entry of the store" in back.err) == (5, True)
    assert (new / "key").read_bytes() == before


async def test_after_a_restore_the_key_is_tried_and_the_right_one_opens_everything(
    home, taken_out, tmp_path
):
    await keep_secret(home)
    backup, new = str(tmp_path / "backup.db"), tmp_path / "new"
    assert (await typed("backup", backup, home=home)).code == 0
    assert (await typed("init", home=new)).code == 0
    wrong = await typed("restore", backup, home=new)
    assert (wrong.code, "The key does not decrypt 1 of 1 entry." in wrong.out) == (1, True)
    back = await brought_back(taken_out, new)
    assert (back.code, "The key decrypts the only entry." in back.out) == (0, True)
    right = await typed("restore", backup, home=new)
    assert (right.code, "The key decrypts the only entry." in right.out) == (0, True)


async def test_while_a_node_runs_no_key_is_put_over_another(taken_out, tmp_path):
    new = tmp_path / "new"
    assert (await typed("init", home=new)).code == 0
    with LifeLock(new / "noroshi.lock"):
        back = await brought_back(taken_out, new)
    assert (back.code, "another Noroshi" in back.err) == (1, True)


async def test_a_passphrase_that_is_no_utf_8_is_refused_in_words(home, tmp_path):
    (tmp_path / "sjis").write_bytes("狼煙を上げる丘の上で".encode("cp932"))
    argv = ("key", "backup", str(tmp_path / "out"), "--passphrase-file", str(tmp_path / "sjis"))
    said = await typed(*argv, home=home)
    assert (said.code, said.err) == (
        3,
        f"Cannot read {tmp_path / 'sjis'}: it is not text in UTF-8\n",
    )


async def test_a_passphrase_from_a_file_of_notepad_is_the_same_as_typed(home, tmp_path):
    (tmp_path / "bom").write_text(PASSPHRASE, encoding="utf-8-sig")
    file = str(tmp_path / "sealed-key")
    out = ("key", "backup", file, "--passphrase-file", str(tmp_path / "bom"))
    assert (await typed(*out, home=home)).code == 0
    (home / "key").unlink()
    back = ("key", "restore", file, "--passphrase-file", "-")
    assert (await typed(*back, home=home, given=PASSPHRASE)).code == 0


async def test_without_a_terminal_the_passphrase_must_come_from_a_file(home, tmp_path):
    said = await typed("key", "backup", str(tmp_path / "out"), home=home)
    assert said.code == 3
    assert "--passphrase-file FILE" in said.err
    assert "Traceback" not in said.err


async def test_who_ends_the_input_at_the_prompt_has_entered_nothing(home, tmp_path, terminal):
    async with terminal(home, "key", "backup", str(tmp_path / "out")) as person:
        await person.type("Passphrase: ", "\x04")
        await person.until("Nothing was entered")
        assert await person.process.wait() == 3
    assert "Traceback" not in person.seen


async def test_a_backup_that_does_not_fit_leaves_no_half_file(home, tmp_path):
    small = ("-c", FULL, "key", "backup", str(tmp_path / "out"), "--passphrase-file", "-")
    said = await typed(*small[2:], before=small[:2], home=home, given=PASSPHRASE)
    assert (said.code, f"Cannot write to {tmp_path / 'out'}: " in said.err) == (1, True)
    assert not (tmp_path / "out").exists()


FULL = """
import resource, sys
from noroshi.cli.run import run
resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
sys.exit(run(sys.argv[1:]))
"""


async def test_without_a_key_it_says_so_in_the_person_s_language(home):
    (home / "key").unlink()
    said = await typed("--lang", "ja", "key", "check", home=home)
    assert said.code == 1
    assert "保管庫の鍵がありません" in said.err


async def test_no_part_of_the_key_is_ever_shown(home, tmp_path):
    key = read_key(home / "key").key.reveal()
    file = str(tmp_path / "sealed-key")
    for argv in (
        ("key", "check", "--json"),
        ("key", "backup", file, "--passphrase-file", "-"),
        ("key", "rotate"),
    ):
        said = await typed(*argv, home=home, given=PASSPHRASE)
        assert key not in said.out + said.err
        assert key[:16] not in said.out + said.err
