"""Texts about a program that could not run to its end, on each system."""

from __future__ import annotations

from noroshi.core.translation import _

SLOW = _("no answer within {seconds:g} s; the program and its child processes were terminated")
ENDLESS = _(
    "the program printed more than {most} KiB; it and its child processes were terminated"
)
NO_START = _("cannot start {path}: {why}")
HANGS = _(
    "{path} could not be started within {seconds:g} s (a network drive that does not answer?)"
)
