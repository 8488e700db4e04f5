"""From `logging` to a sink: nobody waits, nothing is dropped in silence, nothing ends the node."""

import errno
import logging
import time
import warnings
from threading import Event

from noroshi.logs import logging_to
from noroshi.logs.handler import AT_ONCE, Writer
from tests.logs.sample_lines import Kept, line

log = logging.getLogger("noroshi.test")


def test_what_is_logged_is_in_the_sink_when_the_block_has_ended():
    kept = Kept()
    with logging_to(kept, "info", time.monotonic):
        log.debug("too little")
        log.info("mail accepted id=%s", 5)
        log.warning("full")
    log.critical("too late")
    assert kept.texts == ["mail accepted id=5", "full"]
    assert kept.closed


def test_the_same_line_from_one_place_is_counted():
    kept = Kept()
    with logging_to(kept, "info", time.monotonic):
        for _ in range(42):
            log.warning("full")
    assert kept.texts == ["full", "full [repeated 41 times]"]


def test_a_warning_of_python_itself_is_an_event_too():
    kept = Kept()
    with logging_to(kept, "info", time.monotonic), warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old", stacklevel=1)
    (text,) = kept.texts
    assert "UserWarning: old" in text and text.isprintable()


class Hanging(Kept):
    """A disk that hangs in the first line until it is let go."""

    def __init__(self):
        super().__init__()
        self.began, self.go = Event(), Event()

    def write(self, *lines):
        self.began.set()
        self.go.wait()
        super().write(*lines)


def test_a_disk_that_hangs_holds_up_nobody_and_what_was_dropped_is_told():
    sink = Hanging()
    writer = Writer(sink, time.monotonic, most_waiting=10)
    writer.start()
    writer.put(line("first"))
    sink.began.wait()
    for n in range(25):
        writer.put(line(str(n)))
    sink.go.set()
    writer.stop()
    assert [text for text in sink.texts if text.isdigit()] == [str(n) for n in range(10)]
    (told,) = [text for text in sink.texts if "dropped" in text]
    assert told.startswith("15 lines of this log were dropped")


def test_what_a_sink_cannot_take_is_counted_and_told_once_it_can():
    sink = Kept()
    writer = Writer(sink, lambda: 0.0)
    sink.why = OSError(errno.ENOSPC, "No space left on device")
    writer._write([line("one"), line("two")])
    sink.why = None
    writer._write([line("three"), line("four")])
    assert sink.texts == [
        "three",
        "four",
        "2 lines could not be written to this log: No space left on device",
    ]


def test_of_many_lines_that_wait_at_once_none_is_left_out_and_none_overtakes():
    sink = Hanging()
    writer = Writer(sink, time.monotonic)
    writer.start()
    for n in range(3 * AT_ONCE):
        writer.put(line(str(n)))
    sink.go.set()
    writer.stop()
    assert sink.texts == [str(n) for n in range(3 * AT_ONCE)]
