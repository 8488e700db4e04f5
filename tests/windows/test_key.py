"""The vault's key under Windows' data protection, which opens it on one computer only."""

from __future__ import annotations

from base64 import b64encode

import pytest

from noroshi.cli import exits
from noroshi.cli.run import run
from noroshi.system.owners import close_to_others
from noroshi.vault.dpapi import MARK
from noroshi.vault.keys import keep_key, new_key, read_key
from noroshi.vault.passphrase import unlock
from noroshi.vault.secret import Secret, VaultError


@pytest.fixture
def key(tmp_path):
    key = tmp_path / "noroshi.key"
    keep_key(key, new_key())
    return key


def test_a_key_is_protected_and_opens_here(key):
    assert key.read_bytes().startswith(MARK)
    assert read_key(key)


def test_a_key_of_another_computer_is_told_with_what_to_do(key):
    for content in (MARK + b64encode(bytes(200)), MARK + b"AQAA"[:3], key.read_bytes()[:-40]):
        key.write_bytes(content)
        close_to_others(key)
        with pytest.raises(VaultError, match="protects the key for one computer"):
            read_key(key)


def test_a_backup_of_the_key_opens_on_any_other_computer(tmp_path):
    home, file, words = (tmp_path / name for name in ("home", "backup", "words"))
    words.write_text("correct horse battery", encoding="utf-8")
    assert run(["--home", str(home), "init"]) == exits.DONE
    argv = ["key", "backup", str(file), "--passphrase-file", str(words)]
    assert run(["--home", str(home), *argv]) == exits.DONE
    assert (home / "key").read_bytes().startswith(MARK)
    raw_key = unlock(file.read_bytes(), Secret("correct horse battery"), file)
    assert raw_key.reveal() == read_key(home / "key").key.reveal()
