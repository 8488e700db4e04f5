"""HTML beside text, files, and ISO-2022-JP: what a mail program makes of our bytes."""

from __future__ import annotations

import re
from dataclasses import replace
from email import message_from_bytes, policy

import pytest
from hypothesis import example, given, strategies as st

from noroshi.transports.mime.message import compose
from tests.sweeps import sweep
from tests.transports.mime.test_message import LETTER, SENDER, with_payload

HTML = '<!doctype html>\n<meta charset="utf-8">\n<p>使用率が 95.2% です ⚠</p>\n'
LOG = {
    "name": "監視ログ 2026年11月24日.txt",
    "type": "text/plain",
    "text": "一行目\n二行目 ①\n",
}
NAMES = [
    pytest.param("app.log", id="plain"),
    pytest.param("監視ログ 2026年11月24日.txt", id="japanese"),
    pytest.param("受注サーバーの昨夜のエラー" * 6 + ".log", id="long japanese"),
    pytest.param('it\'s 100% "so" (a; b=c).txt', id="what must be quoted"),
    pytest.param("𠮷野家👩‍💻.txt", id="beyond the first plane"),
]


def sent(charset="utf-8", name="のろし", **payload):
    raw = compose(with_payload(**payload), SENDER, name, charset)
    parsed = message_from_bytes(raw, policy=policy.default)
    assert [part.defects for part in parsed.walk() if part.defects] == []
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"") and b"\r" not in raw.replace(b"\r\n", b"")
    return raw, parsed


def shape(part):
    """The tree of types, as one line."""
    if not part.is_multipart():
        return part.get_content_subtype()
    return f"{part.get_content_subtype()}({' '.join(map(shape, part.iter_parts()))})"


@sweep(
    ("given", "wanted"),
    [
        pytest.param({}, "plain", id="text alone"),
        pytest.param({"html": HTML}, "alternative(plain html)", id="with html"),
        pytest.param({"attachments": [LOG]}, "mixed(plain plain)", id="with a file"),
        pytest.param(
            {"html": HTML, "attachments": [LOG, LOG]},
            "mixed(alternative(plain html) plain plain)",
            id="with all of it",
        ),
        pytest.param({"html": None, "attachments": None}, "plain", id="nothing said"),
        pytest.param({"html": 7, "attachments": "no list"}, "plain", id="of the wrong sort"),
    ],
)
@sweep("charset", ["utf-8", "iso-2022-jp"])
def test_a_mail_has_just_the_parts_that_were_asked_for(given, wanted, charset):
    _, parsed = sent(charset, **given)
    assert shape(parsed) == wanted
    assert parsed.get_body(("plain",)).get_content() == "使用率が 95.2% です。\r\n"
    assert "Content-Transfer-Encoding" in parsed or parsed.is_multipart()


@pytest.mark.parametrize("charset", ["utf-8", "iso-2022-jp"])
def test_the_html_says_its_character_set_where_a_browser_looks_for_it(charset):
    _, parsed = sent(charset, html=HTML)
    html = parsed.get_body(("html",)).get_content()
    assert f'<meta charset="{charset}">' in html
    assert "使用率が 95.2% です" in html
    assert ("⚠" in html) is (charset == "utf-8") and ("&#9888;" in html) is (charset != "utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_a_file_comes_out_under_its_name_with_its_lines(name):
    raw, parsed = sent(attachments=[LOG | {"name": name}])
    (file,) = parsed.iter_attachments()
    shown = name.replace('"', "_")
    assert file.get_filename() == shown and file.get_content_disposition() == "attachment"
    assert file.get_content_type() == "text/plain"
    assert file.get_content().splitlines() == ["一行目", "二行目 ①"]
    head = raw.partition(b"\r\n\r\n")[2].partition(b"Content-Disposition: ")[2]
    assert max(map(len, head.partition(b"\r\n\r\n")[0].split(b"\r\n"))) <= 78


def test_a_japanese_name_is_said_in_both_ways_that_mail_programs_look_for():
    raw, _ = sent(attachments=[LOG])
    assert b"filename*0*=UTF-8''%E7%9B%A3" in raw
    assert b'name="=?utf-8?b?' in raw


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        pytest.param("../../etc/passwd", "_.._etc_passwd", id="a path"),
        pytest.param("C:\\Windows\\x.txt", "C__Windows_x.txt", id="a path of Windows"),
        pytest.param("x\r\nBcc: evil@y.example", "x__Bcc_ evil@y.example", id="a header"),
        pytest.param("", "attachment.txt", id="none"),
        pytest.param("...", "attachment.txt", id="dots"),
    ],
)
def test_a_name_can_neither_be_a_path_nor_add_a_header(name, shown):
    raw, parsed = sent(attachments=[LOG | {"name": name}])
    (file,) = parsed.iter_attachments()
    assert file.get_filename() == shown and b"\r\nBcc" not in raw


@pytest.mark.parametrize(
    ("type", "told"),
    [
        ("text/csv", "text/csv"),
        ("application/json", "application/json"),
        ("TEXT/PLAIN", "text/plain"),
        ("multipart/mixed", "text/plain"),
        ("text/plain\r\nBcc: a@b", "text/plain"),
        ("", "text/plain"),
    ],
)
def test_a_type_that_is_none_becomes_text(type, told):
    _, parsed = sent(attachments=[LOG | {"type": type}])
    (file,) = parsed.iter_attachments()
    assert file.get_content_type() == told


