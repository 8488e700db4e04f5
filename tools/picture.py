"""Draws what a program printed as a picture of a terminal: text on standard input, SVG out.

    .venv/bin/noroshi demo --once --lang ja | python3 tools/picture.py 'noroshi demo' > FILE

The README shows docs/use/demo.svg.

Stops at the first line that begins with ━, where the mails themselves follow.
"""

import re
import sys
from unicodedata import east_asian_width
from xml.sax.saxutils import escape

COLUMN, LINE, MARGIN, BAR = 7, 22, 24, 36
FONT = "'Noto Sans Mono CJK JP', 'MS Gothic', 'Osaka-Mono', ui-monospace, Menlo, monospace"
COLOURS = (
    (re.compile(r"^\s*\d\d:\d\d:\d\d"), "#8b8f99"),
    (re.compile(r"●"), "#ff8a3d"),
    (re.compile(r"◆ \S+"), "#ff6b6b"),
    (re.compile(r"○ \S+"), "#7fd6a2"),
    (re.compile(r"\[(危険|CRITICAL)\]"), "#ff6b6b"),
    (re.compile(r"\[(回復|RECOVERED)\]"), "#7fd6a2"),
)


def width(text: str) -> int:
    """Columns of a terminal: a Japanese character takes two, and ● in its fonts."""
    return sum(2 if east_asian_width(c) in "WFA" else 1 for c in text)


def cut(line: str, most: int) -> str:
    """No longer than the picture is wide."""
    while width(line) > most:
        line = line[:-2].rstrip("…") + "…"
    return line


def spans(line: str, y: float) -> str:
    """The line in pieces, each at its column, so that any font keeps the columns."""
    colour = dict.fromkeys(range(len(line)), "#e8e6e1")
    for pattern, tone in COLOURS:
        for found in pattern.finditer(line):
            colour.update(dict.fromkeys(range(*found.span()), tone))
    pieces, at = [], 0
    for word in re.finditer(r"\S+", line):
        for run in re.finditer(r"[\x00-\u2fff]+|[^\x00-\u2fff]+", word.group()):
            at = word.start() + run.start()
            x = MARGIN + width(line[:at]) * COLUMN
            long = width(run.group()) * COLUMN
            pieces.append(
                f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour[at]}" textLength="{long:.1f}" '
                f'lengthAdjust="spacingAndGlyphs">{escape(run.group())}</text>'
            )
    return "".join(pieces)


def picture(title: str, lines: list[str]) -> str:
    """The whole SVG."""
    columns = max(map(width, lines))
    wide, high = 2 * MARGIN + columns * COLUMN, BAR + MARGIN + len(lines) * LINE
    body = "\n".join(spans(line, BAR + (n + 1) * LINE) for n, line in enumerate(lines))
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:.0f} {high:.0f}" \
font-family="{FONT}" font-size="14" role="img" aria-label="{escape(title)}">
<rect width="100%" height="100%" rx="6" fill="#1d1f24"/>
<text x="{MARGIN}" y="23" fill="#8b8f99">$ {escape(title)}</text>
<line x1="0" y1="{BAR - 4}" x2="{wide:.0f}" y2="{BAR - 4}" stroke="#33363d"/>
{body}
</svg>
"""


def main() -> None:
    lines = []
    for line in sys.stdin.read().splitlines():
        if line.startswith("━"):
            break
        line = re.sub(r"\(/\S+\)|in /\S+$", "", line).rstrip()  # no folder of this machine
        lines.append(cut(line, 112))
    while lines and not lines[-1]:
        lines.pop()
    print(picture(sys.argv[1], lines), end="")


main()
