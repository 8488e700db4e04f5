"""Where lines go: a rotated file that a full volume does not break, the journal, stderr."""

import os
import stat
import sys

import pytest

from noroshi.logs.sinks import RotatedFile, Stderr, WithEvents, journal_listens, sink_of
from noroshi.system.windows_event_source import event_text
from tests.logs.sample_lines import line
from tests.stores.volumes import fill, tmpfs


@pytest.fixture
def path(tmp_path):
    return tmp_path / "noroshi.log"


def told(path):
    return [text.rpartition(": ")[2] for text in path.read_text("utf-8").splitlines()]


def wrote(path, *texts, **how):
    file = RotatedFile(path, min_free_bytes=0, **how)
    for text in texts:
        file.write(line(text))
    file.close()


def test_the_file_is_its_owners_alone(path):
    wrote(path, "one", "二つ目")
    assert told(path) == ["one", "二つ目"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_later_start_goes_on_in_the_same_file(path):
    wrote(path, "one")
    wrote(path, "two")
    assert told(path) == ["one", "two"]


def test_the_file_is_rotated_by_size_and_only_so_many_are_kept(path):
    wrote(path, *(f"{n:03}" for n in range(60)), largest=300, files=5)
    kept = [path.with_name(f"noroshi.log{end}") for end in (".4", ".3", ".2", ".1", "")]
    assert sorted(path.parent.iterdir()) == sorted(kept)
    assert all(file.stat().st_size <= 300 for file in kept)
    if sys.platform != "win32":
        assert {stat.S_IMODE(file.stat().st_mode) for file in kept} == {0o600}
    numbers = [int(text) for file in kept for text in told(file)]
    assert numbers == list(range(60))[-len(numbers) :]


def test_a_line_longer_than_a_file_is_written_all_the_same(path):
    wrote(path, "short", "l" * 500, "short again", largest=300)
    assert "l" * 500 in path.with_name("noroshi.log.1").read_text("utf-8")
    assert told(path) == ["short again"]


def test_a_file_that_was_taken_away_is_made_anew(path):
    file = RotatedFile(path, min_free_bytes=0)
    file.write(line("one"))
    path.unlink()
    file.write(line("two"))
    file.close()
    assert told(path) == ["two"]


def test_a_line_that_would_take_the_room_of_the_alarms_goes_to_stderr(path, capfd):
    file = RotatedFile(path, min_free_bytes=1 << 60)
    with pytest.raises(OSError, match="no room left"):
        file.write(line("one"))
    assert path.read_bytes() == b""
    assert "one" in capfd.readouterr().err


def test_a_link_in_its_place_is_not_followed(path):
    other = path.with_name("other")
    other.write_text("as it was")
    path.symlink_to(other)
    with pytest.raises(OSError, match="symbolic link"):
        RotatedFile(path, min_free_bytes=0).write(line("one"))
    assert other.read_text() == "as it was"


def test_on_a_full_volume_lines_go_to_stderr_and_into_the_file_again_later(tmp_path, capfd):
    with tmpfs(tmp_path / "small", 4) as small:
        file = RotatedFile(small / "noroshi.log", min_free_bytes=0)
        file.write(line("before"))
        filler = fill(small)
        lost = 0
        for n in range(500):  # until the page that the file has is used up
            try:
                file.write(line(f"meanwhile {n} {'x' * 100}"))
            except OSError:
                lost += 1
        filler.unlink()
        file.write(line("after"))
        file.close()
        texts = (small / "noroshi.log").read_text("utf-8").splitlines()
    on_stderr = capfd.readouterr().err.splitlines()
    assert lost == len(on_stderr) > 400
    assert "meanwhile" in on_stderr[-1]
    assert texts[0].endswith(": before") and texts[-1].endswith(": after")


def test_the_last_room_of_a_volume_is_left_to_the_alarms(tmp_path, capfd):
    with tmpfs(tmp_path / "small", 4) as small:
        file = RotatedFile(small / "noroshi.log", min_free_bytes=2 << 20)
        file.write(line("before"))
        fill(small, leave=1 << 20)
        with pytest.raises(OSError, match="no room left"):
            file.write(line("meanwhile"))
        assert told(small / "noroshi.log") == ["before"]
    assert capfd.readouterr().err.rstrip().endswith(": meanwhile")


def test_the_journal_is_known_by_device_and_inode_of_stderr(tmp_path):
    with (tmp_path / "stream").open("wb") as stream, (tmp_path / "other").open("wb") as other:
        found = os.fstat(stream.fileno())
        environment = {"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"}
        assert journal_listens(environment, stream.fileno())
        assert not journal_listens(environment, other.fileno())
        assert not journal_listens({}, stream.fileno())
        assert not journal_listens({"JOURNAL_STREAM": "x"}, stream.fileno())
        gone = os.dup(other.fileno())
    os.close(gone)
    assert not journal_listens(environment, gone)


def test_the_journal_gets_lines_with_their_priority(tmp_path):
    with (tmp_path / "stream").open("wb") as stream:
        Stderr(journal=True, file=stream.fileno()).write(line("full", level=40))
    assert (tmp_path / "stream").read_bytes() == b"<3>noroshi.engine: full\n"


def test_the_setting_chooses(tmp_path):
    found = os.fstat(2)
    systemd = {"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"}
    assert isinstance(sink_of("file", tmp_path, systemd), RotatedFile)
    forms = {
        (log, bool(env)): sink_of(log, tmp_path, env)._form(line("full"))[0]
        for log in ("auto", "stderr")
        for env in (systemd, {})
    }
    assert [key for key, first in forms.items() if first == "<"] == [("auto", True)]


class EventLog:
    """An event log that takes so many events, and then no more."""

    def __init__(self, room=9):
        self.events, self.room, self.is_closed = [], room, False

    def report(self, number, text, *, is_error):
        if len(self.events) >= self.room:
            raise OSError("the event log is full")
        self.events.append((number, text, is_error))

    def close(self):
        self.is_closed = True


def test_warnings_and_worse_go_to_the_event_log_as_well(tmp_path):
    events = EventLog()
    sink = WithEvents(RotatedFile(tmp_path / "log"), events)
    sink.write(*(line(f"level {level}", level=level) for level in (10, 20, 30, 35, 40, 50)))
    sink.close()
    assert events.events == [
        (100, "noroshi.engine: level 30", False),
        (100, "noroshi.engine: level 35", False),
        (200, "noroshi.engine: level 40", True),
        (300, "noroshi.engine: level 50", True),
    ]
    assert (tmp_path / "log").read_text().count("level") == 6
    assert events.is_closed


def test_an_event_log_that_takes_nothing_costs_no_line_of_the_file(tmp_path):
    sink = WithEvents(RotatedFile(tmp_path / "log"), EventLog(room=0))
    sink.write(line("first", level=40), line("second", level=40))
    sink.close()
    assert [text.split()[-1] for text in (tmp_path / "log").read_text().splitlines()] == [
        "first",
        "second",
    ]


def test_a_file_that_takes_nothing_costs_no_event(tmp_path):
    events = EventLog()
    with pytest.raises(OSError):
        WithEvents(RotatedFile(tmp_path / "no" / "log"), events).write(line("x", level=50))
    assert [number for number, _text, _is_error in events.events] == [300]


def test_event_viewer_shows_a_percent_sign_and_no_other_text_in_its_place():
    assert event_text("95% of %1 and %%2; 100 %") == "95% of % 1 and % % 2; 100 %"
