"""Follow a definition that is given another name with what belongs to the name beside the other
definitions (silences of a place, waiting mails of a route), and tell of it before."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from noroshi.core.alarms import Silence
from noroshi.core.translation import Message, _
from noroshi.definitions import Difference, content, document, renamed
from noroshi.definitions.documents import split
from noroshi.definitions.rename import places_gone
from noroshi.definitions.route_aliases import by_new_names
from noroshi.definitions.stable_ids import under_another_name
from noroshi.ports import Document, QueuedEnvelope, Store, StoreError
from noroshi.service.definitions.warnings import some

log = logging.getLogger(__name__)
Names = Mapping[str, str]
"""New names by the keys that were: {"routes/smtp1": "mx1"}."""
ROUTES = "routes/"

FOLLOWS: Mapping[str, Message] = {
    "instances": _(
        "With another name its monitors keep their state, history, open alarms and silences, and "
        "notifications that name it follow. What was told before keeps the old name."
    ),
    "rules": _(
        "With another name whatever names it follows. What it has told stays told, and open alarms "
        "go on in their mail threads; its id says that it is the same rule."
    ),
    "notifications": _("It can be given another name: no other definition names it."),
    "contacts": _(
        "With another name rules and notifications follow. Waiting mails go to the addresses that "
        "they have; the next mail of an open alarm begins a new thread, and open alarms of Noroshi "
        "itself are told once more."
    ),
    "routes": _(
        "With another name rules, notifications and waiting mails follow. How Noroshi watches the "
        "route itself begins anew: that history, and when a mail was last accepted, stay behind."
    ),
    "networks": _("With another name routes, accounts and monitors that name it follow."),
    "accounts": _(
        "With another name routes that name it follow, and its sign-in and its watch stay: nobody "
        "signs in again. Its id says under which name the sign-in is kept."
    ),
    "clouds": _("With another name accounts that name it follow; their sign-ins stay."),
    "blueprints": _("It can be given another name: what was added with it does not name it."),
}
"""The consequences of another name, by folder: told before it is given."""
SILENCE_STAYS = _(
    "Silences that do not follow to where the monitors are then, as others are there too, or "
    "as it is several places: {names}. Silence the monitors themselves if they shall stay so."
)
NOT_SILENCED = _(
    "The definitions are in force, but silences may be left at their old places, as the store "
    "had trouble: {why} Look at: noroshi silence list"
)


def renamings(names: Names, documents: Iterable[Document]) -> tuple[Difference, ...]:
    """Return each as one of the differences; `documents` are under the new names."""
    there = {one.key: one for one in documents}
    now = {key: there.get(_key(key, names)) for key in names}
    return tuple(renamed(key, its) for key, its in now.items() if its is not None)


def under_new_names(documents: Iterable[Document], names: Names) -> tuple[Document, ...]:
    """Return what was, by the new names: then only what else is changed differs."""
    return tuple(_under_its(one, names) if one.key in names else one for one in documents)


def _under_its(one: Document, names: Names) -> Document:
    type, old = split(one.key)
    its = under_another_name(type, old, names[one.key], content(one))
    return document(_key(one.key, names), its)


def _key(key: str, names: Names) -> str:
    return f"{key.partition('/')[0]}/{names[key]}" if key in names else key


def consequences(names: Names) -> Iterator[Message]:
    """Yield what somebody should know who gives these definitions other names."""
    yield from (FOLLOWS[type] for type in dict.fromkeys(k.partition("/")[0] for k in names))


def ways_of(names: Names) -> Names:
    """Return the routes among them, old name by new one."""
    return {k.removeprefix(ROUTES): new for k, new in names.items() if k.startswith(ROUTES)}


def as_they_will_be(waiting: Iterable[QueuedEnvelope], ways: Names) -> list[QueuedEnvelope]:
    """Return what waits, by routes under their new names."""
    return [
        replace(
            one, envelope=replace(one.envelope, routes=by_new_names(one.envelope.routes, ways))
        )
        for one in waiting
    ]


async def silences_follow(
    store: Store, old: Iterable[Document], new: Iterable[Document], now: datetime
) -> tuple[Message, ...]:
    """Move each silence of a place whose name is gone to the new place where its monitors are
    now. The definitions are in force by then, so that a store that fails here is only told
    of."""
    gone = {was: now_at for was, now_at in places_gone(old, new).items() if now_at}
    try:
        silences = (await store.suppressions(now)).silences if gone else ()
        for one in silences:
            if not one.monitor and one.place in gone:
                await store.silence(replace(one, place=gone[one.place]))
    except StoreError as error:
        log.warning("silences stay at their old places: %s", error)
        return (NOT_SILENCED.fill(why=error.words),)
    return ()


def left_behind(
    silences: Iterable[Silence], old: Iterable[Document], new: Iterable[Document]
) -> Iterator[Message]:
    """Say which monitors go on where their silence does not follow, so that they are told
    of."""
    places = {one.place for one in silences if not one.monitor}
    gone = places_gone(old, new) if places else {}
    left = sorted(place for place in places if place in gone and gone[place] is None)
    if left:
        yield SILENCE_STAYS.fill(names=some(left))
