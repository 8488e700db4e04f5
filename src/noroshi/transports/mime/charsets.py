"""Choose the character set of a mail, and encode texts in it.

ISO-2022-JP (RFC 1468) is for old mail programs in Japan. It has the letters of JIS X 0208 and
no other: a mail that has one of those goes in UTF-8 as a whole, so that no letter is ever
changed into another one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

UTF_8, ISO_2022_JP = "utf-8", "iso-2022-jp"
SAME_CELL = str.maketrans("～－∥￠￡￢", "〜−‖¢£¬")
"""Windows and JIS name these cells of JIS X 0208 differently; on the wire they are the same."""
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""ESC, SO and SI would switch the set; the others have no place in 7bit (RFC 2045, 2.7)."""


def charset_for(preferred: str, texts: Iterable[str], html: str = "") -> str:
    """Return the wanted charset if it can encode all texts, else UTF-8.

    HTML can have every letter in every set, as a numeric reference.
    """
    if preferred == ISO_2022_JP and not CONTROL.search(html) and all(map(_jis_says, texts)):
        return ISO_2022_JP
    return UTF_8


def in_charset(text: str, charset: str) -> bytes:
    """Return the text's bytes; half a surrogate becomes a question mark."""
    return for_charset(text, charset).encode(charset, "replace")


def html_in_charset(html: str, charset: str) -> bytes:
    """Encode HTML; letters that the charset lacks become numeric references."""
    errors = "xmlcharrefreplace" if charset == ISO_2022_JP else "replace"
    return for_charset(html, charset).encode(charset, errors)


def for_charset(text: str, charset: str) -> str:
    """Return the text with the names of letters that the codec of that set knows them by."""
    return text.translate(SAME_CELL) if charset == ISO_2022_JP else text


def _jis_says(text: str) -> bool:
    if CONTROL.search(text):
        return False
    try:
        for_charset(text, ISO_2022_JP).encode(ISO_2022_JP)
    except UnicodeEncodeError:
        return False
    return True
