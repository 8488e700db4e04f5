"""Find servers, monitors, alarms, pages and actions by what somebody types into the search."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from types import MappingProxyType
from typing import Any
from unicodedata import normalize
from urllib.parse import quote

from noroshi.core.levels import Level
from noroshi.core.translation import Message, _, pgettext
from noroshi.operations.alarm_answers import AlarmRow
from noroshi.operations.server_answers import ServerRow
from noroshi.operations.status_answers import MonitorStatus, RouteStatus
from noroshi.web.view.alarms import EndedAlarm, OpenAlarms, alarm_name, alarm_page, ended_alarms
from noroshi.web.view.language import Localizer
from noroshi.web.view.live_updates import Snapshot
from noroshi.web.view.overview import part_page
from noroshi.web.view.routes import href as route_page, kind as route_kind
from noroshi.web.view.search_actions import SearchAction, actions_of
from noroshi.web.view.server_rows import ServerGlance, agent_page, pause_words
from noroshi.web.view.settings_index import GROUPS
from noroshi.web.view.signs import Sign, level_sign
from noroshi.web.view.tree import STEP, STOPPED, level_of

MOST_IN_DIALOG, MOST_ON_PAGE = 3, 20
"""The most hits of a group; the others are counted."""
LONGEST_QUERY = 100
ACTIONS_ONLY = ">"
"""A query that begins with it finds actions alone."""
WIDE_BLANK = re.compile(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")
"""A blank beside a letter that is not ASCII: Japanese has none between words, so that people
write it or not."""
SERVERS, MONITORS, ALARMS = _("Servers"), _("Monitors"), _("Alarms")
PAGES, ACTIONS = _("Pages"), pgettext("search", "Actions")
MAIL = _("Mail")
ENDED = _("ended {at}")
AGENT = _("Agent")
Content = Mapping[str, Any]
NO_DOCUMENTS: Mapping[str, Content] = MappingProxyType({})
DEFINITION_PAGES = {
    "contacts": (_("Contacts"), "/settings/contact"),
    "rules": (_("Rules"), "/settings/rule"),
}
"""The title of a type of definitions, and the page of one of them."""


@dataclass(frozen=True, slots=True)
class NamePart:
    """Hold a part of the name of a hit. `is_match`: it is what was typed."""

    text: str
    is_match: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Hold one hit: where it leads, and what stands beside the name: where the thing is, and how it
    is now. `sign` is its level."""

    name: str
    href: str
    place: str = ""
    state: str = ""
    sign: Sign | None = None
    name_parts: Sequence[NamePart] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HitGroup:
    """Hold the first hits of one kind, and the number of all."""

    title: str
    hits: Sequence[Hit]
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """Hold the hits of a query by group; none for an empty query."""

    query: str
    groups: Sequence[HitGroup] = ()

    @property
    def count(self) -> int:
        """Return the number of all hits."""
        return sum(one.count for one in self.groups)

    @property
    def shown_count(self) -> int:
        """Return the number of the hits that are listed."""
        return sum(len(one.hits) for one in self.groups)


@dataclass(frozen=True, slots=True)
class Searchable:
    """Hold a thing that can be found, by the words that people know it by."""

    words: str
    hit: Callable[[], Hit]


def search(
    snapshot: Snapshot,
    open_alarms: OpenAlarms,
    localizer: Localizer,
    roles: Iterable[str],
    query: str,
    most: int = MOST_ON_PAGE,
    documents: Mapping[str, Content] = NO_DOCUMENTS,
) -> SearchResult:
    """Return the hits that contain each word of the query, in any order; at most `most` of each
    kind. A query that is `ACTIONS_ONLY` alone finds all actions. The contacts and rules are those of the
    `documents`."""
    plain_query = _plain(query)
    is_for_actions = plain_query.startswith(ACTIONS_ONLY)
    terms = plain_query.removeprefix(ACTIONS_ONLY).split()
    if not terms and not is_for_actions:
        return SearchResult(query=query)
    own_roles = frozenset(roles)
    groups = [(ACTIONS, _actions(snapshot, own_roles, localizer))]
    if not is_for_actions:
        things = _things(snapshot, open_alarms, own_roles, documents, localizer)
        groups = [*things, *groups]
    found_groups = (
        _group(localizer.say(title), things, terms, most) for title, things in groups
    )
    return SearchResult(query=query, groups=[one for one in found_groups if one.count])


