"""What is printed of performance counters, and the codes of Microsoft's page on errors of PDH."""

from __future__ import annotations

import pytest

from noroshi.hosts.operating_system.counter_output import counter_values_in
from noroshi.ports import CounterValue, Unmeasurable


def test_values_are_read():
    output = {"values": [["C:", 1], ["_Total", 2.5]]}
    assert counter_values_in(output, "x") == [
        CounterValue(value=1.0, item="C:"),
        CounterValue(value=2.5, item="_Total"),
    ]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0xC0000BB8, "there is no performance counter x"),
        (0x800007D1, "x has no data now"),
        (0xC0000BBA, r"cannot read the performance counter x \(code 0xC0000BBA\)"),
    ],
)
def test_a_code_is_told_in_words(code, words):
    with pytest.raises(Unmeasurable, match=words):
        counter_values_in({"error": code}, "x")
