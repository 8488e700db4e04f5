"""A page as HTML for mail programs: tables and inline styles, for Outlook's engine is Word's.

No picture, no script, nothing from another host; everything that was handed in is escaped.
It stays below what Gmail shows of a mail: long texts and long lists are cut, and say so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from noroshi.actions.letter import TRAIL, Page, Part, Post, Quote, Row, cut, one_line, tidy
from noroshi.actions.letter_cells import PHRASES, cell, phrased, safe_html, table, td
from noroshi.actions.letter_frame import framed
from noroshi.actions.letter_gauge import BETWEEN, gauge_of
from noroshi.actions.letter_look import INKS, LINE, MONO, ground_of, ink_of
from noroshi.core.translation import _, ngettext

MOST_BYTES = 100 * 1024
"""Gmail clips a mail's HTML at 102 KiB."""
MOST_AROUND = 36 * 1024
MOST_PARTS = 60 * 1024
LAST_LINE = 1024
LONGEST_CUT = 100
MOST_NAMES = 6
PARTS_HERE = "<!-- parts -->"
LONGEST_NAME = 200
NOTE_HERE = "<!-- note -->"
LONGEST_HEADLINE = 120
LONGEST_SENTENCE = 2000
LONGEST_VALUE = 500
LONGEST_QUOTED = 200
LONGEST_LISTED = 240
MOST_SENTENCES = 4
MOST_ROWS = 12
MOST_LINES = 8
MOST_LISTED = 51
"""A notice lists fifty, and says in one more line how many it left out."""
MORE_LINES = ngettext(
    "… {count} more line, in the plain-text version of this message",
    "… {count} more lines, in the plain-text version of this message",
)
MORE = _("and {count} more. The plain-text version of this message lists them all.")


def as_html(page: Page) -> str:
    """Return the page as one HTML document of at most MOST_BYTES bytes in UTF-8."""
    around = framed(page, "\n".join(_around(page, MOST_LISTED)))
    if len(around.encode()) > MOST_AROUND:
        around = framed(page, "\n".join(_around(page, MOST_LINES)))
    if len(around.encode()) > MOST_AROUND:
        page = _shorter(page)
        around = framed(page, "\n".join(_around(page, MOST_LINES)))
    room = min(MOST_BYTES - len(around.encode()), MOST_PARTS) - LAST_LINE
    return around.replace(PARTS_HERE, "\n".join(_parts(page, room)), 1)


def _around(page: Page, most: int) -> Iterator[str]:
    """Yield all but the parts, which take the room that is left; of what is listed so many
    lines."""
    yield _band(page)
    yield NOTE_HERE
    yield from _story(page, most)
    yield from gauge_of(page.gauge, page.language)
    yield from _quote(page.quote, page.language, most)
    yield from _facts(page.rows, page.language)
    yield PARTS_HERE
    yield from _facts(page.later, page.language)
    yield _foot(page)


def _shorter(page: Page) -> Page:
    """Names and sentences as long as a book are cut to a line each."""
    return replace(
        page,
        where=tuple(cut(one, LONGEST_CUT) for one in page.where),
        headline=cut(page.headline, LONGEST_CUT),
        lead=tuple(cut(one, LONGEST_CUT) for one in page.lead),
        rows=tuple(Row(cut(r.label, 40), cut(r.value, LONGEST_CUT)) for r in page.rows),
        later=tuple(Row(cut(r.label, 40), cut(r.value, LONGEST_CUT)) for r in page.later),
        footer=tuple(cut(one, LONGEST_CUT) for one in page.footer),
    )


def noted(html: str, note: str) -> str:
    """Return the same mail with one more sentence at its head, such as that a template
    failed."""
    sentence = cell(safe_html(note, LONGEST_VALUE), "soft", "inset", size=13, pad="10px 24px")
    return html.replace(NOTE_HERE, f"{NOTE_HERE}\n{sentence}", 1)


# What is said, from top to bottom


def _band(page: Page) -> str:
    aside = f"&nbsp; {_soft(page.aside)}" if page.aside else ""
    level = f"{safe_html(page.mark, 4)} {safe_html(page.word, LONGEST_NAME)}".strip()
    return cell(
        f"<b>{level}</b>{aside}",
        ink_of(page.level),
        ground_of(page.level),
        size=20,
        pad="13px 24px",
        line="bottom",
    )


