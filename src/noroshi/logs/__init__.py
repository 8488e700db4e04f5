"""Noroshi's own log: one line an event, to the journal, the standard error or a rotated file.

Whoever logs never waits for a disk: lines are put into a bounded queue, and a thread writes them.
"""

from noroshi.logs.handler import logging_to
from noroshi.logs.sinks import Sink, sink_of

__all__ = ["Sink", "logging_to", "sink_of"]
