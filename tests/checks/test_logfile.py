"""What the log monitor is told, what it says, and what it refuses at save time."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from noroshi import schema
from noroshi.checks import logfile
from noroshi.checks.logs.bookmarks import Memory
from noroshi.checks.logs.filter_preview import verdicts_of_lines
from noroshi.checks.logs.filters import Term, expression
from noroshi.engine.monitoring.watcher import MOST_MEMORY
from noroshi.hosts.files import LocalFiles
from noroshi.ports import Unmeasurable
from noroshi.testing import FakeHost
from tests.checks.logs import Log, options
from tests.sweeps import sweep

HOST = FakeHost(files=LocalFiles())


async def look(wanted, memory=None):
    return await logfile.run(wanted, HOST, memory or {})


def values(outcome, name="hits"):
    return {r.item: r.value for r in outcome.readings if r.name == name}


async def test_readings_carry_the_lines_and_the_first_of_them_in_words(tmp_path):
    path = tmp_path / "app.log"
    path.write_bytes(b"x 1\nno\nx 2\n")
    outcome = await look(options(path, from_start=True))
    hits, read, behind = outcome.readings
    assert (hits.name, hits.value, hits.lines) == ("hits", 2, ("x 1", "x 2"))
    assert (hits.note.en, hits.note.ja) == ("first match: x 1", "最初の該当行: x 1")
    assert (read.name, read.value, read.unit, behind.value) == ("read", 11, "B", 0)


async def test_the_first_look_says_that_lines_count_from_now_on(tmp_path):
    path = tmp_path / "app.log"
    path.write_text("x 1\n")
    first = await look(options(path))
    then = await look(options(path), first.memory)
    told = [(one.readings[0].value, one.readings[0].note.en) for one in (first, then)]
    assert told == [
        (0, "first measurement: only lines written from now on are counted"),
        (0, "no matching line"),
    ]


async def test_all_are_counted_and_fifty_are_shown(tmp_path):
    path = tmp_path / "app.log"
    path.write_text("x\n" * 1000)
    hits, *_ = (await look(options(path, from_start=True))).readings
    assert (hits.value, len(hits.lines)) == (1000, 50)


async def test_a_pattern_watches_each_file_that_it_stands_for(tmp_path):
    wanted = options(tmp_path / "app*.log*")
    for name in ("app-a.log", "app-b.log", "app-a.log.1", "app-a.log.2.gz"):
        (tmp_path / name).write_text("x old\n")
    outcome = await look(wanted)
    a, b = str(tmp_path / "app-a.log"), str(tmp_path / "app-b.log")
    assert values(outcome) == {a: 0, b: 0}
    with Path(a).open("a") as file:
        file.write("x 1\n")
    (tmp_path / "app-c.log").write_text("x 2\nx 3\n")
    outcome = await look(wanted, outcome.memory)
    assert values(outcome) == {a: 1, b: 0, str(tmp_path / "app-c.log"): 2}


async def test_a_pattern_means_no_archive_that_stands_beside_the_logs(tmp_path):
    (tmp_path / "app.log").write_text("x old\n")
    (tmp_path / "app.log.1.zst").write_bytes(b"\x28\xb5\x2f\xfd rotated by other means")
    outcome = await look(options(tmp_path / "app*"))
    assert values(outcome) == {str(tmp_path / "app.log"): 0}
    assert not [one for one in outcome.readings if one.name == "unreadable"]


async def test_a_file_of_a_pattern_that_is_deleted_is_dropped_after_a_while(tmp_path):
    wanted, path = options(tmp_path / "*.log"), tmp_path / "a.log"
    path.write_text("x\n")
    (tmp_path / "b.log").write_text("x\n")
    outcome = await look(wanted)
    path.unlink()
    for _ in range(5):
        outcome = await look(wanted, outcome.memory)
    assert list(values(outcome)) == [str(tmp_path / "b.log")]


async def test_one_file_of_a_pattern_that_cannot_be_read_is_told_and_stops_no_other(tmp_path):
    (tmp_path / "a.log").write_text("x\n")
    (tmp_path / "b.log").write_text("x\n")

    class Files(LocalFiles):
        def open(self, path):
            if path.endswith("a.log"):
                raise PermissionError(13, "Permission denied", path)
            return super().open(path)

    host = FakeHost(files=Files())
    outcome = await logfile.run(options(tmp_path / "*.log", from_start=True), host, {})
    assert values(outcome, "unreadable") == {str(tmp_path / "a.log"): 1}
    assert values(outcome)[str(tmp_path / "b.log")] == 1


async def test_a_log_that_never_was_there_is_unknown_at_once(tmp_path):
    with pytest.raises(Unmeasurable, match=r"app\.log does not exist"):
        await look(options(tmp_path / "app.log"))
    with pytest.raises(Unmeasurable, match="no file matches"):
        await look(options(tmp_path / "*.log"))
    assert values(await look(options(tmp_path / "app.log", may_be_missing=True))) == {"": 0}


async def test_lines_written_after_a_look_that_found_no_file_are_not_lost(tmp_path):
    wanted = options(tmp_path / "app.log")
    with pytest.raises(Unmeasurable) as missing:
        await look(wanted)
    (tmp_path / "app.log").write_text("x 1\n")
    assert values(await look(wanted, missing.value.memory)) == {"": 1}


async def test_a_log_missing_at_one_look_is_in_the_midst_of_a_rotation(tmp_path):
    log = Log(tmp_path)
    log.write("x\n")
    log.look()
    log.path.unlink()
    log.look()
    assert log.fault is None
    log.look()
    assert "does not exist" in log.fault.en


async def test_what_cannot_be_followed_is_refused_in_words(tmp_path):
    (tmp_path / "folder").mkdir()
    if sys.platform != "win32":
        os.mkfifo(tmp_path / "pipe")
    for name in ("folder",) if sys.platform == "win32" else ("folder", "pipe"):
        with pytest.raises(Unmeasurable, match="is not a regular file"):
            await look(options(tmp_path / name))


async def test_a_log_that_may_not_be_read_says_so_and_is_begun_at_its_end_later(tmp_path):
    path, denied = tmp_path / "app.log", True
    path.write_text("x before\n")

    class Files(LocalFiles):
        def open(self, path):
            if denied:
                raise PermissionError(13, "Permission denied", path)
            return super().open(path)

    host = FakeHost(files=Files())
    with pytest.raises(
        Unmeasurable, match="the user that Noroshi runs as has no permission to read"
    ) as problem:
        await logfile.run(options(path), host, {})
    denied = False
    assert values(await logfile.run(options(path), host, problem.value.memory)) == {"": 0}


async def test_a_log_that_leads_to_what_the_kernel_generates_says_so(tmp_path):
    (tmp_path / "app.log").symlink_to("/proc/self/environ")
    with pytest.raises(
        Unmeasurable, match=r"app.log cannot be read: the kernel generates its content"
    ):
        await look(options(tmp_path / "app.log"))


async def test_a_log_that_is_a_database_says_so(tmp_path):
    (tmp_path / "app.log").write_bytes(b"SQLite format 3\0x\n")
    with pytest.raises(Unmeasurable, match=r"app.log cannot be read: it is an SQLite database"):
        await look(options(tmp_path / "app.log"))


async def test_what_is_remembered_of_many_files_stays_small(tmp_path):
    for number in range(150):
        (tmp_path / f"a-rather-long-name-of-a-service-{number:03}.log").write_text("x\n" * 600)
        for old in range(1, 12):
            name = f"a-rather-long-name-of-a-service-{number:03}.log.{old}"
            (tmp_path / name).write_text(f"x {old}\n" * 600)
    wanted = options(tmp_path / "*.log", from_start=True)
    outcome = await look(wanted)
    assert len(values(outcome)) == 100
    assert len(schema.text(outcome.memory)) < MOST_MEMORY
    again = await look(wanted, outcome.memory)
    assert sum(values(again).values()) == 0


def test_of_thousands_of_files_each_is_held_against_few_others(tmp_path):
    """All of them against all took minutes for some thousands, and no look has minutes."""
    for number in range(3000):
        (tmp_path / f"job{number:05}").touch()
    for name in ("app.log", "app.log.1", "app-20260401.log", "app.1.log.gz", "app-2.log"):
        (tmp_path / name).touch()
    look = logfile.look_at(LocalFiles(), options(tmp_path / "*"), Memory())
    assert len(look.logs) == 100 and look.memory.left_out == 2902
    look = logfile.look_at(LocalFiles(), options(tmp_path / "app*"), Memory())
    assert {Path(path).name for path in look.logs} == {"app.log", "app-2.log"}


def refusals(**given):
    with pytest.raises(schema.Invalid) as invalid:
        schema.read(logfile.Options, {"path": "/l", "terms": [{"word": "x"}], **given}, "o")
    return invalid.value.problems


@sweep(
    ("pattern", "says"),
    [
        pytest.param(
            "(?=a)b", "look-ahead and look-behind ((?=) are not supported", id="looking ahead"
        ),
        pytest.param(
            "(?<!a)b",
            "look-ahead and look-behind ((?<!) are not supported",
            id="looking behind",
        ),
        pytest.param(r"(a)\1", r"“\1” is not a known escape", id="a back reference"),
        pytest.param("[a", "a ] is missing after [a", id="an open class"),
        pytest.param("(a", "a ) is missing", id="an open group"),
        pytest.param("a)", "one ) too many", id="a group too many"),
        pytest.param("*a", "“*” has nothing before it to repeat", id="nothing to repeat"),
        pytest.param("a{2000}", "“{2000}” results in more than 1,000", id="too many times"),
        pytest.param("a" * 1001, "longer than 1000", id="too long"),
        pytest.param(
            "((a{100}){100}){100}", "results in more than 1,000", id="too many times within"
        ),
    ],
)
def test_a_pattern_that_the_engine_does_not_know_is_refused_at_its_place(pattern, says):
    (problem,) = refusals(terms=[{"word": "x"}, {"pattern": pattern}], match="all")
    assert problem.where == "o.terms.2"
    assert says in problem.what.en
    assert problem.what.ja != problem.what.en


@sweep(
    ("given", "says"),
    [
        pytest.param({"terms": []}, "is empty", id="no term"),
        pytest.param({"terms": [{}]}, "must have exactly one of: word,", id="an empty term"),
        pytest.param(
            {"terms": [{"word": "a", "not_word": "b"}]}, "exactly one of", id="two in one term"
        ),
        pytest.param({"terms": [{"word": "a\nb"}]}, "on one line", id="a word of two lines"),
        pytest.param(
            {"terms": [{"word": "a"}, {"word": "b"}]}, "several terms require", id="all or any"
        ),
        pytest.param({"path": "app.log"}, "must be an absolute path", id="a relative path"),
        pytest.param(
            {"path": "/proc/kmsg"}, "the kernel generates this content", id="of the kernel"
        ),
        pytest.param(
            {"path": "//proc/./kmsg"},
            "the kernel generates this content",
            id="spelled otherwise",
        ),
        pytest.param(
            {"rotated": ["/var/../sys/*"]},
            "the kernel generates this content",
            id="by a way round",
        ),
        pytest.param(
            {"encoding": "cp932", "terms": [{"word": "é"}]}, "cannot be written in", id="a word"
        ),
        pytest.param({"portion": 0}, "portion must be", id="portion"),
        pytest.param({"encoding": "sjis"}, "must be one of: auto, utf-8, cp932", id="encoding"),
    ],
)
def test_what_cannot_be_used_is_refused(given, says):
    (problem,) = refusals(**given)
    assert says in problem.what.en


def test_a_preview_says_of_each_line_which_terms_hold():
    terms = schema.read(tuple[Term, ...], [{"word": "ERROR"}, {"not_word": "retry"}])
    lines = [b"ERROR 1", b"ERROR 2, retry", b"fine"]
    said = [words.en for words in verdicts_of_lines(expression(terms, "all", False), lines)]
    assert said == [
        "1 found in the last 3 lines",
        "found: ERROR 1",
        '    yes contains "ERROR"',
        '    yes does not contain "retry"',
        "-: ERROR 2, retry",
        '    yes contains "ERROR"',
        '    no does not contain "retry"',
        "-: fine",
        '    no contains "ERROR"',
        '    yes does not contain "retry"',
    ]


async def test_a_preview_reads_the_last_lines_and_moves_nothing(tmp_path):
    path = tmp_path / "app.log"
    path.write_bytes("".join(f"行 {n} x\r\n" for n in range(50_000)).encode("cp932"))
    wanted = options(path, encoding="cp932", terms=[{"word": "9999 x"}])
    said = [words.ja for words in await logfile.CHECK.preview(wanted, HOST)]
    assert said[0] == f"{path}: 「9999 x」を含む行を数えます"
    assert said[1:3] == ["最後の20行のうち1行が該当", "-: 行 49980 x"]
    with pytest.raises(Unmeasurable, match="cannot be read"):
        await logfile.CHECK.preview(options(tmp_path / "no.log"), HOST)