def _inked(inner: str, ink: str, tag: str, style: str = "") -> str:
    """Return a few words in a colour of their own."""
    return f'<{tag} class="i-{ink}" style="{style}color:{INKS[ink].day};">{inner}</{tag}>'


def _soft(text: str) -> str:
    style = "font-size:14px;font-weight:normal;"
    return _inked(safe_html(text, LONGEST_NAME), "soft", "span", style)


def _story(page: Page, most: int) -> Iterator[str]:
    if page.where:
        where = " &rsaquo; ".join(
            safe_html(one_line(part), LONGEST_NAME) for part in page.where[:MOST_NAMES]
        )
        below = 2 if page.headline else 14
        yield cell(where, "soft", size=14, pad=f"20px 24px {below}px 24px")
    if page.headline:
        first, *others = tidy(page.headline).strip().split("\n")
        yield _headline(first, 4 if page.where else 18, page.language)
        if others:
            yield from _quote(Quote("", tuple(others)), page.language)
    sentences = [safe_html(one, LONGEST_SENTENCE) for one in page.lead[:most]]
    sentences += _left_out(len(page.lead) - most, page.language)
    if sentences:
        yield cell("<br>".join(sentences), "ink", size=15, pad="0 24px 12px 24px")


def _left_out(count: int, language: str) -> Sequence[str]:
    """Return the line that says how many are not here, if any."""
    if count <= 0:
        return ()
    return (_inked(MORE_LINES.fill(count=count).say(language), "mute", "span"),)


def _headline(text: str, top: int, language: str) -> str:
    """Set the headline; a long one is none any more, and is set like the sentences below it."""
    size, weight = (20, "bold") if len(text) <= LONGEST_HEADLINE else (15, "normal")
    style = (
        f"margin:0;font-size:{size}px;line-height:{round(size * 1.5)}px;font-weight:{weight};"
    )
    style += PHRASES.get(language, "")
    inner = f'<h1 style="{style}">{phrased(text, LONGEST_SENTENCE, language)}</h1>'
    return cell(inner, "ink", size=size, pad=f"{top}px 24px 10px 24px")


def _facts(rows: tuple[Row, ...], language: str) -> Iterator[str]:
    if rows:
        pairs = _pairs(rows, language)
        yield f'<tr><td class="p" style="padding:4px 24px 16px 24px;">{pairs}</td></tr>'


def _pairs(rows: Iterable[Row], language: str) -> str:
    cells = "".join(
        f"<tr>{_label(row)}{_value(row, language)}</tr>" for row in [*rows][:MOST_ROWS]
    )
    return (
        f'<table width="100%" cellpadding="0" cellspacing="0" border="0" class="l" '
        f'style="table-layout:fixed;border-top:1px solid {LINE.day};">{cells}</table>'
    )


def _label(row: Row) -> str:
    inner = safe_html(row.label, LONGEST_NAME)
    more = ' align="left" width="108" scope="row"'
    return td(
        inner,
        "mute",
        size=13,
        pad="6px 12px 6px 0",
        style="font-weight:normal;width:108px;",
        line="bottom",
        tag="th",
        more=more,
        wide=False,
    )


def _value(row: Row, language: str) -> str:
    inner, style = phrased(row.value, LONGEST_VALUE, language), PHRASES.get(language, "")
    return td(inner, "ink", size=13, pad="6px 0", style=style, line="bottom", wide=False)


def _quote(quote: Quote | None, language: str, most: int = MOST_LINES) -> Iterator[str]:
    if quote is None:
        return
    if quote.title:
        yield cell(safe_html(quote.title, LONGEST_NAME), "mute", size=13, pad="0 24px 4px 24px")
    lines = [_line(line) for line in quote.lines[:most]]
    lines += _left_out(len(quote.lines) - most, language)
    mono = f"font-family:{MONO};"
    inner = "<br>".join(lines)
    box = td(inner, "ink", "inset", size=12, pad="8px 12px", style=mono, wide=False)
    boxed = f"{table()}<tr>{box}</tr></table>"
    yield f'<tr><td class="p" style="padding:0 24px 16px 24px;">{boxed}</td></tr>'


