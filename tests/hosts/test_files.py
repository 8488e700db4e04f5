"""Files of this computer, as the kernel has them."""

from __future__ import annotations

import asyncio
import os
import threading

import pytest

from noroshi.hosts.files import FileWork, LocalFiles, OwnFile
from noroshi.ports import Unmeasurable

FILES = LocalFiles()


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        pytest.param("a.log", ["a.log"], id="a path"),
        pytest.param("*.log", ["a.log", "b.log"], id="a star, and no hidden file"),
        pytest.param("[b].lo?", ["b.log"], id="one of some"),
        pytest.param("*/c.log", ["sub/c.log"], id="folders too"),
        pytest.param("no/*.log", [], id="a folder that is not there"),
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
    paths = [fact.path for fact in FILES.found(str(tmp_path / pattern))]
    assert paths == [str(tmp_path / name) for name in found]


def test_a_path_that_is_not_there_is_said(tmp_path):
    with pytest.raises(FileNotFoundError):
        FILES.found(str(tmp_path / "no"))


def test_the_identity_stays_through_a_rename_and_a_link(tmp_path):
    path = tmp_path / "a"
    path.write_text("abc")
    (before,) = FILES.found(str(path))
    path.rename(tmp_path / "b")
    path.symlink_to("b")
    (after,) = FILES.found(str(path))
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
    with pytest.raises(OwnFile) as told:
        files.open(str(path))
    assert "Noroshi's own" in told.value.words.en
    (tmp_path / "other").write_text("x")
    files.open(str(tmp_path / "other"))[0].close()


async def test_work_is_done_apart_from_the_loop_and_its_error_is_raised():
    work = FileWork()
    assert (
        await work.do(lambda files: threading.current_thread()) is not threading.main_thread()
    )
    with pytest.raises(FileNotFoundError):
        await work.do(lambda files: files.found("/no/such/file"))


async def test_work_that_hangs_does_not_pile_up():
    work, go = FileWork(most=2), threading.Event()
    hanging = [asyncio.create_task(work.do(lambda files: go.wait())) for _ in range(2)]
    await asyncio.sleep(0)
    for task in hanging:
        task.cancel()
    await asyncio.gather(*hanging, return_exceptions=True)
    with pytest.raises(Unmeasurable, match="2 looks at files have not come back"):
        await work.do(lambda files: None)
    go.set()
    while True:
        try:
            assert await work.do(lambda files: 1) == 1
            break
        except Unmeasurable:
            await asyncio.sleep(0.01)
