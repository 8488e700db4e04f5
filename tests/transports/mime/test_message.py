from __future__ import annotations

import quopri
import re
from base64 import b64decode
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import parsedate_to_datetime
from hashlib import sha256

import pytest
from hypothesis import example, given, strategies as st

from noroshi.core.mail import Envelope, Origin
from noroshi.transports.mime.message import (
    AddressError,
    ascii_domain,
    compose,
    is_of,
    message_id,
    message_ids,
    one_line,
    smtp_address,
)

NIGHT = datetime(2026, 11, 23, 22, 40, 12, 345678, tzinfo=UTC)
LETTER = Envelope(
    id="01JDE4Z0QH.17/ops/aki",
    routes=("smtp1",),
    contact="aki",
    to=("aki@minato-seiki.example",),
    order="01JDE4Z0QH/aki",
    alarms=("01JDE4Z0QH.17/ops/aki",),
    born=NIGHT,
    payload={
        "subject": "[危険] FS01 D: 共有 使用率 95.2% (危険 95% 以上)",
        "text": "使用率が 95.2% です。\n",
        "language": "ja",
        "importance": "high",
        "list": "FS01",
        "list_title": "ファイルサーバー",
        "zone": "Asia/Tokyo",
    },
)
SENDER = "noroshi@minato-seiki.example"


def mail(envelope=LETTER, sender=SENDER, name="Noroshi"):
    return message_from_bytes(compose(envelope, sender, name), policy=policy.default)


def with_payload(**changed):
    return replace(LETTER, payload={**LETTER.payload, **changed})


def test_an_alarm_has_every_header_that_a_mail_program_asks_for():
    parsed = mail()
    assert dict(parsed.items()) == {
        "From": "Noroshi <noroshi@minato-seiki.example>",
        "To": "aki@minato-seiki.example",
        "Subject": "[危険] FS01 D: 共有 使用率 95.2% (危険 95% 以上)",
        "Date": "Tue, 24 Nov 2026 07:40:12 +0900",
        "Message-ID": "<01JDE4Z0QH.17/ops/aki@minato-seiki.example>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "List-Id": "ファイルサーバー <FS01.noroshi.minato-seiki.example>",
        "Importance": "high",
        "MIME-Version": "1.0",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "base64",
        "Content-Language": "ja",
    }
    assert not parsed.defects
    assert parsed.get_content() == "使用率が 95.2% です。\r\n"


def test_the_same_envelope_makes_the_same_bytes():
    assert compose(LETTER, SENDER, "狼煙") == compose(LETTER, SENDER, "狼煙")


def test_an_attempt_at_the_rest_of_the_addresses_is_the_same_mail():
    both = replace(LETTER, to=("b@x.example", "a@x.example"))
    rest = replace(LETTER, to=("a@x.example",), reached=("b@x.example",))
    assert compose(both, SENDER, "Noroshi") == compose(rest, SENDER, "Noroshi")


def test_an_attempt_after_an_address_was_refused_is_the_same_mail():
    both = replace(LETTER, to=("b@x.example", "a@x.example"))
    rest = replace(LETTER, to=("a@x.example",), refused=("b@x.example",))
    assert compose(both, SENDER, "Noroshi") == compose(rest, SENDER, "Noroshi")


def test_a_repeat_hangs_on_the_first_mail_of_its_problem():
    parsed = mail(replace(LETTER, thread=("E.1/ops/aki", "E.2/ops/aki")))
    assert parsed["In-Reply-To"] == "<E.1/ops/aki@minato-seiki.example>"
    assert parsed["References"].split() == [
        "<E.1/ops/aki@minato-seiki.example>",
        "<E.2/ops/aki@minato-seiki.example>",
    ]


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        pytest.param("Asia/Tokyo", "Tue, 24 Nov 2026 07:40:12 +0900", id="tokyo"),
        pytest.param("America/St_Johns", "Mon, 23 Nov 2026 19:10:12 -0330", id="half an hour"),
        pytest.param("", "Mon, 23 Nov 2026 22:40:12 +0000", id="no zone"),
        pytest.param("../../etc/passwd", "Mon, 23 Nov 2026 22:40:12 +0000", id="a path"),
        pytest.param("Mars/Base", "Mon, 23 Nov 2026 22:40:12 +0000", id="unknown"),
    ],
)
def test_the_date_is_told_in_the_contact_s_zone(zone, told):
    parsed = mail(with_payload(zone=zone))
    assert str(parsed["Date"]) == told
    assert parsedate_to_datetime(parsed["Date"]) == NIGHT.replace(microsecond=0)


def test_a_bare_payload_makes_a_mail_too():
    parsed = mail(replace(LETTER, payload={"subject": "test", "text": "ok"}))
    assert parsed["Subject"] == "test" and parsed["Importance"] == "normal"
    assert "List-Id" not in parsed and "Content-Language" not in parsed


