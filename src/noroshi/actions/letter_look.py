"""Define the colours and fonts of our mails: each colour by day, and its counterpart at night.

By day they stand in each cell, as Outlook and Gmail read nothing else; at night a style block
overrides them by class, for mail programs that have a dark mode.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from noroshi.core.levels import Level
from noroshi.core.template_texts import Html

FONT = "'Segoe UI','Hiragino Sans','Yu Gothic UI',Meiryo,'Noto Sans CJK JP',sans-serif"
MONOSPACE = "font-family:Consolas,'Cascadia Mono',Menlo,'BIZ UDGothic','Noto Sans Mono CJK JP',monospace;"
BREAKS = "word-break:break-word;overflow-wrap:anywhere;"


@dataclass(frozen=True, slots=True)
class Shade:
    """A colour by day and at night."""

    day: str
    night: str


INKS: Mapping[str, Shade] = {
    "ink": Shade("#172026", "#e4eaed"),
    "soft": Shade("#47535b", "#b2bdc4"),
    "mute": Shade("#5c6870", "#95a2ab"),
    "fire": Shade("#b8410f", "#ff9466"),
    "ok": Shade("#256339", "#83c795"),
    "warning": Shade("#7d5000", "#f2c063"),
    "critical": Shade("#a81e14", "#ff9d90"),
    "unknown": Shade("#5d4480", "#cbb2ec"),
}
GROUNDS: Mapping[str, Shade] = {
    "paper": Shade("#eceff1", "#101519"),
    "panel": Shade("#fefefe", "#181f24"),  # pure white would be turned to pure black by Outlook
    "inset": Shade("#f5f7f8", "#131a1e"),
    "quiet": Shade("#e3e8eb", "#222b31"),
    "ok": Shade("#e5f2e8", "#17291d"),
    "warning": Shade("#fdf0d3", "#33270f"),
    "critical": Shade("#fbe4e1", "#3c1814"),
    "unknown": Shade("#efe9f6", "#291f37"),
    "bar": Shade("#5c6870", "#8a97a0"),
    "bar-warning": Shade("#b87200", "#edb040"),
    "bar-critical": Shade("#c92a1d", "#f0604f"),
    "rest": Shade("#e3e8eb", "#2d373e"),
}
LINE = Shade("#d3dade", "#2d373e")


def ink_of(level: Level | None) -> str:
    return level.value if level else "ink"


def ground_of(level: Level | None) -> str:
    return level.value if level else "quiet"


@cache
def look(
    ink: str,
    ground: str = "",
    *,
    size: int,
    pad: str,
    style: str = "",
    line: str = "",
    is_wide: bool = True,
) -> Html:
    """Return the attributes of a cell. `line` names the edge that has a hairline; an `is_wide`
    cell has less padding at the sides on a phone."""
    names = [f"i-{ink}", *(["p"] if is_wide else []), *([f"g-{ground}"] if ground else [])]
    names += ["l"] if line else []
    colour = f"background-color:{GROUNDS[ground].day};" if ground else ""
    edge = f"border-{line}:1px solid {LINE.day};" if line else ""
    attribute = f' bgcolor="{GROUNDS[ground].day}"' if ground else ""
    return Html(
        f'{attribute} class="{" ".join(names)}" style="{colour}'
        f"padding:{pad};{edge}font-family:{FONT};font-size:{size}px;"
        f'line-height:{round(size * 1.6)}px;color:{INKS[ink].day};{BREAKS}{style}"'
    )


@cache
def tint(ink: str, style: str = "") -> Html:
    """Return the attributes of a few words in a colour of their own."""
    return Html(f' class="i-{ink}" style="{style}color:{INKS[ink].day};"')
