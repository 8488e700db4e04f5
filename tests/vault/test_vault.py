"""What is sealed opens again under its key and its name only, and a secret shows itself nowhere."""

from __future__ import annotations

import copy
import logging
import os
import pickle
import traceback
from collections.abc import Sequence
from pathlib import Path

import pytest

from noroshi.core.translation import bilingual
from noroshi.system.owners import close_to_others
from noroshi.vault import Box, Secret, Vault, VaultError, make_key, read_key

CANARY = "canary-7Q~secret+with%marks=/&密"


class Shelf:
    """A store of sealed bytes in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    async def put_secret(self, name: str, sealed: bytes) -> None:
        self.kept[name] = sealed

    async def get_secret(self, name: str) -> bytes | None:
        return self.kept.get(name)

    async def secret_names(self) -> Sequence[str]:
        return sorted(self.kept)


def a_box(path: Path) -> Box:
    make_key(path)
    return read_key(path)


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return a_box(tmp_path / "vault.key")


@pytest.mark.parametrize(
    "show",
    [
        pytest.param(repr, id="repr"),
        pytest.param(str, id="str"),
        pytest.param(lambda s: f"{s} {s!r} {s:>30} {s!s}", id="format"),
        pytest.param(lambda s: "%s %r" % (s, s), id="percent"),  # noqa: UP031
        pytest.param(lambda s: repr([s, {"k": s}, (s,)]), id="inside others"),
        pytest.param(lambda s: logging.makeLogRecord({"msg": s}).getMessage(), id="log"),
    ],
)
def test_a_secret_is_not_shown_by(show):
    assert CANARY not in show(Secret(CANARY))


def test_a_secret_cannot_become_bytes_a_pickle_a_copy_or_a_key():
    secret = Secret(CANARY)
    for misuse in (bytes, pickle.dumps, copy.copy, copy.deepcopy, hash):
        with pytest.raises(TypeError):
            misuse(secret)
    assert not hasattr(secret, "__dict__")


def test_a_secret_equals_another_secret_with_the_same_text_and_never_a_string():
    assert Secret(CANARY) == Secret(CANARY)
    assert Secret(CANARY) != Secret("other")
    assert Secret(CANARY) != CANARY


@pytest.mark.parametrize("text", ["", CANARY, "x" * 20_000], ids=["empty", "marks", "long"])
def test_what_is_sealed_opens_again(box, text):
    sealed = box.seal("m365", Secret(text))
    assert box.open("m365", sealed).reveal() == text
    assert not text or text.encode() not in sealed


def test_sealing_the_same_secret_twice_gives_different_bytes(box):
    assert box.seal("m365", Secret(CANARY)) != box.seal("m365", Secret(CANARY))


def test_an_entry_does_not_open_under_another_name(box):
    with pytest.raises(VaultError, match="damaged"):
        box.open("refresh/b", box.seal("refresh/a", Secret(CANARY)))


def test_no_single_changed_byte_goes_unnoticed(box):
    sealed = box.seal("m365", Secret(CANARY))
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(VaultError):
            box.open("m365", bytes(changed))


@pytest.mark.parametrize("length", [0, 1, 9, 20, 21, 36], ids=lambda n: f"{n} bytes left")
def test_a_cut_off_entry_is_damaged(box, length):
    with pytest.raises(VaultError, match="damaged"):
        box.open("m365", box.seal("m365", Secret(CANARY))[:length])


def test_the_wrong_key_is_told_apart_from_damage(box, tmp_path):
    other = a_box(tmp_path / "other.key")
    with pytest.raises(VaultError, match="a different key") as caught:
        other.open("m365", box.seal("m365", Secret(CANARY)))
    assert "別の鍵" in caught.value.words.ja


def test_a_box_does_not_show_its_key(box, tmp_path):
    assert (tmp_path / "vault.key").read_text().strip() not in repr(box)


def test_a_key_file_is_its_owners_alone_whatever_the_umask_says(tmp_path):
    before = os.umask(0)
    try:
        make_key(tmp_path / "vault.key")
    finally:
        os.umask(before)
    assert (tmp_path / "vault.key").stat().st_mode & 0o777 == 0o600


def test_a_key_is_never_overwritten(tmp_path):
    path = tmp_path / "vault.key"
    make_key(path)
    before = path.read_bytes()
    with pytest.raises(VaultError, match="never overwritten"):
        make_key(path)
    assert path.read_bytes() == before


def test_a_missing_key_is_told_and_not_made(tmp_path):
    with pytest.raises(VaultError, match="missing") as caught:
        read_key(tmp_path / "vault.key")
    assert "バックアップ" in caught.value.words.ja
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o601], ids=oct)
def test_a_key_that_others_may_touch_is_refused(tmp_path, mode):
    path = tmp_path / "vault.key"
    make_key(path)
    path.chmod(mode)
    with pytest.raises(VaultError, match=f"0{mode:o}"):
        read_key(path)


@pytest.mark.parametrize(
    "content",
    [b"", b"abc", b"0" * 63, b"0" * 65, b"g" * 64, "０".encode() * 64, os.urandom(32)],
    ids=["empty", "short", "a digit less", "a digit more", "no hex", "full width", "raw"],
)
def test_a_file_that_holds_no_key_is_refused(tmp_path, content):
    path = tmp_path / "vault.key"
    path.write_bytes(content)
    close_to_others(path)
    with pytest.raises(VaultError, match="does not contain a vault key"):
        read_key(path)


def test_a_folder_in_the_keys_place_is_told(tmp_path):
    with pytest.raises(VaultError, match="cannot be read"):
        read_key(tmp_path)


async def test_the_vault_gives_back_what_was_put_in_and_keeps_only_sealed_bytes(box):
    shelf = Shelf()
    vault = Vault(shelf, box)
    await vault.put("m365", Secret(CANARY))
    assert await vault.get("m365") == Secret(CANARY)
    assert await vault.get("nothing") is None
    assert list(await vault.names()) == ["m365"]
    assert all(CANARY.encode() not in sealed for sealed in shelf.kept.values())


async def test_without_its_key_the_vault_says_why_and_still_lists_names(box):
    shelf = Shelf()
    await Vault(shelf, box).put("m365", Secret(CANARY))
    locked = Vault(shelf, None, bilingual(en="The key is gone.", ja="鍵がありません。"))
    for asked in (locked.get("m365"), locked.put("m365", Secret("x"))):
        with pytest.raises(VaultError, match=r"Cannot open the vault.*The key is gone\.") as e:
            await asked
        assert "監視は続いています" in e.value.words.ja
    assert list(await locked.names()) == ["m365"]
    assert Vault(shelf, box).problem is None and locked.problem is not None


async def test_no_failure_of_the_vault_shows_the_secret(box, tmp_path):
    shelf = Shelf()
    await Vault(shelf, box).put("m365", Secret(CANARY))
    try:
        await Vault(shelf, a_box(tmp_path / "other.key")).get("m365")
    except VaultError as error:
        told = traceback.TracebackException.from_exception(error, capture_locals=True)
        assert CANARY not in "".join(told.format())
    else:
        raise AssertionError("the wrong key opened it")