JAPANESE = st.text(
    st.sampled_from("危険注意回復失敗ディスク使用率①㈱髙ｱｲ、。〜%:[]()=?_ab0 　😀é\u0301\\\"'"),
    max_size=150,
)


@given(st.one_of(JAPANESE, st.text(max_size=120)))
@example("[危険]  FS01   D:  ")
@example("=?utf-8?q?x?=")
@example("a" * 300)
@example("危\u2028険\x85\r\nBcc: x@y.example\ud800")
def test_a_subject_comes_out_as_it_went_in(subject):
    raw = compose(with_payload(subject=subject), SENDER, "Noroshi")
    wanted = one_line(subject)
    assert str(message_from_bytes(raw, policy=policy.default)["Subject"]) == wanted
    old_parser = message_from_bytes(raw)["Subject"]
    assert str(make_header(decode_header(old_parser))) == wanted
    assert decoded_by_hand(raw) == wanted


def decoded_by_hand(raw):
    """RFC 2047 as a mail program reads it that is not Python's."""
    value = re.search(rb"(?m)^Subject: ([^\r\n]*(?:\r\n[ \t][^\r\n]*)*)", raw)[1].decode(
        "ascii"
    )
    words = re.sub(r"\?=\s+=\?", "?==?", value)
    return re.sub(r"=\?utf-8\?([bq])\?([^?]*)\?=", lambda m: decoded_word(*m.groups()), words)


def decoded_word(encoding, text):
    data = b64decode(text) if encoding == "b" else quopri.decodestring(text, header=True)
    return data.decode()


@given(JAPANESE)
def test_no_line_of_a_mail_is_longer_than_a_server_takes(text):
    raw = compose(with_payload(subject=text, text=text, list_title=text), SENDER, text)
    head = raw.partition(b"\r\n\r\n")[0]
    assert max(map(len, head.split(b"\r\n"))) <= 120
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"") and b"\r" not in raw.replace(b"\r\n", b"")


HOSTILE = "x\r\nBcc: evil@y.example\r\n\r\nbody\n.\r\u2028\x00"
NAMES = {
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "List-Id",
    "Importance",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "Content-Language",
}


def test_no_field_can_add_a_header():
    hostile = replace(
        LETTER,
        id=HOSTILE,
        thread=(HOSTILE, HOSTILE),
        to=(HOSTILE, f"a@{HOSTILE}", "a b@x.example", "a>,b@x.example"),
        payload=dict.fromkeys([*LETTER.payload, "level"], HOSTILE),
    )
    raw = compose(hostile, SENDER, HOSTILE)
    parsed = message_from_bytes(raw, policy=policy.default)
    assert set(parsed.keys()) <= NAMES and len(parsed.keys()) == len(set(parsed.keys()))
    assert "Bcc" not in parsed and parsed["To"].addresses == ()
    head = raw.partition(b"\r\n\r\n")[0].decode("ascii")
    assert all(re.match(r"[A-Za-z-]+: | ", line) for line in head.split("\r\n"))


@pytest.mark.parametrize(
    "sender", ["", "noroshi", "a@", "a b@x.example", "a@x.example\r\nBcc: y@z", "あ@x.example"]
)
def test_a_sender_that_is_no_address_is_refused(sender):
    with pytest.raises(AddressError):
        compose(LETTER, sender, "Noroshi")


def test_a_japanese_domain_goes_out_in_a_labels():
    assert smtp_address("info@日本語.example") == "info@xn--wgv71a119e.example"
    assert ascii_domain("ミナト精機.example").startswith("xn--")
    parsed = mail(replace(LETTER, to=("info@日本語.example",)), sender="n@日本語.example")
    assert parsed["To"] == "info@xn--wgv71a119e.example"
    assert parsed["Message-ID"].endswith("@xn--wgv71a119e.example>")


def test_a_display_name_with_quotes_and_commas_stays_one_name():
    parsed = mail(name='Noroshi, "Minato" \\ <b@x.example>')
    (sender,) = parsed["From"].addresses
    assert sender.display_name == 'Noroshi, "Minato" \\ <b@x.example>'
    assert sender.addr_spec == SENDER


@pytest.mark.parametrize(
    ("id", "left"),
    [
        pytest.param("01J.17/ops/aki", "01J.17/ops/aki", id="as it is"),
        pytest.param("a..b.", "a%2E.b%2E", id="dots that RFC 5322 forbids"),
        pytest.param("a b<c>@d%", "a%20b%3Cc%3E%40d%25", id="what is no atext"),
        pytest.param("監視", "%E7%9B%A3%E8%A6%96", id="japanese"),
    ],
)
def test_a_message_id_is_made_of_the_envelope_s(id, left):
    assert message_id(id, "", "x.example") == f"<{left}@x.example>"


