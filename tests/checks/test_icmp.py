"""ICMP packets, as they stand in the RFCs."""

from __future__ import annotations

import socket

import pytest

from noroshi.checks.icmp import checksum, is_answer, request, without_header

MARK = b"0123456789abcdef"
V4, V6 = socket.AF_INET, socket.AF_INET6


def answer_to(asked, kind):
    return bytes([kind]) + asked[1:]


def test_a_request_for_ipv4_sums_up_to_nothing():
    assert checksum(request(V4, 77, 1, MARK)) == 0


@pytest.mark.parametrize(
    ("packet", "total"),
    [
        pytest.param(b"\x00\x01\xf2\x03\xf4\xf5\xf6\xf7", 0x220D, id="RFC 1071, 3"),
        pytest.param(b"\x01", 0xFEFF, id="an odd length"),
        pytest.param(b"\xff\xff\xff\xff", 0, id="a carry"),
    ],
)
def test_the_internet_checksum(packet, total):
    assert checksum(packet) == total


@pytest.mark.parametrize(("family", "ask", "answer"), [(V4, 8, 0), (V6, 128, 129)])
def test_its_answer_is_known_by_sort_number_and_mark(family, ask, answer):
    asked = request(family, 77, 3, MARK)
    assert asked[0] == ask
    good = answer_to(asked, answer)
    assert is_answer(good, family, 3, MARK)
    assert not is_answer(asked, family, 3, MARK), "our own request, heard on loopback"
    assert not is_answer(good, family, 2, MARK), "an earlier one's, come late"
    assert not is_answer(good, family, 3, MARK[::-1]), "somebody else's"
    assert not is_answer(answer_to(asked, 3), family, 3, MARK), "a router's"


@pytest.mark.parametrize("packet", [b"", b"\0", b"\0" * 7])
def test_a_packet_that_is_cut_off_is_no_answer(packet):
    assert not is_answer(packet, V4, 0, b"")


@pytest.mark.parametrize(
    ("packet", "rest"),
    [
        pytest.param(b"\x45" + b"h" * 19 + b"icmp", b"icmp", id="without options"),
        pytest.param(b"\x46" + b"h" * 23 + b"icmp", b"icmp", id="with an option"),
        pytest.param(b"\x45cut", b"", id="cut off"),
        pytest.param(b"", b"", id="empty"),
    ],
)
def test_the_header_of_ipv4_says_its_own_length(packet, rest):
    assert without_header(packet) == rest
