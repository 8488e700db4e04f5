"""A share of 100 as a bar, for mail programs: a row of cells, each as wide as its share."""

from __future__ import annotations

from collections.abc import Iterator

from noroshi.actions.letter import Gauge
from noroshi.actions.letter_cells import safe_html, table, td
from noroshi.actions.letter_look import GROUNDS
from noroshi.core.translation import _

NOW = _("now {text}")
BETWEEN = _(" · ")


def gauge_of(gauge: Gauge | None, language: str) -> Iterator[str]:
    """Return the rows of a gauge: the bar, and below it the limits and the value."""
    if gauge is None:
        return
    now = NOW.fill(text=gauge.text).say(language)
    stops = BETWEEN.say(language).join([*(stop.text for stop in gauge.stops), now])
    bars = "".join(_bar(width, ground) for width, ground in _shares(gauge))
    yield (
        f'<tr><td class="p" style="padding:2px 24px 2px 24px;">{table()}<tr>{bars}</tr>'
        "</table></td></tr>"
    )
    scale = td("0%", "mute", size=12, pad="0", wide=False, more=' width="40"')
    limits = td(
        safe_html(stops, 100), "mute", size=12, pad="0", wide=False, more=' align="right"'
    )
    yield (
        f'<tr><td class="p" style="padding:0 24px 12px 24px;">{table()}<tr>{scale}{limits}</tr>'
        "</table></td></tr>"
    )


def _bar(width: float, ground: str) -> str:
    day = GROUNDS[ground].day
    return (
        f'<td width="{width:.1f}%" height="14" bgcolor="{day}" class="g-{ground}" '
        f'style="background-color:{day};font-size:1px;line-height:14px;">&nbsp;</td>'
    )


def _shares(gauge: Gauge) -> Iterator[tuple[float, str]]:
    """Grey up to the first limit, then each level's colour, then what is left."""
    value = min(max(gauge.value, 0.0), 100.0)
    edges = [(0.0, "bar")]
    edges += [(stop.value, f"bar-{stop.level.value}") for stop in gauge.stops]
    ends = [*(edge for edge, _ in edges[1:]), 100.0]
    for (start, ground), end in zip(edges, ends, strict=True):
        if min(end, value) > start:
            yield min(end, value) - start, ground
    if value < 100:
        yield 100 - value, "rest"
