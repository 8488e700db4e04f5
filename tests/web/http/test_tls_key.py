"""The key of the node's own certificate is in the vault too, and so in a backup."""

import sys
from datetime import UTC, datetime, timedelta

from noroshi.stores.memory.store import MemoryStore
from noroshi.stores.sqlite.restore import restore
from noroshi.stores.sqlite.store import SqliteStore
from noroshi.vault import Box, Secret, Vault
from noroshi.web.http.self_signed import own_certificate, pin_of
from noroshi.web.http.tls_key import keep_tls_key

NOW = datetime(2026, 4, 1, tzinfo=UTC)
BOX = Box(Secret("00" * 32))


async def test_a_backup_brings_the_key_to_another_computer(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir(), new.mkdir()
    store = SqliteStore.open(old / "noroshi.db")
    await keep_tls_key(Vault(store, BOX), old)
    pin = pin_of(own_certificate(old, {"localhost"}, NOW)[0])
    await store.copy_to(tmp_path / "backup")
    await store.close()
    own_certificate(new, {"localhost"}, NOW)  # the new computer had made one of its own

    restore(tmp_path / "backup", new / "noroshi.db", NOW)
    store = SqliteStore.reopen(new / "noroshi.db")
    await keep_tls_key(Vault(store, BOX), new)
    await store.close()
    assert pin_of(own_certificate(new, {"localhost"}, NOW + timedelta(days=1))[0]) == pin


async def test_a_key_that_was_there_before_is_taken_into_the_vault(tmp_path):
    _, key = own_certificate(tmp_path, {"localhost"}, NOW)
    before, vault = key.read_bytes(), Vault(MemoryStore(), BOX)
    await keep_tls_key(vault, tmp_path)
    key.unlink()
    await keep_tls_key(vault, tmp_path)
    assert key.read_bytes() == before
    assert sys.platform == "win32" or key.stat().st_mode & 0o777 == 0o600


async def test_without_the_vault_the_file_counts(tmp_path, caplog):
    _, key = own_certificate(tmp_path, {"localhost"}, NOW)
    before = key.read_bytes()
    await keep_tls_key(Vault(MemoryStore(), None), tmp_path)
    assert key.read_bytes() == before
    assert "not in the vault" in caplog.text
