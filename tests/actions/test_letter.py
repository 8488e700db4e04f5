"""A page as text and as HTML: harmless and bounded, whatever goes in."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given, strategies as st

from noroshi.actions.letter import Page, Part, Post, Quote, Row, as_text, shorten, tidy
from noroshi.actions.letter_html import MOST_BYTES, as_html, with_note
from noroshi.core.levels import Level

ANYTHING = st.text(max_size=300) | st.sampled_from(
    [
        "</table><script>x</script>",
        "<!-- note -->",
        "a\r\nBcc: b",
        "\u202egnp",
        "\x1b[2J",
        "𠮷" * 900,
    ]
)


def page(text="", **changed):
    told = {
        "language": "en",
        "subject": text,
        "word": "NEWS",
        "path": (text,),
        "side_note": text,
        "headline": text,
        "lead": (text,),
        "rows": (Row(text, text),),
        "quote": Quote(text, (text, text)),
        "parts": (Part(head=text, level=Level.OK, notes=(text,), rows=(Row(text, text),)),),
        "closing_rows": (Row(text, text),),
        "trail": (Post("Seen", text, is_lit=True), Post(text)),
        "footer": (text,),
    }
    return Page(**(told | changed))


class Opened(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.tags = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)


@given(ANYTHING)
def test_whatever_goes_in_adds_no_tag_and_no_control(text):
    html = as_html(page(text))
    allowed = set(Opened(as_html(page("x"))).tags) | {"br"}
    assert set(Opened(html).tags) <= allowed
    assert not {"\x1b", "\u202e", "\x00"} & set(html)
    html.encode("utf-8")
    as_text(page(text)).encode("utf-8")


@pytest.mark.parametrize("letter", ["'", "あ", "\U0001f525", "\n", "<"], ids=ascii)
def test_the_html_stays_below_what_gmail_shows_however_much_there_is_to_say(letter):
    long = letter * 10_000
    parts = tuple(
        Part(head=long, notes=(long,) * 9, rows=(Row(long, long),) * 30) for _ in range(1000)
    )
    full = page(
        long,
        lead=(long,) * 50,
        rows=(Row(long, long),) * 50,
        quote=Quote(long, (long,) * 50),
        parts=parts,
        footer=(long,) * 50,
    )
    html = as_html(full)
    assert len(html.encode()) <= MOST_BYTES
    assert "The plain-text version of this message lists them all." in html


def test_the_text_leaves_nothing_out():
    text = as_text(page(parts=tuple(Part(head=f"item {n}") for n in range(1000))))
    assert all(f"\nitem {n}\n" in text for n in range(1000))


def test_a_page_with_no_more_than_a_word_is_a_whole_mail():
    bare = Page(language="ja", subject="すべて正常", word="すべて正常")
    assert as_text(bare).startswith("すべて正常\n")
    assert '<html lang="ja"' in as_html(bare)


def test_a_note_stands_at_the_head_and_is_escaped():
    html = with_note(as_html(page("x")), "it failed: <b>")
    assert html.index("it failed: &lt;b&gt;") < html.index("<h1")


def test_no_name_can_pass_for_a_line_of_ours():
    text = as_text(page("a\n\n◆ CRITICAL", headline="h", lead=()))
    assert "\n◆" not in text


def test_only_lit_posts_are_told_in_the_text():
    assert "\nProgress of this message\nSeen 07:40\n" in as_text(page("07:40"))
    unlit = as_text(page(trail=(Post("Sent"),)))
    assert "Sent" not in unlit and "Progress" not in unlit


def test_what_is_cut_says_so():
    assert shorten("abc", 3) == "abc" and shorten("abcd", 3) == "ab…"


def test_line_ends_stay_and_what_moves_a_cursor_does_not():
    assert tidy("a\r\nb\rc\td\x1b[1;31me\x08\u2066") == "a\nb\nc    de\ufffd\ufffd"


def test_a_japanese_mail_stays_below_what_gmail_shows_whatever_its_words():
    words = "字字ア" * 26
    rows = tuple(Row(words, words) for _ in range(40))
    html = as_html(page(words, language="ja", rows=rows, closing_rows=rows))
    assert len(html.encode()) <= MOST_BYTES


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("Microsoft 365 がサインインを拒否しました。", ["サインインを", "拒否しました"]),
        ("応答のないコンピューターがあります", ["応答のない", "コンピューターがあります"]),
        ("サインインの期限切れのお知らせ", ["サインインの", "期限切れの", "お知らせ"]),
        ("<b> の" + "長" * 13, []),
        ("4時間後の fs01台、3日5時間継続", ["4時間後の", "3日5時間継続"]),
    ],
)
def test_a_japanese_title_or_value_is_broken_between_words_and_never_inside_of_one(title, told):
    html = as_html(page("x", language="ja", headline=title, rows=(Row("x", title),)))
    shown = html[html.index("<h1") : html.index("</h1>")]
    value = html[html.index("</th>") :]
    assert re.findall(r'nowrap;">([^<]*)</span>', value[: value.index("</tr>")]) == told
    assert re.findall(r'<span style="white-space:nowrap;">([^<]*)</span>', shown) == told
    assert unescape(re.sub("<[^>]*>", "", shown)) == title
    assert "nowrap" not in as_html(page(headline="Sign-in was refused", trail=()))
