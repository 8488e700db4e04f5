"""Judge and set who may change and read files, by their owners and lists (DACL)."""

from __future__ import annotations

from contextlib import closing

import pytest
from pysqlite3 import dbapi2 as driver

from noroshi.config.config import read_config, sample
from noroshi.config.settings_file import FILE, ConfigError
from noroshi.stores.sqlite.backup import copy
from noroshi.system.owners import (
    close_to_others,
    is_group,
    make_private_folder,
    owner_name,
    readers,
    replacers,
    writers,
)
from noroshi.system.windows_security import (
    ADMINISTRATORS,
    INSTALLER,
    SYSTEM,
    account_name,
    account_sid,
    grants_of,
    own_sid,
    owner_of,
    service_sid,
    set_dacl,
)
from noroshi.vault import VaultError, make_key
from noroshi.vault.keys import read_key

OURS = "(A;;FA;;;SY)(A;;FA;;;BA)"


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "a file"
    file.write_text("")
    return file


def test_a_service_has_the_sid_that_windows_gives_it():
    assert service_sid("TrustedInstaller") == INSTALLER


def test_names_and_sids_lead_to_each_other():
    assert account_sid(account_name(own_sid())) == own_sid()
    assert account_name(SYSTEM).endswith("SYSTEM")
    assert account_name("S-1-5-21-1-2-3-4") == "S-1-5-21-1-2-3-4"
    with pytest.raises(OSError, match="1332"):  # none mapped
        account_sid("nobody of that name")


def test_a_file_that_all_may_write_names_them(file):
    set_dacl(file, f"D:P{OURS}(A;;FRFW;;;WD)")
    everybody = [account_name("S-1-1-0")]
    assert writers(file) == readers(file) == everybody


def test_a_file_that_all_may_read_has_no_writers(file):
    set_dacl(file, f"D:P{OURS}(A;;FR;;;WD)")
    assert writers(file) == []
    assert readers(file) == [account_name("S-1-1-0")]
    assert replacers(file) == ()


def test_a_closed_file_has_neither(file):
    close_to_others(file)
    assert writers(file) == readers(file) == []
    assert owner_of(file) == own_sid()


def test_a_private_folder_keeps_out_what_the_one_above_lets_in(tmp_path):
    set_dacl(tmp_path, "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;WD)")
    folder = tmp_path / "home"
    make_private_folder(folder)
    assert writers(folder) == readers(folder) == []
    assert "S-1-1-0" not in {grant.sid for grant in grants_of(folder)}


def test_settings_that_others_may_write_are_not_believed(tmp_path):
    (tmp_path / FILE).write_text(sample(), encoding="utf-8")
    read_config(tmp_path)
    set_dacl(tmp_path / FILE, f"D:P{OURS}(A;;FRFW;;;WD)")
    with pytest.raises(ConfigError) as error:
        read_config(tmp_path)
    (problem,) = error.value.problems
    assert account_name("S-1-1-0") in problem.message.en


def test_the_key_is_closed_to_others(tmp_path):
    make_key(tmp_path / "key")
    assert readers(tmp_path / "key") == []


def test_a_key_that_others_may_read_is_not_used(tmp_path):
    key = tmp_path / "key"
    make_key(key)
    read_key(key)
    set_dacl(key, f"D:P{OURS}(A;;FR;;;WD)")
    with pytest.raises(VaultError, match=account_name("S-1-1-0")):
        read_key(key)


def test_owners_and_groups_have_names(file):
    assert owner_name(file) == account_name(own_sid())
    assert is_group(account_name(ADMINISTRATORS).rpartition("\\")[2])
    assert not is_group("nobody of that name")


def test_a_copy_of_the_store_is_closed_where_others_may_read(tmp_path):
    set_dacl(tmp_path, "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FR;;;WD)")
    store, backup = tmp_path / "store.db", tmp_path / "copy.db"
    with closing(driver.connect(store, isolation_level=None)) as db:
        db.execute("create table a (b)")
        copy(db, backup)
    assert readers(store) == [account_name("S-1-1-0")]
    assert readers(backup) == []
