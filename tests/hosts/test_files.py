"""Files of this computer, as the kernel has them."""

from __future__ import annotations

import asyncio
import bz2
import gzip
import lzma
import os
import subprocess
import threading
from contextlib import closing, suppress
from pathlib import Path
from zipfile import ZipFile

import pytest
from pysqlite3 import dbapi2 as driver

from noroshi.hosts.files import FileWork, LocalFiles
from noroshi.hosts.protected_files import ClosedFile
from noroshi.ports import Unmeasurable
from noroshi.stores.sqlite.backup import copy
from noroshi.stores.sqlite.store import SqliteStore
from noroshi.vault.keys import new_key
from noroshi.vault.passphrase import lock_up
from noroshi.vault.secret import Secret

FILES = LocalFiles()


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        pytest.param("a.log", ["a.log"], id="a path"),
        pytest.param("*.log", ["a.log", "b.log"], id="a star, and no hidden file"),
        pytest.param("[b].lo?", ["b.log"], id="one of some"),
        pytest.param("*/c.log", ["sub/c.log"], id="folders too"),
        pytest.param("no/*.log", [], id="a folder that does not exist"),
        pytest.param("*.no", [], id="nothing"),
        pytest.param("[[]x[]].log", ["[x].log"], id="a bracket as itself"),
    ],
)
def test_what_matches_in_order(tmp_path, pattern, found):
    (tmp_path / "sub").mkdir()
    for name in ("b.log", "a.log", ".hidden.log", "sub/c.log", "c.txt"):
        (tmp_path / name).touch()
    if "x" in pattern:
        (tmp_path / "[x].log").touch()
    paths = [fact.path for fact in FILES.find(str(tmp_path / pattern))]
    assert paths == [str(tmp_path / name) for name in found]


def test_a_path_that_is_not_there_is_said(tmp_path):
    with pytest.raises(FileNotFoundError):
        FILES.find(str(tmp_path / "no"))


def test_the_identity_stays_through_a_rename_and_a_link(tmp_path):
    path = tmp_path / "a"
    path.write_text("abc")
    (before,) = FILES.find(str(path))
    path.rename(tmp_path / "b")
    path.symlink_to("b")
    (after,) = FILES.find(str(path))
    file, fact = FILES.open(str(path))
    with file:
        assert file.read() == b"abc"
    assert before.identity == after.identity == fact.identity
    assert (fact.size, fact.regular) == (3, True)


def test_what_is_no_regular_file_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path):
        with pytest.raises(OSError, match="not a regular file"):
            FILES.open(str(path))


@pytest.mark.parametrize("way", ["name", "link", "hard link"])
def test_what_is_our_own_is_opened_by_no_name(tmp_path, way):
    key, path = tmp_path / "key", tmp_path / "key"
    key.write_text("canary")
    if way != "name":
        path = tmp_path / "app.log"
        (path.hardlink_to if way == "hard link" else path.symlink_to)(key)
    files = LocalFiles(lambda: [tmp_path / "not there", key])
    with pytest.raises(ClosedFile) as told:
        files.open(str(path))
    assert "it is a Noroshi file" in told.value.words.en
    (tmp_path / "other").write_text("x")
    files.open(str(tmp_path / "other"))[0].close()


def refusal(path: Path) -> str:
    with pytest.raises(ClosedFile) as told:
        FILES.open(str(path))
    assert told.value.words.ja
    return told.value.words.en


@pytest.mark.parametrize(
    "spelled",
    ["/proc/self/environ", "//proc/self/environ", "/./proc/self/environ", "/sys/kernel/fscaps"],
)
def test_what_the_kernel_makes_up_is_opened_by_no_name(tmp_path, spelled):
    (tmp_path / "app.log").symlink_to(spelled)
    (tmp_path / "folder").symlink_to(Path(spelled).parent)
    for path in (spelled, tmp_path / "app.log", tmp_path / "folder" / Path(spelled).name):
        assert "the kernel generates its content" in refusal(path)


def test_a_log_that_is_reached_through_a_link_of_the_kernel_is_a_log(tmp_path):
    (tmp_path / "app.log").write_text("x")
    FILES.open(f"/proc/self/root{tmp_path}/app.log")[0].close()


@pytest.mark.parametrize("packer", [None, gzip, bz2, lzma], ids=lambda p: p and p.__name__)
async def test_a_backup_is_opened_nowhere_and_under_no_name(tmp_path, packer):
    store = SqliteStore.open(tmp_path / "noroshi.db")
    await store.copy_to(tmp_path / "nightly")
    await store.close()
    kept = tmp_path / "app.log"
    content = (tmp_path / "nightly").read_bytes()
    kept.write_bytes(packer.compress(content) if packer else content)
    assert "backups are" in refusal(kept)


ARCHIVERS = {
    "tar": ["tar", "-cf"],
    "tar of 1979": ["tar", "--format=v7", "-cf"],
    "tar of POSIX": ["tar", "--format=pax", "-cf"],
    "tar.gz": ["tar", "-czf"],
    "tar.bz2": ["tar", "-cjf"],
    "tar.xz": ["tar", "-cJf"],
}


