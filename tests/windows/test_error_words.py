"""Errors of Windows in words: its own, where C has no number for them."""

from __future__ import annotations

import ctypes

from noroshi.core.translation import plain
from noroshi.knowledge.os_errors import cause_text, words_of

SERVICE_TIME_OUT, INVALID_PARAMETER, ACCESS_DENIED = 1053, 87, 5
EACCES, EINVAL = 13, 22


def test_an_error_that_c_does_not_know_has_the_words_of_windows():
    assert cause_text(ctypes.WinError(SERVICE_TIME_OUT)) == plain(
        ctypes.FormatError(SERVICE_TIME_OUT).strip()
    )


def test_one_that_c_knows_has_ours():
    assert cause_text(ctypes.WinError(ACCESS_DENIED)) == words_of("system", EACCES)
    assert cause_text(ctypes.WinError(INVALID_PARAMETER)) == words_of("system", EINVAL)