def _things(
    snapshot: Snapshot,
    open_alarms: OpenAlarms,
    roles: Collection[str],
    documents: Mapping[str, Content],
    localizer: Localizer,
) -> Sequence[tuple[Message, Sequence[Searchable]]]:
    language = localizer.language
    translated = snapshot.read_in(language)
    return (
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
        (
            ALARMS,
            snapshot.value_for(("alarms", language), lambda: _alarms(open_alarms, localizer)),
        ),
        (
            PAGES,
            [
                *_settings_pages(roles, localizer),
                *_routes(translated, localizer),
                *_definitions(documents, localizer),
            ],
        ),
    )


def _group(
    title: str, things: Iterable[Searchable], terms: Sequence[str], most: int
) -> HitGroup:
    matches = [one for one in things if all(term in one.words for term in terms)]
    hits = [_with_marks(one.hit(), terms) for one in matches[:most]]
    return HitGroup(title=title, hits=hits, count=len(matches))


def _plain(text: str) -> str:
    """Return a text in one form: narrow and small letters."""
    return normalize("NFKC", text).casefold()


def _searchable(text: str, hit: Callable[[], Hit]) -> Searchable:
    """Return a thing with its words in one form."""
    return Searchable(WIDE_BLANK.sub("", _plain(text)), hit)


def _with_marks(hit: Hit, terms: Sequence[str]) -> Hit:
    return replace(hit, name_parts=tuple(name_parts(hit.name, terms)))


def name_parts(name: str, terms: Sequence[str]) -> Iterator[NamePart]:
    """Yield the parts of a name, those apart that the terms, in plain letters, match."""
    wide_blanks = {
        index for blank in WIDE_BLANK.finditer(name) for index in range(*blank.span())
    }
    plain_letters = [
        "" if index in wide_blanks else _plain(letter) for index, letter in enumerate(name)
    ]
    text = "".join(plain_letters)
    owners = [index for index, letters in enumerate(plain_letters) for _letter in letters]
    matched = {
        owner
        for term in terms
        for start in _starts(text, term)
        for owner in owners[start : start + len(term)]
    }
    for is_match, letters in groupby(range(len(name)), matched.__contains__):
        yield NamePart("".join(name[index] for index in letters), is_match)


def _starts(text: str, term: str) -> Iterator[int]:
    start = text.find(term)
    while start >= 0:
        yield start
        start = text.find(term, start + 1)


def _servers(snapshot: Snapshot, localizer: Localizer) -> Sequence[Searchable]:
    glances = snapshot.glances(localizer.language)
    at = snapshot.servers.at
    rows = snapshot.servers.rows
    servers = [
        _server(row, glances[row.name or row.agent_id], pause_words(row, at, localizer))
        for row in rows
    ]
    agents = {row.agent_id: row.agent for row in rows if row.agent_id and row.name}
    return [*servers, *(_agent(id, name, localizer) for id, name in agents.items())]


def _server(row: ServerRow, glance: ServerGlance, pause: str) -> Searchable:
    words = f"{row.title} {row.name} {row.address} {row.agent} {row.system}"
    place = " · ".join(filter(None, (row.address, glance.source, row.system)))
    hit = Hit(name=row.title, href=glance.href, place=place, state=pause, sign=glance.sign)
    return _searchable(words, lambda: hit)


def _agent(id: str, name: str, localizer: Localizer) -> Searchable:
    """Return the page of an agent that measures an instance, which has a page of its own."""
    hit = Hit(name=name, href=agent_page(id), place=localizer.say(AGENT))
    return _searchable(name, lambda: hit)


def _monitors(snapshot: Snapshot, localizer: Localizer) -> Sequence[Searchable]:
    return [_monitor(one, localizer) for one in snapshot.status.monitors]


def _monitor(one: MonitorStatus, localizer: Localizer) -> Searchable:
    instance, group, name = one.path.split("/", 2)
    title = one.title or name
    place = f"{one.instance_title or instance}{STEP}{one.group_title or group}"
    words = " ".join((title, place, one.path, one.agent, _item_words(one, localizer)))

    def hit() -> Hit:
        worst = max(one.items, key=lambda item: item.level.severity, default=None)
        state = f"{worst.item} {localizer.say(worst.words)}".strip() if worst else ""
        sign = level_sign(localizer, level_of(one))
        return Hit(name=title, href=part_page(one.path), place=place, state=state, sign=sign)

    return _searchable(words, hit)


