"""Logs that are followed can be rotated meanwhile, and are judged by their content."""

from __future__ import annotations

import gzip

import pytest

from noroshi.hosts.files import LocalFiles
from noroshi.hosts.protected_files import ClosedFile
from noroshi.logs.sinks import RotatedFile
from noroshi.vault.passphrase import HEAD
from tests.logs.sample_lines import line


@pytest.fixture
def log(tmp_path):
    log = tmp_path / "app.log"
    log.write_bytes(b"one\r\ntwo\x1a\r\n")
    return log


def test_a_log_that_is_read_can_be_renamed_and_deleted(log):
    stream, _ = LocalFiles().open(str(log))
    with stream:
        rotated = log.rename(log.with_name("app.log.1"))
        rotated.unlink()
        assert stream.read() == b"one\r\ntwo\x1a\r\n"


def test_a_renamed_log_is_the_same_file(log):
    (fact,) = LocalFiles().find(str(log))
    rotated = log.rename(log.with_name("app.log.1"))
    stream, opened_fact = LocalFiles().open(str(rotated))
    with stream:
        assert opened_fact.identity == fact.identity


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "packed"])
def test_a_store_or_a_key_is_no_log(log, pack):
    for content in (b"SQLite format 3\0" + bytes(100), HEAD + b"x" * 100):
        log.write_bytes(pack(content))
        with pytest.raises(ClosedFile):
            LocalFiles().open(str(log))


def test_our_own_file_is_no_log(log):
    with pytest.raises(ClosedFile):
        LocalFiles(lambda: (log,)).open(str(log).upper())


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError) as error:
        LocalFiles().open(str(tmp_path / "none"))
    assert error.value.filename == str(tmp_path / "none")
    with pytest.raises(PermissionError):
        LocalFiles().open(str(tmp_path))


def test_while_somebody_reads_noroshis_own_log_no_old_one_is_lost(tmp_path):
    log = tmp_path / "noroshi.log"
    log.write_text("first\n")
    old_log = tmp_path / "noroshi.log.1"
    old_log.write_text("old\n")
    sink = RotatedFile(log, largest=10)
    with log.open():
        for number in range(6):
            sink.write(line(f"line {number}"))
    assert old_log.read_text() == "old\n"
    assert log.read_text().startswith("first\n")
    sink.write(line("last"))
    sink.close()
    assert old_log.read_text().startswith("first\n")
    assert (tmp_path / "noroshi.log.2").read_text() == "old\n"