def _line(line: str) -> str:
    """Return a line in which blanks stay: they are columns in many logs."""
    html = safe_html(line.replace("\n", "\ufffd"), LONGEST_QUOTED)
    return html.replace("  ", "&nbsp; ") or "&nbsp;"


# Several things in one mail


def _parts(page: Page, room: int) -> Iterator[str]:
    """Yield as many parts as there is room for, in bytes; the last line says how many are not
    shown."""
    remaining = sum(map(_count, page.parts))
    for part in page.parts:
        html = "\n".join(_part(part, page.language))
        rest = room - len(html.encode()) - 1
        if rest < 0 and (fits := _fitting(part, room, page.language)):
            yield "\n".join(_part(fits, page.language))
            remaining -= _count(fits)
        if rest < 0:
            more = MORE.fill(count=remaining).say(page.language)
            yield cell(more, "soft", size=14, pad="12px 24px 16px 24px", line="top")
            return
        room, remaining = rest, remaining - _count(part)
        yield html


def _count(part: Part) -> int:
    """Return how many things a part names."""
    return len(part.listed) or 1


def _fitting(part: Part, room: int, language: str) -> Part | None:
    """Shorten the list of a part to what there is room for; None: there is none for even one
    line."""
    count = len(part.listed)
    while count:
        count //= 2
        less = replace(part, listed=part.listed[:count])
        if count and len("\n".join(_part(less, language)).encode()) < room:
            return less
    return None


def _part(part: Part, language: str) -> Iterator[str]:
    """Return a part whose facts run on in one paragraph: there may be many parts."""
    mark = f"{safe_html(part.mark, 4)} {safe_html(part.word, LONGEST_NAME)}".strip()
    level = f"<b>{mark}</b>&nbsp; " if mark else ""
    head = f"{level}{_inked(safe_html(part.head, LONGEST_VALUE), 'ink', 'b')}"
    notes = [safe_html(note, LONGEST_VALUE) for note in part.notes[:MOST_SENTENCES]]
    facts = [_fact(row) for row in part.rows[:MOST_ROWS]]
    dot = BETWEEN.say(language)
    below = "<br>".join([*notes, dot.join(facts)] if facts else notes)
    yield cell(head, ink_of(part.level), size=15, pad="10px 24px 0 24px", line="top")
    if below:
        yield cell(below, "soft", size=13, pad="0 24px 10px 24px")
    if part.listed:
        listed = "<br>".join(safe_html(line, LONGEST_LISTED) for line in part.listed)
        yield cell(listed, "ink", size=14, pad="2px 24px 12px 24px")
    yield from _quote(part.quote, language)


def _fact(row: Row) -> str:
    label = _inked(safe_html(row.label, LONGEST_NAME), "mute", "span")
    return f"{label} {safe_html(row.value, LONGEST_VALUE)}"


# The foot


def _foot(page: Page) -> str:
    lines = [safe_html(line, LONGEST_VALUE) for line in page.footer[:MOST_ROWS]]
    return cell(
        _relay(page) + "<br>".join(lines),
        "mute",
        "inset",
        size=12,
        pad="14px 24px 16px 24px",
        line="top",
    )


def _relay(page: Page) -> str:
    lit = [post for post in page.trail if post.lit]
    if not lit:
        return ""
    posts = "".join(map(_post, lit)) + "<td></td>"  # takes the width that is left
    title = _inked(TRAIL.say(page.language), "soft", "b")
    return f"{title}<br>{table('', 'margin:4px 0 10px 0;')}<tr>{posts}</tr></table>"


def _post(post: Post) -> str:
    """Return one post of the trail; its word is never broken."""
    mark = _inked("●", "fire", "span")
    label = _inked(safe_html(post.label, 40), "ink", "span", "white-space:nowrap;")
    at = f"<br>{safe_html(post.at, 40)}" if post.at else ""
    inner, wide = f"{mark}<br>{label}{at}", ' width="120"'
    return td(inner, "mute", size=12, pad="0 8px 0 0", wide=False, more=wide)