def archived(kind: str, folder: Path) -> bytes:
    """The folder's one file, as an archive of that kind."""
    if kind == "zip":
        with ZipFile(folder / "made", "w") as made:
            made.write(folder / "nightly", "nightly")
    elif kind == "cpio":
        content = (folder / "nightly").read_bytes()
        fields = (1, 0o100600, 0, 0, 1, 0, len(content), 0, 0, 0, 0, 8, 0)
        head = b"070701" + b"".join(b"%08X" % one for one in fields)
        return head + b"nightly\0" + b"\0" * 2 + content
    else:
        subprocess.run([*ARCHIVERS[kind], "made", "nightly"], cwd=folder, check=True)
    return (folder / "made").read_bytes()


@pytest.mark.parametrize("kind", [*ARCHIVERS, "zip", "cpio"])
async def test_a_backup_in_an_archive_is_opened_under_no_name(tmp_path, kind):
    store = SqliteStore.open(tmp_path / "noroshi.db")
    await store.copy_to(tmp_path / "nightly")
    await store.close()
    log = tmp_path / "app.log"
    log.write_bytes(archived(kind, tmp_path))
    assert "archive" in refusal(log)


@pytest.mark.parametrize(
    "head",
    [
        b"\x28\xb5\x2f\xfd",
        b"\x50\x2a\x4d\x18\x04\0\0\0abcd\x28\xb5\x2f\xfd",
        b"\x04\x22\x4d\x18",
        b"\x1f\x9d\x90",
        b"LZIP\x01",
        b"7z\xbc\xaf\x27\x1c",
        gzip.compress(gzip.compress(b"a line\n")),
    ],
    ids=["zstd", "zstd after a frame to skip", "lz4", "compress", "lzip", "7z", "gzip twice"],
)
def test_what_is_packed_in_a_way_that_nothing_here_reads_is_not_opened(tmp_path, head):
    log = tmp_path / "app.log"
    log.write_bytes(head + b"x" * 1000)
    assert "archive" in refusal(log)


@pytest.mark.parametrize(
    "line",
    [
        b"070701 10:11:12 mysqld started",
        b"7zip done",
        b"BZhang logged in",
        b"PK 3",
        b"\0" * 600,
    ],
)
def test_a_log_that_begins_nearly_as_an_archive_is_one(tmp_path, line):
    log = tmp_path / "app.log"
    log.write_bytes(line + b"\n" + b"a line\n" * 200)
    FILES.open(str(log))[0].close()


def test_a_backup_that_is_still_being_written_is_not_opened(tmp_path):
    begun, over = set(), threading.Event()

    def look():
        while not over.is_set():
            with suppress(FileNotFoundError):
                begun.add((tmp_path / "copy.part").read_bytes()[:15])

    with closing(driver.connect(tmp_path / "db", isolation_level=None)) as db:
        db.execute("create table t (x)")
        db.execute("insert into t values (zeroblob(30000000))")
        looking = threading.Thread(target=look)
        looking.start()
        copy(db, tmp_path / "copy")
        over.set()
        looking.join()
    assert begun <= {b"", b"SQLite format 3"}


def test_a_store_that_was_copied_with_what_lies_beside_it_is_not_opened(tmp_path):
    with closing(driver.connect(tmp_path / "db", isolation_level=None)) as db:
        db.execute("pragma journal_mode = wal")
        db.execute("create table t (x)")
        for name in ("db", "db-wal"):
            copied = tmp_path / f"copied-{name}.log"
            copied.write_bytes((tmp_path / name).read_bytes())
            assert "backups are" in refusal(copied)


def test_a_key_that_left_the_machine_is_not_opened(tmp_path):
    path = tmp_path / "app.log"
    path.write_bytes(lock_up(new_key(), Secret("a passphrase of many words")))
    assert "it is a Noroshi file" in refusal(path)


@pytest.mark.parametrize("packer", [None, gzip, bz2, lzma], ids=lambda p: p and p.__name__)
def test_a_log_is_opened_packed_or_not(tmp_path, packer):
    for content in (b"", b"a line\n", b"a line\n" * 300_000):
        path = tmp_path / "app.log"
        path.write_bytes(packer.compress(content) if packer else content)
        FILES.open(str(path))[0].close()
        path.write_bytes(path.read_bytes()[: len(path.read_bytes()) // 2])
        FILES.open(str(path))[0].close()


async def test_work_is_done_apart_from_the_loop_and_its_error_is_raised():
    work = FileWork()
    assert (
        await work.do(lambda files: threading.current_thread()) is not threading.main_thread()
    )
    with pytest.raises(FileNotFoundError):
        await work.do(lambda files: files.find("/no/such/file"))


async def test_work_that_hangs_does_not_pile_up():
    work, go = FileWork(max_threads=2), threading.Event()
    hanging = [asyncio.create_task(work.do(lambda files: go.wait())) for _ in range(2)]
    await asyncio.sleep(0)
    for task in hanging:
        task.cancel()
    await asyncio.gather(*hanging, return_exceptions=True)
    with pytest.raises(Unmeasurable, match="2 file reads have not returned yet"):
        await work.do(lambda files: None)
    go.set()
    while True:
        try:
            assert await work.do(lambda files: 1) == 1
            break
        except Unmeasurable:
            await asyncio.sleep(0.01)
