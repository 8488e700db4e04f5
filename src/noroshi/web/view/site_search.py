"""Find servers, monitors and pages by what somebody types into the search."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from unicodedata import normalize

from noroshi.core.translation import Message, _
from noroshi.operations.server_answers import ServerRow
from noroshi.operations.status_answers import MonitorStatus
from noroshi.web.view.language import Localizer
from noroshi.web.view.live_updates import Snapshot
from noroshi.web.view.overview import part_page
from noroshi.web.view.server_rows import ServerGlance
from noroshi.web.view.settings_index import GROUPS
from noroshi.web.view.signs import Sign, level_sign
from noroshi.web.view.tree import called_of, level_of

MOST_HITS = 20
"""The most hits of a group; the others are counted."""
LONGEST_QUERY = 100
SERVERS, MONITORS, PAGES = _("Servers"), _("Monitors"), _("Pages")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Hold one hit: where it leads, and what stands beside the name. `sign` is its level."""

    name: str
    href: str
    details: str = ""
    sign: Sign | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HitGroup:
    """Hold the first hits of one kind, and the number of all."""

    title: str
    hits: Sequence[Hit]
    count: int


@dataclass(frozen=True, slots=True)
class Searchable:
    """Hold a thing that can be found, by the words that people know it by."""

    words: str
    hit: Callable[[], Hit]


def search(
    snapshot: Snapshot, localizer: Localizer, roles: Iterable[str], query: str
) -> Sequence[HitGroup]:
    """Return what contains each word of the query, in any order; nothing for an empty query."""
    terms = _plain(query).split()
    if not terms:
        return ()
    language = localizer.language
    translated = snapshot.read_in(language)
    groups: Sequence[tuple[Message, Sequence[Searchable]]] = (
        (
            SERVERS,
            snapshot.value_for(("servers", language), lambda: _servers(snapshot, localizer)),
        ),
        (
            MONITORS,
            snapshot.value_for(
                ("monitors", language), lambda: _monitors(translated, localizer)
            ),
        ),
        (PAGES, _pages(frozenset(roles), localizer)),
    )
    return [
        group
        for title, things in groups
        if (group := _group(localizer.say(title), things, terms)).count
    ]


def _group(title: str, things: Iterable[Searchable], terms: Sequence[str]) -> HitGroup:
    matches = [one for one in things if all(term in one.words for term in terms)]
    hits = [one.hit() for one in matches[:MOST_HITS]]
    return HitGroup(title=title, hits=hits, count=len(matches))


def _plain(text: str) -> str:
    """Return a text in one form: narrow and small letters."""
    return normalize("NFKC", text).casefold()


def _servers(snapshot: Snapshot, localizer: Localizer) -> Sequence[Searchable]:
    glances = snapshot.glances(localizer.language)
    return [_server(row, glances[row.name or row.agent_id]) for row in snapshot.servers.rows]


def _server(row: ServerRow, glance: ServerGlance) -> Searchable:
    words = _plain(f"{row.title} {row.name} {row.address} {row.agent} {row.system}")
    details = " · ".join(filter(None, (row.address, glance.source, row.system)))
    hit = Hit(name=row.title, href=glance.href, details=details, sign=glance.sign)
    return Searchable(words, lambda: hit)


def _monitors(snapshot: Snapshot, localizer: Localizer) -> Sequence[Searchable]:
    return [_monitor(one, localizer) for one in snapshot.status.monitors]


def _monitor(one: MonitorStatus, localizer: Localizer) -> Searchable:
    name = called_of(one)
    words = _plain(f"{name} {one.path} {one.group_title} {one.agent}")

    def hit() -> Hit:
        worst = max(one.items, key=lambda item: item.level.severity, default=None)
        details = f"{worst.item} {localizer.say(worst.words)}".strip() if worst else ""
        sign = level_sign(localizer, level_of(one))
        return Hit(name=name, href=part_page(one.path), details=details, sign=sign)

    return Searchable(words, hit)


def _pages(roles: frozenset[str], localizer: Localizer) -> Sequence[Searchable]:
    return [
        Searchable(
            _plain(f"{localizer.say(one.title)} {localizer.say(one.description)}"),
            lambda one=one: Hit(  # type: ignore[misc]
                name=localizer.say(one.title),
                href=one.href,
                details=localizer.say(one.description),
            ),
        )
        for group in GROUPS
        for one in group.for_roles(roles)
    ]