def _item_words(monitor: MonitorStatus, localizer: Localizer) -> str:
    """Return the names of the items, and the replies of those that are not OK."""
    replies = (
        localizer.say(item.words) for item in monitor.items if item.level is not Level.OK
    )
    return " ".join((*(item.item for item in monitor.items), *replies))


def _alarms(open_alarms: OpenAlarms, localizer: Localizer) -> Sequence[Searchable]:
    now = open_alarms.alarms.at
    rows, ended_rows = open_alarms.alarms.rows, ended_alarms(open_alarms, now)
    open_hits = [_open_alarm(one, open_alarms, localizer) for one in rows]
    return [*open_hits, *(_ended_alarm(one, now, localizer) for one in ended_rows)]


def _open_alarm(row: AlarmRow, open_alarms: OpenAlarms, localizer: Localizer) -> Searchable:
    reply = localizer.say(row.words)
    hit = Hit(
        name=alarm_name(row.path, row.item, open_alarms),
        href=alarm_page(row.path, row.item),
        place=reply,
        state=localizer.moment(row.since, open_alarms.alarms.at),
        sign=level_sign(localizer, row.level.value),
    )
    return _searchable(f"{hit.name} {row.path} {reply}", lambda: hit)


def _ended_alarm(alarm: EndedAlarm, now: datetime, localizer: Localizer) -> Searchable:
    hit = Hit(
        name=alarm.name,
        href=part_page(alarm.path),
        place=localizer.say(alarm.event.words),
        state=localizer.say(ENDED.fill(at=localizer.moment(alarm.event.at, now))),
        sign=level_sign(localizer, STOPPED if alarm.reason else alarm.event.after.value),
    )
    return _searchable(f"{alarm.name} {alarm.path}", lambda: hit)


def _settings_pages(roles: Collection[str], localizer: Localizer) -> Iterator[Searchable]:
    for group in GROUPS:
        for one in group.for_roles(roles):
            title, description = localizer.say(one.title), localizer.say(one.description)
            hit = Hit(name=title, href=one.href, place=description)
            yield _searchable(f"{title} {description}", lambda hit=hit: hit)  # type: ignore[misc]


def _routes(snapshot: Snapshot, localizer: Localizer) -> Iterator[Searchable]:
    for one in snapshot.status.routes:
        hit = _route(one, localizer)
        yield _searchable(f"{hit.name} {one.name} {hit.place}", lambda hit=hit: hit)  # type: ignore[misc]


def _route(route: RouteStatus, localizer: Localizer) -> Hit:
    place = f"{localizer.say(MAIL)}{STEP}{route_kind(localizer, route.kind)}"
    return Hit(name=route.title or route.name, href=route_page(route.name), place=place)


def _definitions(
    documents: Mapping[str, Content], localizer: Localizer
) -> Iterator[Searchable]:
    """Yield the contacts and the rules, found by title, name and addresses."""
    for key, content in documents.items():
        type, _slash, name = key.partition("/")
        if type not in DEFINITION_PAGES:
            continue
        title, path = DEFINITION_PAGES[type]
        hit = Hit(
            name=str(content.get("title") or name),
            href=f"{path}?name={quote(name, safe='')}",
            place=localizer.say(title),
        )
        addresses = " ".join(map(str, content.get("addresses", ())))
        yield _searchable(f"{hit.name} {name} {addresses}", lambda hit=hit: hit)  # type: ignore[misc]


def _actions(
    snapshot: Snapshot, roles: Collection[str], localizer: Localizer
) -> Sequence[Searchable]:
    translated = snapshot.read_in(localizer.language)
    actions: Sequence[SearchAction] = snapshot.value_for(
        ("actions", localizer.language),
        lambda: tuple(actions_of(snapshot.servers.rows, translated.status.monitors, localizer)),
    )
    return [
        _searchable(f"{one.name} {one.words}", lambda one=one: _action(one))  # type: ignore[misc]
        for one in actions
        if one.role in roles
    ]


def _action(action: SearchAction) -> Hit:
    return Hit(name=action.name, href=action.href, place=action.place)
