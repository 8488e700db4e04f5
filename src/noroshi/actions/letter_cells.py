"""The cells that our mails are laid out with: each has its colour and letters with it."""

from __future__ import annotations

import re
from html import escape

from noroshi.actions.letter import cut, tidy
from noroshi.actions.letter_look import FONT, GROUNDS, INKS, LINE

BREAKS = "word-break:break-word;overflow-wrap:anywhere;"
TABLE = (
    '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"{more}>'
)
WORD = re.compile(
    r"[おご]?(?:[々\u3400-\u9fff]+|[ァ-ヺー]+)(?:[ぁ-ん]*?(?=[おご][々\u3400-\u9fff]|[^ぁ-ん]|\Z))"
)
"""A Japanese word with what follows it in kana: 拒否しました, コンピューターの."""
LONGEST_WORD = 12
"""A longer one may be wider than a phone."""
LONGEST_PHRASED = 80
"""Each word of it costs forty bytes, and a mail has few."""
PHRASES = {"ja": "word-break:auto-phrase;"}
"""Between phrases where a mail program can tell them, by language."""


def safe_html(text: str, most: int) -> str:
    """Cut a text, remove its controls and escape it; line ends stay."""
    return escape(cut(tidy(text), most)).replace("\n", "<br>")


def phrased(text: str, most: int, language: str) -> str:
    """Return safe HTML in which no Japanese word is broken at the end of a line. Few mail
    programs know how to break between phrases (auto-phrase); all of them bear this, and it is
    for short texts."""
    html = safe_html(text, most)
    return _unbroken(html) if language == "ja" and len(text) <= LONGEST_PHRASED else html


def _unbroken(html: str) -> str:

    def whole_word(found: re.Match[str]) -> str:
        word = found[0]
        fits = 1 < len(word) <= LONGEST_WORD
        return f'<span style="white-space:nowrap;">{word}</span>' if fits else word

    return WORD.sub(whole_word, html)


def table(ground: str = "", style: str = "", name: str = "") -> str:
    more = ""
    if ground:
        day = GROUNDS[ground].day
        name = f"g-{ground} {name}".strip()
        more = f' bgcolor="{day}"'
        style = f"background-color:{day};{style}"
    if name:
        more += f' class="{name}"'
    return TABLE.format(more=more + (f' style="{style}"' if style else ""))


def cell(
    inner: str,
    ink: str,
    ground: str = "",
    *,
    size: int,
    pad: str,
    style: str = "",
    line: str = "",
) -> str:
    """Return a row of the whole width. `line` names the edge that has a hairline."""
    return f"<tr>{td(inner, ink, ground, size=size, pad=pad, style=style, line=line)}</tr>"


def td(
    inner: str,
    ink: str,
    ground: str = "",
    *,
    size: int,
    pad: str,
    style: str = "",
    line: str = "",
    tag: str = "td",
    more: str = "",
    wide: bool = True,
) -> str:
    names = [f"i-{ink}", *(["p"] if wide else []), *([f"g-{ground}"] if ground else [])]
    names += ["l"] if line else []
    colour = f"background-color:{GROUNDS[ground].day};" if ground else ""
    edge = f"border-{line}:1px solid {LINE.day};" if line else ""
    attribute = f' bgcolor="{GROUNDS[ground].day}"' if ground else ""
    return (
        f'<{tag} valign="top"{attribute}{more} class="{" ".join(names)}" style="{colour}'
        f"padding:{pad};{edge}font-family:{FONT};font-size:{size}px;"
        f'line-height:{round(size * 1.6)}px;color:{INKS[ink].day};{BREAKS}{style}">{inner}</{tag}>'
    )
