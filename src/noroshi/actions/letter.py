"""Hold the content of a mail in one language, independent of the form: one page, rendered as
text or as HTML.

Fill a `Page`, then `as_text(page)` here and `as_html(page)` in `letter_html`. Names, words
of programs and lines of logs go in as they are: both forms make them harmless.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from noroshi.actions.phrases import padded
from noroshi.core.levels import Level
from noroshi.core.translation import _, join_sentences

LABELS = 15
LONGEST_QUOTED = 200
TRAIL = _("Progress of this message")
COLOURED = re.compile(r"\x1b\[[0-9;]*m")  # a log written for a terminal (ECMA-48, SGR)
# What is no character to be seen (controls, halves of one, Unicode's own line ends), and what
# turns round the writing after it, and so could make one name look like another (UTS 55).
HARMFUL = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029"
    r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


@dataclass(frozen=True, slots=True)
class Row:
    """Hold a fact: a label and a value."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Quote:
    """Lines word for word, and what is said of them ("3 of 12 lines")."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stop:
    """A place on a scale: a level begins at `value`, which reads `text`."""

    value: float
    level: Level
    text: str


@dataclass(frozen=True, slots=True)
class Gauge:
    """A share of 100 as a bar; HTML alone shows it. `stops` are the limits, rising."""

    value: float
    text: str
    stops: tuple[Stop, ...] = ()


@dataclass(frozen=True, slots=True)
class Post:
    """A post of the relay. It is lit only by what is proven while the mail is drafted."""

    label: str
    time: str = ""
    is_lit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Hold one of several things that a page tells of. Without a level it has no level's
    colour.

    `entries` are the lines below the part, however many.
    """

    head: str
    level: Level | None = None
    mark: str = ""
    word: str = ""
    notes: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    quote: Quote | None = None
    entries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Hold all that a mail says, from top to bottom. Empty parts are left out.

    `level` gives the colour (None: news that has no level), `mark` and `word` say it; `path`
    leads to the subject of the mail, `side_note` stands beside the level. `headline` is one
    sentence, `lead` are those after it. `rows` follow them, `closing_rows` stand below the
    parts.
    """

    language: str
    subject: str
    word: str
    level: Level | None = None
    mark: str = ""
    path: tuple[str, ...] = ()
    side_note: str = ""
    headline: str = ""
    lead: tuple[str, ...] = ()
    gauge: Gauge | None = None
    rows: tuple[Row, ...] = ()
    quote: Quote | None = None
    parts: tuple[Part, ...] = ()
    closing_rows: tuple[Row, ...] = ()
    trail: tuple[Post, ...] = ()
    footer: tuple[str, ...] = ()

    @property
    def preview(self) -> str:
        """Return what a list of mails shows beside the subject."""
        return join_sentences((self.headline, *self.lead), self.language).strip() or self.word


def as_text(page: Page) -> str:
    """Return the whole page as plain text: nothing of it is left out, however long it is."""
    story = [*filter(None, [page.headline]), *page.lead]
    foot = [*_trail(page), *map(flat, page.footer)]
    blocks = [
        [_opening(page)],
        [*map(tidy, story)],
        _quote_lines(page.quote),
        [*map(_pair, page.rows)],
        *map(_entry, page.parts),
        [*map(_pair, page.closing_rows)],
        ["--", *foot] if foot else [],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def tidy(text: str) -> str:
    """Show what would move the cursor or turn the writing round as � instead.

    Line ends stay line ends, a tab becomes blanks, a terminal's colours go.
    """
    if "\x1b" in text:
        text = COLOURED.sub("", text)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    return HARMFUL.sub("\ufffd", text)


def flat(text: str) -> str:
    """Return the text on one line, each line end a blank: a name cannot pass for a line of
    ours."""
    return tidy(text).replace("\n", " ")


def one_line(text: str) -> str:
    """Return the text on one line, each run of blanks collapsed to one blank."""
    return tidy(" ".join(text.split()))


def shorten(text: str, limit: int) -> str:
    """Return at most that many characters, the last of them … where there were more."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _opening(page: Page) -> str:
    """Level and place: it also stands alone, as the preview in a list of mails."""
    place = " > ".join(map(one_line, page.path))
    mark = f"{page.mark} " if page.mark else ""
    return "  ".join(
        part for part in (flat(mark + page.word), place, flat(page.side_note)) if part
    )


def _entry(part: Part) -> list[str]:
    first = "  ".join(p for p in (f"{part.mark} {part.word}".strip(), part.head) if p)
    notes = [f"  {flat(note)}" for note in (*part.notes, *part.entries)]
    return [flat(first), *notes, *map(_pair, part.rows), *_quote_lines(part.quote)]


def _pair(row: Row) -> str:
    return f"  {padded(flat(row.label), LABELS)}{flat(row.value)}"


def _quote_lines(quote: Quote | None) -> list[str]:
    """Cut each line to what a screen shows, and mark it, so that it cannot pass for ours."""
    if quote is None:
        return []
    return [
        f"  {flat(quote.title)}",
        *(f"  | {shorten(one, LONGEST_QUOTED)}" for one in _lines(quote)),
    ]


def _lines(quote: Quote) -> Iterator[str]:
    return (tidy(line).replace("\n", "\ufffd") for line in quote.lines)


def _trail(page: Page) -> Iterable[str]:
    lit_posts = [
        flat(f"{post.label} {post.time}".strip()) for post in page.trail if post.is_lit
    ]
    return [TRAIL.say(page.language), " → ".join(lit_posts)] if lit_posts else []
