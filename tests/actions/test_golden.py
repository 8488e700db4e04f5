"""Mails of every sort read and look as they did when they were looked at.

After a change on purpose: tools/goldens.py writes them anew, tools/mail_pictures.py draws them.
"""

from __future__ import annotations

from functools import cache
from html.parser import HTMLParser

from noroshi.actions.letter_html import MOST_BYTES
from tests.actions.mails import DIGESTS, GOLDEN, LANGUAGES, MAILS, OTHERS, goldens, payload_of
from tests.sweeps import sweep

ALL = (*MAILS, *DIGESTS)
CUT = ("long", "digest-hostile")
"""Whose lines are longer than HTML shows them."""
ALLOWED = set("html head meta title style body div table tr td th h1 b br span".split())  # noqa: SIM905


class Tags(HTMLParser):
    """Every tag that is opened, with its attributes; and whether all are closed in order."""

    def __init__(self, html):
        super().__init__()
        self.opened, self.open, self.text = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.opened.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@cache
def wanted():
    """Return the text that each file must hold; five hundred alarms in one take a while to put into words."""
    return dict(goldens())


@sweep("file", wanted)
def test_a_mail_is_the_one_that_was_looked_at(file):
    assert wanted()[file] == (GOLDEN / file).read_bytes().decode(), (
        "on purpose? .venv/bin/python tools/goldens.py"
    )


def test_there_is_no_golden_mail_that_nobody_compares():
    mine = {
        path.name for path in GOLDEN.iterdir() if path.name.split(".")[0] in (*ALL, *OTHERS)
    }
    assert mine == set(wanted())


@sweep("language", LANGUAGES)
@sweep("name", ALL)
def test_html_holds_only_what_mail_programs_show_and_nothing_from_elsewhere(name, language):
    html = payload_of(name, language)["html"]
    tags = Tags(html)
    assert tags.open == [] and tags.opened[0][1]["lang"] == language
    used = {tag for tag, _ in tags.opened}
    assert used <= ALLOWED
    named = {name for _, attrs in tags.opened for name in attrs}
    assert not {name for name in named if name.startswith("on")} | named & {"src", "href", "id"}
    assert "url(" not in html and "@import" not in html
    assert "flex" not in html and "grid" not in html
    assert len(html.encode()) <= MOST_BYTES


@sweep("language", LANGUAGES)
@sweep("name", [name for name in ALL if name not in CUT])
def test_what_the_text_says_of_one_thing_the_html_says_too(name, language):
    payload = payload_of(name, language)
    seen = "".join("".join(Tags(payload["html"]).text).split())  # a word may be a span
    rows = [line for line in payload["text"].splitlines() if line.startswith("  ")]
    facts = [line[16:] for line in rows if "|" not in line and len(line) > 16][:3]
    facts = facts or payload["text"].splitlines()[2:3]  # what is in no list
    assert facts and all("".join(fact.split()) in seen for fact in facts)
