"""Make what a mail was handed into HTML: cut, harmless, and in Japanese never broken amid a word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from noroshi.actions.letter import shorten, tidy
from noroshi.core.template_texts import Html

WORD = re.compile(
    r"(?:(?:(?<![0-9A-Za-z.,])[0-9][0-9.,]*[々\u3400-\u9fff]+)+|"
    r"[おご]?(?:[々\u3400-\u9fff]+|[ァ-ヺー]+))(?:[ぁ-ん]*?(?=[おご][々\u3400-\u9fff]|[^ぁ-ん]|\Z))"
)
"""A Japanese word with what follows it in kana: 拒否しました, コンピューターの; a number is part of
the word of its counter: 4時間後の."""
LONGEST_WORD = 12
"""A longer one may be wider than a phone."""
LONGEST_PHRASED = 80
"""Each word of it costs forty bytes, and a mail has few."""
LONGEST_QUOTED, LONGEST_MARK, LONGEST_WORDING = 200, 4, 200


def safe_html(text: str, limit: int) -> Html:
    """Cut a text, remove its controls and escape it; line ends stay."""
    return Html(_escape(text, limit))


def text_lines(lines: Sequence[str], limit: int) -> Html:
    """Return several texts as safe HTML, each cut and on separate lines."""
    return Html("<br>".join(_escape(text, limit) for text in lines))


def level_text(mark: str, word: str) -> Html:
    """Return the mark and the word of a level as safe HTML; either may be missing."""
    return Html(f"{_escape(mark, LONGEST_MARK)} {_escape(word, LONGEST_WORDING)}".strip())


def phrase_html(text: str, limit: int, language: str) -> Html:
    """Return safe HTML in which no Japanese word is broken at the end of a line. Few mail
    programs know how to break between phrases (auto-phrase); all of them bear this, and it is
    for short texts."""
    html, keeps_words_whole = (
        _escape(text, limit),
        language == "ja" and len(text) <= LONGEST_PHRASED,
    )
    return Html(WORD.sub(_whole_word, html) if keeps_words_whole else html)


def quoted_lines(lines: Sequence[str]) -> Html:
    """Return lines in which blanks stay: they are columns in many logs."""
    return Html("<br>".join(map(_quoted_line, lines)))


def _quoted_line(line: str) -> str:
    html = _escape(line.replace("\n", "\ufffd"), LONGEST_QUOTED)
    return html.replace("  ", "&nbsp; ") or "&nbsp;"


def _escape(text: str, limit: int) -> str:
    return escape(shorten(tidy(text), limit)).replace("\n", "<br>")


def _whole_word(match: re.Match[str]) -> str:
    word = match[0]
    is_short_word = 1 < len(word) <= LONGEST_WORD
    return f'<span style="white-space:nowrap;">{word}</span>' if is_short_word else word
