"""Test that a file written to by its number keeps each byte, as the flag O_BINARY tells Windows."""

from __future__ import annotations

import os

import pytest

from noroshi.system.raw_files import BINARY, allocate
from noroshi.transports.pickup_folder import NEW_FILE_FLAGS

BYTES = b"one\ntwo\r\nthree\x1afour\n"
NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL


@pytest.mark.parametrize(
    "flags",
    [
        pytest.param(NEW | BINARY, id="raw files"),
        pytest.param(NEW_FILE_FLAGS, id="pickup folder"),
    ],
)
def test_with_the_flag_each_byte_is_written_as_it_is(tmp_path, flags):
    file = os.open(tmp_path / "file", flags, 0o600)
    os.write(file, BYTES)
    os.close(file)
    assert (tmp_path / "file").read_bytes() == BYTES


def test_with_the_flag_each_byte_is_read_as_it_is(tmp_path):
    (tmp_path / "file").write_bytes(BYTES)
    file = os.open(tmp_path / "file", os.O_RDONLY | BINARY)
    assert os.read(file, 99) == BYTES
    os.close(file)


def test_without_the_flag_windows_changes_the_ends_of_lines(tmp_path):
    file = os.open(tmp_path / "file", NEW, 0o600)
    os.write(file, b"one\n")
    os.close(file)
    assert (tmp_path / "file").read_bytes() == b"one\r\n"


def test_room_is_reserved_to_the_byte(tmp_path):
    file = os.open(tmp_path / "file", NEW | BINARY, 0o600)
    allocate(file, 0, 100)
    allocate(file, 100, 2_000_000)
    os.close(file)
    assert (tmp_path / "file").read_bytes() == bytes(2_000_100)