MADE_BY = Origin("9f86d081884c7d65", "3fa94c01d2")
OF_A_LIFE = replace(
    LETTER,
    id="01JDE4Z0QH.17~3fa94c01d2/ops/aki",
    thread=("01JDE4Z0QH.16~aa11bb22cc/ops/aki", "01JDE4Z0QH.9/ops/aki"),
    origin=MADE_BY,
)


@pytest.mark.parametrize(
    ("id", "left"),
    [
        pytest.param("M.17~3fa94c01d2/ops/aki", "M.17~3fa94c01d2/ops/aki", id="of an alarm"),
        pytest.param("notice/well/3/x", "notice/well/3/x~3fa94c01d2", id="without a life"),
        pytest.param(
            "M.17~aa11bb22cc/ops/aki/together",
            "M.17~aa11bb22cc/ops/aki/together~3fa94c01d2",
            id="of a digest of what an earlier life told",
        ),
        pytest.param("x" * 300, sha256(b"x" * 300 + b"~3fa94c01d2").hexdigest(), id="long"),
    ],
)
def test_a_message_id_names_the_installation_and_the_life_that_gave_it(id, left):
    (own,) = message_ids(replace(LETTER, id=id, origin=MADE_BY), SENDER)
    assert own == f"<{left}@9f86d081884c7d65.noroshi.invalid>"
    assert is_of(own, id) is (len(id) < 200)
    assert not is_of(own, "another")


@pytest.mark.parametrize("sender", [SENDER, "root@other.example"])
def test_a_mail_has_one_message_id_whichever_route_sends_it(sender):
    parsed = mail(OF_A_LIFE, sender)
    domain = sender.partition("@")[2]
    assert parsed["Message-ID"] == (
        "<01JDE4Z0QH.17~3fa94c01d2/ops/aki@9f86d081884c7d65.noroshi.invalid>"
    )
    assert parsed["References"].split() == [
        "<01JDE4Z0QH.16~aa11bb22cc/ops/aki@9f86d081884c7d65.noroshi.invalid>",
        f"<01JDE4Z0QH.9/ops/aki@{domain}>",  # begun before there were installations
    ]


def test_a_very_long_id_is_told_by_its_hash():
    long = message_id("監視" * 200, "", "x.example")
    assert re.fullmatch(r"<[0-9a-f]{64}@x\.example>", long)


@pytest.mark.parametrize(
    ("said", "theirs"),
    [
        pytest.param("", (), id="nothing"),
        pytest.param("queued as 4711", (), id="a number of its own"),
        pytest.param(
            "<PR0DMB1@PR0DMB1.namprd00.prod.outlook.com> [Hostname=PR0DMB1]",
            ("<PR0DMB1@PR0DMB1.namprd00.prod.outlook.com>",),
            id="another message id",
        ),
        pytest.param("<01JDE4Z0QH.17/ops/aki@example.com> [Hostname=x]", (), id="ours again"),
        pytest.param("<a@b@c> < @d> <" + "x" * 999 + "@y>", (), id="none"),
    ],
)
def test_a_mail_goes_by_its_message_id_and_by_what_the_server_gave_it_instead(said, theirs):
    ours = "<01JDE4Z0QH.17/ops/aki@example.com>"
    assert message_ids(LETTER, "n@example.com", said) == (ours, *theirs)


def test_a_text_with_bare_line_ends_and_half_a_surrogate_is_mended():
    parsed = mail(with_payload(text="a\rb\nc\r\nd\ud83d\n\n\n"))
    assert parsed.get_content() == "a\r\nb\r\nc\r\nd?\r\n"


@pytest.mark.parametrize(
    "name",
    ["監視センター", "のろし 本社 第二計算機室 とても長い差出人の名前です", "é"],
    ids=["short", "long", "one letter"],
)
@pytest.mark.parametrize("charset", ["utf-8", "iso-2022-jp"])
def test_no_line_with_an_encoded_word_is_longer_than_76(name, charset):
    """RFC 2047, 2: the sender's address counts too."""
    raw = compose(LETTER, "noroshi.monitoring@mail.minato-seiki.example", name, charset)
    head = raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert [line for line in head if b"=?" in line and len(line) > 76] == []
    assert make_header(decode_header(message_from_bytes(raw)["From"])) == (
        f"{name} <noroshi.monitoring@mail.minato-seiki.example>"
    )


@pytest.mark.parametrize(
    "address",
    ["a" * 250 + "@x.example", "a@" + ".".join(["b" * 60] * 5)],
    ids=["local", "domain"],
)
def test_an_address_longer_than_smtp_can_carry_is_refused(address):
    """RFC 5321, 4.5.3.1.3: a path has 256 octets with its brackets."""
    with pytest.raises(AddressError):
        smtp_address(address)
