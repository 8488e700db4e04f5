"""The cells that our mails are laid out with: each has its colour and letters with it."""

from __future__ import annotations

from html import escape

from noroshi.actions.letter import cut, tidy
from noroshi.actions.letter_look import FONT, GROUNDS, INKS, LINE

BREAKS = "word-break:break-word;overflow-wrap:anywhere;"
TABLE = (
    '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"{more}>'
)


def said(text: str, most: int) -> str:
    """Harmless: cut, without controls, escaped; line ends are kept."""
    return escape(cut(tidy(text), most)).replace("\n", "<br>")


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
    """A row of the whole width. `line` names the edge that has a hairline."""
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
