"""Lines of a log go along as a file that every system can keep and open."""

from __future__ import annotations

import pytest

from noroshi.actions.log_lines import BOM, safe
from noroshi.actions.mail import Options
from noroshi.actions.mail_draft import draft
from noroshi.core.levels import Level
from noroshi.core.model import Cause, Limits, Reading
from tests.actions.mails import LINES, drafted
from tests.actions.sample_alarms import SAM, alarm, topic


def found(lines, item=""):
    return Cause(Reading("found", len(lines), item=item, lines=tuple(lines)), Limits(warning=1))


def test_all_lines_go_along_and_the_first_five_are_shown():
    payload = drafted("log-lines", "en")
    (file,) = payload["attachments"]
    assert (file["name"], file["type"]) == ("orders-lines.txt", "text/plain")
    assert file["text"].startswith(BOM + "2026-11-24 07:40:01") and file["text"].endswith(
        "\r\n"
    )
    assert file["text"].count("\r\n") == len(LINES) == 7
    assert payload["text"].count("\n  | ") == 5
    assert (
        "Lines found (first 5 of 7; all lines are in the attached orders-lines.txt)"
        in payload["html"]
    )


def test_who_wants_no_file_gets_none_and_no_promise_of_one():
    payload = drafted("log-lines", "en", Options(attach_lines=False))
    assert "attachments" not in payload
    assert "Lines found (first 5 of 7)\n" in payload["text"]


def test_a_mail_without_lines_has_no_file():
    assert "attachments" not in drafted("alarm", "ja")


def test_lines_of_several_items_stand_in_one_file_each_under_its_name():
    alarms = tuple(
        alarm(found(["x", "y"], item), serial=n, item=item, contact=SAM)
        for n, item in enumerate(("a.log", "b.log"))
    )
    (file,) = draft(None, SAM, topic("en"), alarms)["attachments"]
    assert file["text"].split("\r\n")[1:-1] == ["x", "y", "== b.log ==", "x", "y"]


def test_a_file_is_bounded_and_says_what_it_leaves_out():
    alarms = tuple(
        alarm(found(["x" * 1000] * 50, f"{n}"), serial=n, item=f"{n}", contact=SAM)
        for n in range(6)
    )
    (file,) = draft(None, SAM, topic("en"), alarms)["attachments"]
    assert file["text"].endswith("(106 more lines omitted)\r\n")


def test_what_a_line_would_do_to_a_screen_it_does_not_do():
    cause = found(["\x1b[31mred\x1b[0m\x07", "a\r\n\r\n◆ OK", "\udc80\u202egnp.exe"])
    told = alarm(cause, Level.OK, Level.WARNING, contact=SAM)
    payload = draft(None, SAM, topic("en"), (told,))
    (file,) = payload["attachments"]
    assert file["text"] == f"{BOM}red\ufffd\r\na\ufffd\ufffd◆ OK\r\n\ufffd\ufffdgnp.exe\r\n"
    for part in (payload["text"], payload["html"], file["text"]):
        part.encode("utf-8")
        assert not {"\x1b", "\x07", "\u202e"} & set(part)
    assert "\n◆ OK" not in payload["text"]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        pytest.param("orders", "orders", id="plain"),
        pytest.param("受注ログ", "受注ログ", id="japanese"),
        pytest.param('a/b\\c:d*e?f"g<h>i|j', "a_b_c_d_e_f_g_h_i_j", id="forbidden on windows"),
        pytest.param("..\u202e\x00.", "__", id="dots and controls"),
        pytest.param("CON", "_CON", id="a device"),
        pytest.param("com1.log", "_com1.log", id="a device with an ending"),
        pytest.param("x" * 300, "x" * 60, id="too long"),
        pytest.param(" . ", "", id="nothing left"),
    ],
)
def test_a_name_is_made_one_for_every_file_system(name, kept):
    assert safe(name) == kept