def test_the_same_envelope_makes_the_same_bytes_and_another_one_other_boundaries():
    given = {"html": HTML, "attachments": [LOG]}
    assert sent(**given)[0] == sent(**given)[0]
    one = re.findall(rb'boundary="(.*?)"', sent(**given)[0])
    other = compose(
        replace(with_payload(**given), id="01JDE4Z0QH.18/ops/aki"), SENDER, "Noroshi"
    )
    another = re.findall(rb'boundary="(.*?)"', other)
    assert len(set(one)) == len(set(another)) == 2 and not set(one) & set(another)


def test_a_text_that_quotes_a_boundary_of_ours_opens_no_part():
    raw, _ = sent("iso-2022-jp", html=HTML)
    (boundary,) = re.findall(rb'boundary="(.*?)"', raw)
    line = f"--{boundary.decode()}\nContent-Type: text/html\n\n<script>\n"
    _, parsed = sent("iso-2022-jp", html=HTML, text=line)
    assert shape(parsed) == "alternative(plain html)"
    assert "<script>" in parsed.get_body(("plain",)).get_content()


# ISO-2022-JP


def test_a_japanese_mail_is_all_in_iso_2022_jp_and_seven_bits():
    raw, parsed = sent("iso-2022-jp", html=HTML)
    for part in (parsed.get_body(("plain",)), parsed.get_body(("html",))):
        assert part.get_content_charset() == "iso-2022-jp"
        assert part["Content-Transfer-Encoding"] == "7bit"
    assert raw.isascii() and "使用率が".encode("iso-2022-jp")[:-3] in raw
    assert b"Subject: =?iso-2022-jp?b?" in raw and b"utf-8" not in raw.lower()
    assert parsed["Subject"] == LETTER.payload["subject"]
    assert parsed["From"].addresses[0].display_name == "のろし"
    assert parsed["List-Id"].startswith("ファイルサーバー")


def test_a_long_subject_is_folded_between_letters():
    subject = "受注サーバー web01 の応答がありません、" * 8
    raw, parsed = sent("iso-2022-jp", subject=subject)
    value = re.search(rb"(?m)^Subject: ((?:[^\r\n]*\r\n[ \t])*[^\r\n]*)", raw)[1]
    assert parsed["Subject"] == subject
    words = value.split()
    assert len(words) > 4 and all(len(word) <= 76 for word in words)
    assert max(map(len, value.split(b"\r\n"))) <= 76


@sweep(
    "said",
    [
        pytest.param("①番機", id="a circled digit"),
        pytest.param("髙橋様", id="the other taka"),
        pytest.param("ｻｰﾊﾞｰ停止", id="half-width kana"),
        pytest.param("🔥", id="an emoji"),
        pytest.param("é", id="a letter of Latin-1"),
    ],
)
@sweep("where", ["subject", "text", "list_title", "sender's name"])
def test_a_mail_that_it_cannot_say_goes_in_utf_8_as_a_whole(said, where):
    changed = {} if where == "sender's name" else {where: f"使用率 {said}"}
    name = said if where == "sender's name" else "のろし"
    raw, parsed = sent("iso-2022-jp", name, **changed)
    assert parsed.get_content_charset() == "utf-8" and b"iso-2022-jp" not in raw.lower()
    told = [*map(str, parsed.values()), parsed.get_content()]
    assert any(said in one for one in told)


@pytest.mark.parametrize("part", ["text", "html"])
@pytest.mark.parametrize("said", ["赤\x1b[31m", "\x1b$B", "\x0e\x0f", "\0"])
def test_what_would_switch_the_set_in_the_middle_of_a_text_goes_in_utf_8(part, said):
    _, parsed = sent("iso-2022-jp", **{part: f"使用率 {said} です"})
    body = parsed.get_body(("plain" if part == "text" else "html",))
    assert body.get_content_charset() == "utf-8" and said in body.get_content()


@sweep("letter", "～－∥￠￡￢〜−‖¢£¬")
def test_a_letter_that_windows_and_jis_name_differently_is_the_same_on_the_wire(letter):
    _, parsed = sent("iso-2022-jp", subject=f"10時{letter}11時", text=f"10時{letter}11時")
    assert parsed.get_content_charset() == "iso-2022-jp"
    same = dict(zip("～－∥￠￡￢", "〜−‖¢£¬", strict=True))
    assert parsed.get_content() == f"10時{same.get(letter, letter)}11時\r\n"
    assert parsed["Subject"] == f"10時{same.get(letter, letter)}11時"


def test_a_line_too_long_for_seven_bits_goes_in_base64():
    text = "停止" * 600
    _, parsed = sent("iso-2022-jp", text=text)
    assert parsed["Content-Transfer-Encoding"] == "base64"
    assert (
        parsed.get_content_charset() == "iso-2022-jp" and parsed.get_content() == f"{text}\r\n"
    )


SAYABLE = "危険注意ディスク使用率、。〜%:[]()=?_ab0 　\\~¥‾\n\t"


@given(st.text(st.sampled_from(SAYABLE), max_size=200))
@example("a\\b ¥ ~ ‾ 円")
@example("=?iso-2022-jp?b?GyRC?= とは")
def test_what_iso_2022_jp_says_comes_out_as_it_went_in(text):
    raw, parsed = sent("iso-2022-jp", subject=f"危{text}険", text=f"危{text}険")
    assert parsed.get_content_charset() == "iso-2022-jp"
    assert parsed.get_content() == f"危{text}険\r\n".replace("\n", "\r\n").replace("\r\r", "\r")
    assert parsed["Subject"] == "危" + re.sub(r"[\n\t]", " ", text) + "険"
    assert raw.isascii()
