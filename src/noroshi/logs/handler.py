"""The way from `logging` to a sink: a bounded queue, and the thread that writes what is in it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue

from noroshi.logs.line_format import Line, line_of
from noroshi.logs.repeats import Repeats
from noroshi.logs.sinks import Sink

MOST_WAITING = 2000
"""Lines in the queue; with a disk that hangs, more would only take memory."""
LOOK = 1.0
GATHER = 0.01
"""Seconds in which what else is said joins a line: to wake the thread for each costs as much as
all the rest of it."""
AT_ONCE = 50
"""The most lines that are written in one go."""
LAST_LINES = 2.0
"""Seconds that the end waits for the last lines: a disk that hangs must not hold it up."""
DROPPED = "%d lines of this log were dropped: they came faster than they could be written"
LOST = "%d lines could not be written to this log: %s"
OUR_NAME = "noroshi.logs"


@contextmanager
def logging_to(sink: Sink, level: str, steady: Callable[[], float]) -> Iterator[None]:
    """Send all that is logged from this level on to the sink, until the block ends."""
    writer = Writer(sink, steady)
    root, handler = logging.getLogger(), _Handler(writer.put)
    level_before = root.level
    root.setLevel(level.upper())
    root.addHandler(handler)
    logging.captureWarnings(capture=True)
    writer.start()
    try:
        yield
    finally:
        logging.captureWarnings(capture=False)
        root.removeHandler(handler)
        root.setLevel(level_before)
        writer.stop()


class _Handler(logging.Handler):
    """Words are found at once, as the values may change; writing is left to the thread."""

    def __init__(self, put: Callable[[Line], None]) -> None:
        super().__init__()
        self._put = put

    def emit(self, record: logging.LogRecord) -> None:
        self._put(line_of(record))


class Writer:
    """Write lines in a separate thread; count those that cannot be written, and tell the count
    later."""

    def __init__(
        self, sink: Sink, steady: Callable[[], float], most_waiting: int = MOST_WAITING
    ) -> None:
        """`steady` tells seconds."""
        self._sink, self._steady = sink, steady
        # Not a Queue: its locks, taken for each line, cost more than the line.
        self._queue, self._max_waiting = SimpleQueue[Line | None](), most_waiting
        self._dropped_count, self._counting = 0, threading.Lock()
        self._repeats = Repeats()
        self._lost_count, self._failure_text = 0, ""
        self._ending = threading.Event()
        # A daemon: one that hangs in a write must not keep the process.
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def put(self, line: Line) -> None:
        """Never waits; a line for which there is no room is counted."""
        if self._queue.qsize() < self._max_waiting:
            self._queue.put(line)
            return
        with self._counting:
            self._dropped_count += 1

    def stop(self) -> None:
        """Write what waits, unless it takes too long."""
        self._ending.set()
        self._queue.put(None)  # wakes it
        self._thread.join(LAST_LINES)

    def _run(self) -> None:
        while not self._ending.is_set() or not self._queue.empty():
            self._step()
            if self._queue.empty():
                self._ending.wait(GATHER)
        self._write(list(self._repeats.remaining_lines()))
        self._tell_dropped()
        self._sink.close()

    def _step(self) -> None:
        """Write the lines that wait, a few at once, and what has become due meanwhile."""
        lines = list[Line]()
        for line in self._next_lines():
            lines += self._repeats.take(line, self._steady())
        self._write([*lines, *self._repeats.due(self._steady())])
        self._tell_dropped()

    def _next_lines(self) -> Iterator[Line]:
        """Yield some lines that wait, without the mark that only wakes."""
        with suppress(Empty):
            lines = [self._queue.get(timeout=LOOK)]
            with suppress(Empty):
                while len(lines) < AT_ONCE:
                    lines.append(self._queue.get_nowait())
            yield from (line for line in lines if line is not None)

    def _write(self, lines: Sequence[Line]) -> None:
        """Write in one go: each write is one more turn at the interpreter's lock."""
        if not lines:
            return
        try:
            self._sink.write(*lines)
        except OSError as error:
            self._lost_count += len(lines)
            self._failure_text = error.strerror or str(error)
            return
        if self._lost_count:  # the sink takes lines again
            notice, self._lost_count = LOST % (self._lost_count, self._failure_text), 0
            self._write([_own_line(notice)])

    def _tell_dropped(self) -> None:
        with self._counting:
            dropped_count, self._dropped_count = self._dropped_count, 0
        if dropped_count:
            self._write([_own_line(DROPPED % dropped_count)])


def _own_line(text: str) -> Line:
    return line_of(logging.LogRecord(OUR_NAME, logging.WARNING, __file__, 0, text, None, None))
