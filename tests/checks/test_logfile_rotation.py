"""A log is followed through every way in which it may be rotated: no line lost, none twice."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from noroshi.hosts.files import LocalFiles
from tests.checks.logs import Log

PACKERS = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}


@pytest.fixture
def log(tmp_path):
    log = Log(tmp_path)
    log.write("x before the first look\n")
    log.look()
    return log


def numbers(log):
    return [int(line.split()[1]) for line in log.lines]


def test_the_first_look_begins_at_the_end(log):
    assert log.hits == 0
    log.write("x 1\nno\nx 2\n")
    assert log.look() == 2 and log.lines == ["x 1", "x 2"]
    assert log.look() == 0


def test_from_the_start_if_so_wanted(tmp_path):
    log = Log(tmp_path, from_start=True)
    log.write("x 1\n")
    assert log.look() == 1


def test_a_line_counts_once_it_has_ended(log):
    log.write("x 1\nx half")
    assert log.look() == 1
    assert log.look() == 0
    log.write(" a line\n")
    assert log.look() == 1 and log.lines[-1] == "x half a line"


def test_a_line_half_written_at_the_first_look_counts_whole(tmp_path):
    log = Log(tmp_path)
    log.write("x old\nx half")
    log.look()
    log.write(" and half\n")
    assert log.look() == 1 and log.lines == ["x half and half"]


def test_a_log_that_comes_later_is_read_from_its_beginning(tmp_path):
    log = Log(tmp_path)
    log.look()
    log.write("x 1\n")
    assert log.look() == 1


def rename(log):
    log.rename()


def rename_and_compress(log):
    log.rename()
    log.compress(1)


def copy_truncate(log):
    log.copy_truncate()


def copy_truncate_and_compress(log):
    log.copy_truncate()
    log.compress(1)


def date_in_the_name(log):
    log.path.rename(log.path.with_name("app-20260401.log"))


def no_new_file(log):
    log.rename(recreate=False)


WAYS = [
    rename,
    rename_and_compress,
    copy_truncate,
    copy_truncate_and_compress,
    date_in_the_name,
    no_new_file,
]


@pytest.mark.parametrize("rotate", WAYS, ids=lambda way: way.__name__.replace("_", " "))
class TestEachWay:
    def test_the_rest_of_the_old_file_is_read(self, log, rotate):
        log.write("x 1\n")
        log.look()
        log.write("x 2\n")
        rotate(log)
        log.write("x 3\n")
        log.look()
        assert numbers(log) == [1, 2, 3]
        log.write("x 4\n")
        log.look()
        log.look()
        assert numbers(log) == [1, 2, 3, 4]

    def test_what_was_all_read_is_not_read_again(self, log, rotate):
        log.write("x 1\n")
        log.look()
        rotate(log)
        log.look()
        log.look()
        assert numbers(log) == [1]

    def test_a_look_in_which_the_old_file_grew_not_at_all(self, log, rotate):
        rotate(log)
        log.write("x 1\n")
        log.look()
        assert numbers(log) == [1]


@pytest.mark.parametrize(
    "rotate",
    [rename, rename_and_compress, copy_truncate, copy_truncate_and_compress],
    ids=lambda way: way.__name__.replace("_", " "),
)
def test_several_rotations_between_two_looks(log, rotate):
    for number in range(1, 6):
        log.write(f"x {number}\n")
        rotate(log)
    log.write("x 6\n")
    log.look()
    assert numbers(log) == [1, 2, 3, 4, 5, 6]
    log.look()
    assert log.hits == 6


def test_old_files_that_were_there_before_are_passed_over(tmp_path):
    log = Log(tmp_path)
    log.write("x old\n", log.rotated(2))
    log.rotated(3, ".gz").write_bytes(gzip.compress(b"x older\n"))
    log.write("x\n")
    assert [log.look(), log.look()] == [0, 0]
    log.rename()
    log.compress(3)
    assert log.look() == 0
    log.write("x 1\n")
    assert log.look() == 1


def test_compression_long_after_the_rotation(log):
    log.write("x 1\n")
    log.rename()
    log.look()
    log.compress(1)
    log.look()
    assert numbers(log) == [1]


def test_a_writer_that_goes_on_in_the_renamed_file_for_a_while(log):
    log.write("x 1\n")
    log.rename()
    log.look()
    log.write("x 2\n", log.rotated(1))
    log.write("x 3\n")
    log.look()
    assert sorted(numbers(log)) == [1, 2, 3]


def test_the_last_line_of_a_rotated_file_counts_even_if_it_never_ends(log):
    log.write("x 1\nx 2")
    log.rename()
    for _ in range(3):
        log.look()
    assert numbers(log) == [1, 2]


def test_a_line_whose_end_is_written_after_the_rotation_counts_once(log):
    log.write("x 1")
    log.look()
    log.rename()
    log.look()
    log.write(" and its end\n", log.rotated(1))
    log.look()
    log.look()
    assert log.lines == ["x 1 and its end"]


def test_lines_read_between_a_copy_and_the_truncation_count_once(log):
    log.write("x 1\n")
    log.look()
    log.lines.clear()
    log.write("x 1\n")
    log.rotated(1).write_bytes(log.path.read_bytes())
    log.write("x 2\n")
    log.look()
    os.truncate(log.path, 0)
    log.write("x 3\n")
    for _ in range(3):
        log.look()
    assert numbers(log) == [1, 2, 3]


def test_a_log_truncated_while_it_is_read_loses_and_repeats_nothing(log):
    class Files(LocalFiles):
        """The moment in which a file is opened is the one in which it is rotated."""

        def open(self, path):
            opened = super().open(path)
            if path == str(log.path) and log.path.stat().st_size > 100:
                log.copy_truncate()
                log.write("x 3 new\n")
            return opened

    log.write("x 1 old\n")
    log.look()
    log.write("x 2 old" + "." * 100 + "\n")
    log.files = Files()
    for _ in range(4):
        log.look()
    assert sorted(numbers(log)) == [1, 2, 3]


def test_a_file_truncated_between_two_reads_is_read_anew(log):
    """However short the moment: what was read may be of two files, so none of it counts."""

    class Torn(io.FileIO):
        def readinto(self, view):
            got = super().readinto(view)
            if got and not Torn.done:
                Torn.done = True
                log.copy_truncate()
                log.write("y\n" * 40 + "x 3\n")
            return got

    class Files(LocalFiles):
        def open(self, path):
            file, fact = super().open(path)
            file.close()
            return Torn(path), fact

    Torn.done = False
    log.write("x 1\n")
    log.look()
    log.write("x 2\n")
    log.files = Files()
    for _ in range(4):
        log.look()
    assert sorted(numbers(log)) == [1, 2, 3]


def test_a_log_that_always_begins_with_the_same_banner(log):
    banner = "the banner of a program\n" * 100
    log.write(banner + "x 1\n")
    log.look()
    os.truncate(log.path, 0)
    log.write(banner + "x 2\nand more\n")
    log.look()
    assert numbers(log) == [1, 2]


def test_a_compressed_file_beside_the_one_that_it_is_made_of(log):
    log.write("x 1\n")
    log.rename()
    log.compress(1)
    packed = log.rotated(1, ".gz")
    log.rotated(1).write_bytes(gzip.decompress(packed.read_bytes()) + b"x 2\n")
    log.look()
    packed.write_bytes(gzip.compress(log.rotated(1).read_bytes()))
    log.look()
    log.rotated(1).unlink()
    log.look()
    assert numbers(log) == [1, 2]


def test_truncated_in_place(log):
    log.write("x 1\nand more\n")
    log.look()
    os.truncate(log.path, 0)
    log.write("x 2\n")
    log.look()
    assert numbers(log) == [1, 2]


def test_truncated_and_grown_past_the_old_place(log):
    log.write("x 1\n")
    log.look()
    os.truncate(log.path, 0)
    log.write("".join(f"x {n}\n" for n in range(2, 60)))
    log.look()
    assert numbers(log)[0] == 1 and log.hits == 59


def test_deleted_and_made_anew(log):
    log.write("x 1\n")
    log.look()
    log.path.unlink()
    log.look()
    log.write("x 2\n")
    log.look()
    assert numbers(log) == [1, 2]


def test_replaced_at_once_by_a_copy_that_goes_on(log):
    log.write("x 1\n")
    log.look()
    new = log.path.with_name("new")
    new.write_bytes(log.path.read_bytes() + b"x 2\n")
    new.replace(log.path)
    log.look()
    assert numbers(log) == [1, 2]


def test_a_copy_under_way_is_let_be_until_the_log_was_truncated(log):
    log.write("x 1\nx 2\n")
    log.look()
    log.write("x 3\n")
    log.rotated(1).write_bytes(log.path.read_bytes()[:-6])
    log.look()
    log.rotated(1).write_bytes(log.path.read_bytes())
    os.truncate(log.path, 0)
    log.write("x 4\n")
    log.look()
    assert numbers(log) == [1, 2, 3, 4]


def test_a_folder_of_its_own_for_what_is_rotated(tmp_path):
    (tmp_path / "old").mkdir()
    log = Log(tmp_path, rotated=[str(tmp_path / "old" / "app*")])
    log.write("x\n")
    log.look()
    log.write("x 1\n")
    log.path.rename(tmp_path / "old" / "app-a")
    log.write("x 2\n")
    log.look()
    assert numbers(log) == [1, 2]


def test_a_link_that_is_set_to_the_file_of_the_day(tmp_path):
    log = Log(tmp_path)
    first, second = tmp_path / "app-20260401.log", tmp_path / "app-20260402.log"
    first.touch()
    log.path.symlink_to(first)
    log.look()
    log.write("x 1\n", first)
    second.touch()
    log.path.unlink()
    log.path.symlink_to(second)
    log.write("x 2\n")
    log.look()
    assert numbers(log) == [1, 2]


def test_a_look_reads_no_more_than_its_portion_and_the_next_goes_on(tmp_path):
    log = Log(tmp_path, from_start=True, portion=1)
    log.write("".join(f"x {n} {'.' * 90}\n" for n in range(50_000)))
    counts = [log.look()]
    while log.behind:
        counts.append(log.look())
    assert sum(counts) == 50_000 and max(counts) < 25_000


def test_a_look_that_takes_too_long_stops_and_the_next_goes_on(tmp_path):
    log = Log(tmp_path)
    log.look()
    for first in range(0, 60_000, 20_000):
        log.write("".join(f"x {n} {'.' * 90}\n" for n in range(first, first + 20_000)))
        log.rename()
    counts = [log.look(is_enough=lambda: True)]
    while log.behind:
        counts.append(log.look(is_enough=lambda: True))
    assert sum(counts) == 60_000 and max(counts) <= 20_000


def test_a_line_of_more_than_a_mebibyte_counts_once_and_takes_no_room(tmp_path):
    log = Log(tmp_path, from_start=True)
    log.write("x 1\nx " + "." * 3_000_000)
    assert log.look() == 2
    log.write("x" * 1_200_000 + "\nx 3\n")
    assert log.look() == 1
    assert [len(line) for line in log.lines] == [3, 1000, 3]


def test_more_rotated_files_than_are_remembered_are_never_read_twice(tmp_path):
    log = Log(tmp_path)
    for number in range(90):
        log.write(f"x old {number}\n", log.rotated(100 + number))
    log.look()
    for number in range(50):
        log.rotated(100 + number).unlink()
        log.look()
    assert log.hits == 0


def test_files_rotated_while_nobody_looked_are_all_read_however_many_and_in_portions(tmp_path):
    log = Log(tmp_path)
    log.look()
    for number in range(70):
        log.write(f"x {number}\n")
        log.path.rename(log.rotated(number))
    log.path.touch()
    while log.look(is_enough=lambda: True) or log.behind:
        pass
    assert log.hits == 70
    assert [log.look(), log.look()] == [0, 0]


class Meanwhile(LocalFiles):
    """Something happens once, in the moment in which a certain file is opened."""

    def __init__(self, path, happens):
        super().__init__()
        self.path, self.happens = str(path), [happens]

    def open(self, path):
        if path == self.path and self.happens:
            self.happens.pop()()
        return super().open(path)


def test_a_copy_that_takes_the_place_of_the_last_one_is_read(log):
    """cp app.log app.log.1 && : > app.log: the copy is the same file each time."""
    log.write("x 1 and much more\n")
    log.look()
    copy = log.rotated(1)
    copy.write_bytes(log.path.read_bytes()[:30])
    log.look()
    copy.write_bytes(log.path.read_bytes())
    os.truncate(log.path, 0)
    log.write("x 2\n")
    copy.write_bytes(log.path.read_bytes())
    os.truncate(log.path, 0)
    log.look()
    log.look()
    assert numbers(log) == [1, 2]


def test_a_log_truncated_just_after_it_was_looked_up_is_not_read_again_in_its_copy(log):
    log.write("x 1\n")
    log.look()
    log.rotated(1).write_bytes(log.path.read_bytes())
    log.files = Meanwhile(log.path, lambda: os.truncate(log.path, 0))
    for _ in range(3):
        log.look()
    assert numbers(log) == [1]


def test_a_file_gone_just_after_it_was_looked_up_is_not_read_again_compressed(log):
    log.write("x 1\n")
    log.rename()
    log.look()
    plain = log.rotated(1)
    log.rotated(1, ".gz").write_bytes(gzip.compress(plain.read_bytes()))
    log.files = Meanwhile(plain, plain.unlink)
    for _ in range(3):
        log.look()
    assert numbers(log) == [1]


@pytest.fixture
def unread(log):
    """A rotated file that no look had time for, compressed beside itself."""
    for number in (1, 2):
        log.write(f"x {number}\n")
        log.rename()
    log.rotated(1, ".gz").write_bytes(gzip.compress(log.rotated(1).read_bytes()))
    log.look(is_enough=lambda: True)
    assert numbers(log) == [1]
    return log


def test_a_file_that_was_not_read_yet_is_not_read_compressed_too(unread):
    unread.look()
    unread.look()
    assert numbers(unread) == [1, 2]


def test_a_file_that_goes_before_it_was_read_is_read_compressed(unread):
    plain = unread.rotated(1)
    unread.files = Meanwhile(plain, plain.unlink)
    for _ in range(3):
        unread.look()
    assert numbers(unread) == [1, 2]


@pytest.mark.parametrize("ending", [".gz", ".bz2", ".xz"])
def test_a_compressed_file_that_goes_to_another_disk_is_known_there(tmp_path, ending):
    (tmp_path / "old").mkdir()
    log = Log(tmp_path, rotated=[str(tmp_path / "old" / "*")])
    log.rotated(9, ending).write_bytes(PACKERS[ending](b"x old\n"))
    log.look()
    log.write("x 1\n")
    log.look()
    log.write("x 2\n")
    log.rotated(1, ending).write_bytes(PACKERS[ending](log.path.read_bytes()))
    log.path.unlink()
    log.look()
    for number in (1, 9):
        there = tmp_path / "old" / f"{number}{ending}"
        there.write_bytes(log.rotated(number, ending).read_bytes())
        log.rotated(number, ending).unlink()
    log.look()
    assert numbers(log) == [1, 2]


def test_an_old_file_that_is_being_compressed_at_the_first_look_is_passed_over(tmp_path):
    log = Log(tmp_path)
    log.write("".join(f"x {number} {os.urandom(50).hex()}\n" for number in range(999)))
    log.rename()
    packed = gzip.compress(log.rotated(1).read_bytes())
    log.rotated(1, ".gz").write_bytes(packed[: len(packed) // 2])
    log.look()
    log.rotated(1, ".gz").write_bytes(packed)
    log.rotated(1).unlink()
    log.look()
    assert log.hits == 0


def test_an_old_file_that_could_not_be_read_at_the_first_look_is_passed_over(tmp_path):
    class Files(LocalFiles):
        def open(self, path):
            if path.endswith(".1"):
                raise PermissionError(path)
            return super().open(path)

    log = Log(tmp_path)
    log.write("x 1\n", log.rotated(1))
    log.path.touch()
    log.files = Files()
    log.look()
    log.files = LocalFiles()
    log.look()
    assert log.hits == 0


def test_a_compressed_file_that_takes_too_long_to_unpack_holds_up_nothing(log):
    log.write_bytes(b"y" * (40 << 20) + b"\n")
    log.look()
    log.write("x 1\n")
    log.rename()
    log.rotated(1, ".bz2").write_bytes(bz2.compress(log.rotated(1).read_bytes(), 1))
    log.rotated(1).unlink()
    log.write("x 2\n")
    log.look(is_enough=lambda: True)
    log.look()
    assert numbers(log) == [2]


@pytest.mark.parametrize("size", [100, 5 << 20])
def test_what_a_writer_that_does_not_append_leaves_before_its_lines_is_no_part_of_them(
    tmp_path, size
):
    """It goes on where it was, so that there are zero bytes up to there."""
    log = Log(tmp_path, terms=[{"pattern": "^x"}])
    log.look()
    with log.path.open("wb", buffering=0) as writer:
        writer.write(b"y" * size + b"\n")
        log.look()
        log.copy_truncate()
        writer.write(b"x 1\nx 2\n")
    log.look()
    assert numbers(log) == [1, 2]


def test_a_link_that_leads_nowhere_hides_no_rotated_file(log):
    log.write("x 1\n")
    log.rename()
    log.path.with_name("app.log.link").symlink_to("app.log.link")
    log.look()
    assert numbers(log) == [1]


STEPS = st.lists(
    st.sampled_from(
        ["line", "line", "line", "half", "look", "look", "rename", "copy", "gzip 1", "gzip 2"]
    ),
    max_size=40,
)


@given(steps=STEPS)
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_happens_in_whatever_order_each_line_is_found_once(tmp_path_factory, steps):
    log = Log(tmp_path_factory.mktemp("logs"))
    log.look()
    written, open_line = 0, False
    for step in steps:
        match step:
            case "line":
                log.write(" end\n" if open_line else f"x {written} line {'.' * written}\n")
                written, open_line = written + (not open_line), False
            case "half" if not open_line:
                log.write(f"x {written}")
                written, open_line = written + 1, True
            case "look":
                log.look()
            # Whoever rotates in the midst of a line cuts it: that is the rotator's doing.
            case "rename" if not open_line and log.path.exists():
                log.rename()
            case "copy" if not open_line and log.path.exists():
                log.copy_truncate()
            case "gzip 1":
                log.compress(1)
            case "gzip 2":
                log.compress(2)
    if open_line:
        log.write("\n")
    for _ in range(3):
        log.look()
    assert sorted(numbers(log)) == list(range(written))
