"""Replace characters on pages that a browser would obey: control characters and those that change the
direction of text, which may come from others (UAX #9; Unicode TR36, 2.8)."""

from __future__ import annotations

import re

from starlette.responses import HTMLResponse

from noroshi.core.printable import BIDI_CONTROLS, SHOWN, obeyed_pattern

TYPED = re.compile(r'( value="[^"]*+"|(?<=<textarea)[^<>]*+>[^<]*+(?=</textarea>))')
"""The text of a field. All of it is escaped, so no other quote and no other < can be in it; nothing
is tried twice (`*+`), so a page of any length takes one pass."""
TURNS = re.compile(f"[{BIDI_CONTROLS}]")
OBEYED = obeyed_pattern()
LINE_ENDS = re.compile(r"\r\n?")


def neutral(html: str) -> str:
    """Return the page with a ? for each such character; what a field holds stays the same, as
    saving a form must not change what nobody touched."""
    parts = TYPED.split(html)
    parts[::2] = [OBEYED.sub(SHOWN, LINE_ENDS.sub("\n", one)) for one in parts[::2]]
    parts[1::2] = [TURNS.sub(_numbered, one) for one in parts[1::2]]
    return "".join(parts)


def _numbered(match: re.Match[str]) -> str:
    """Return the character as a numeric reference, which the browser reads as the same."""
    return f"&#{ord(match[0])};"


class Page(HTMLResponse):
    """Send a page, or a piece of one."""

    def render(self, content: str | bytes | memoryview) -> bytes | memoryview:
        if not isinstance(content, str):
            return super().render(content)
        return neutral(content).encode("utf-8", "replace")
