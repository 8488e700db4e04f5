"""Follow a definition that is given another name with what belongs to the name beside the other
definitions (silences of a place, waiting mails of a route), and tell of it before."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from noroshi.core.alarms import Silence
from noroshi.core.instruction import InstructionKind, followed_by
from noroshi.core.translation import Message, _
from noroshi.definitions.changes import Difference, rename_difference
from noroshi.definitions.document_content import content, document, split
from noroshi.definitions.rename import places_gone
from noroshi.definitions.route_aliases import by_new_names
from noroshi.definitions.stable_ids import under_another_name
from noroshi.definitions.unruled_monitors import first_names
from noroshi.ports import Document, QueuedEnvelope, Store, StoreError

log = logging.getLogger(__name__)
Names = Mapping[str, str]
"""New names by the keys that were: {"routes/smtp1": "mx1"}."""
ROUTES = "routes/"

FOLLOWS: Mapping[str, Message] = {
    "instances": _(
        "When this instance is renamed, its monitors keep their state, history, open alarms and "
        "silences, and system notifications that refer to the instance are updated. Messages "
        "already sent keep the old name."
    ),
    "rules": _(
        "When this rule is renamed, all settings that refer to it are updated. Its notification "
        "history is kept, and open alarms continue in their email threads; Noroshi recognises "
        "the rule by an internal ID."
    ),
    "notifications": _(
        "This system notification can be renamed: no other definition refers to it."
    ),
    "contacts": _(
        "When this contact is renamed, rules and system notifications are updated. Waiting "
        "messages keep their addresses; the next message of an open alarm starts a new thread, "
        "and notifications of open alarms about Noroshi itself are sent once more."
    ),
    "routes": _(
        "When this route is renamed, rules, system notifications and waiting messages are "
        "updated. The route's monitor starts over: its history and the time of the last accepted "
        "message are not carried over."
    ),
    "networks": _(
        "When this network is renamed, routes, accounts and monitors that refer to it are "
        "updated."
    ),
    "accounts": _(
        "When this account is renamed, routes that refer to it are updated. Its sign-in and its "
        "monitoring continue: nobody has to sign in again. Internally, the sign-in is still "
        "stored under the original name."
    ),
    "clouds": _(
        "When this cloud is renamed, accounts that refer to it are updated; their sign-ins "
        "remain."
    ),
    "blueprints": _(
        "This blueprint can be renamed: monitors that were added with it do not refer to it."
    ),
}
"""The consequences of another name, by folder: told before it is given."""
SILENCE_STAYS = _(
    "These silences could not be moved with their monitors: {names}. Either the new location "
    "also contains other monitors, or the monitors are now in several locations. To keep the "
    "monitors silent, silence each of them."
)
NOT_SILENCED = followed_by(
    _(
        "The definitions are in effect, but silences may still refer to the old paths because of "
        "a store problem ({why})."
    ),
    InstructionKind.SHOW_SILENCES,
)


def renamings(names: Names, documents: Iterable[Document]) -> tuple[Difference, ...]:
    """Return each as one of the differences; `documents` are under the new names."""
    by_key = {one.key: one for one in documents}
    new_documents = {key: by_key.get(_key(key, names)) for key in names}
    return tuple(
        rename_difference(key, new_document)
        for key, new_document in new_documents.items()
        if new_document is not None
    )


def under_new_names(documents: Iterable[Document], names: Names) -> tuple[Document, ...]:
    """Return the old documents under the new names: then only the other changes differ."""
    return tuple(_under_new_name(one, names) if one.key in names else one for one in documents)


def _under_new_name(one: Document, names: Names) -> Document:
    type, old = split(one.key)
    new_content = under_another_name(type, old, names[one.key], content(one))
    return document(_key(one.key, names), new_content)


def _key(key: str, names: Names) -> str:
    return f"{key.partition('/')[0]}/{names[key]}" if key in names else key


def consequences(names: Names) -> Iterator[Message]:
    """Yield the consequences of renaming these definitions."""
    yield from (FOLLOWS[type] for type in dict.fromkeys(k.partition("/")[0] for k in names))


def renamed_routes(names: Names) -> Names:
    """Return the routes among them, old name by new one."""
    return {k.removeprefix(ROUTES): new for k, new in names.items() if k.startswith(ROUTES)}


def with_new_routes(
    waiting: Iterable[QueuedEnvelope], route_names: Names
) -> list[QueuedEnvelope]:
    """Return the waiting envelopes with the new names of their routes."""
    return [
        replace(
            one,
            envelope=replace(
                one.envelope, routes=by_new_names(one.envelope.routes, route_names)
            ),
        )
        for one in waiting
    ]


async def move_silences(
    store: Store, old: Iterable[Document], new: Iterable[Document], now: datetime
) -> tuple[Message, ...]:
    """Move each silence of a place that is gone to the present place of the monitors there. The
    definitions are in force by then, so a failure of the store is only reported."""
    moves = {
        old_place: new_place
        for old_place, new_place in places_gone(old, new).items()
        if new_place
    }
    try:
        silences = (await store.suppressions(now)).silences if moves else ()
        for one in silences:
            if not one.monitor and one.place in moves:
                await store.silence(replace(one, place=moves[one.place]))
    except StoreError as error:
        log.warning("silences stay at their old places: %s", error)
        return (NOT_SILENCED.fill(why=error.words),)
    return ()


def silences_staying(
    silences: Iterable[Silence], old: Iterable[Document], new: Iterable[Document]
) -> Iterator[Message]:
    """Warn of places that are gone and whose silence does not follow the monitors, so that
    alarms are sent for them."""
    places = {one.place for one in silences if not one.monitor}
    moves = places_gone(old, new) if places else {}
    staying = sorted(place for place in places if place in moves and moves[place] is None)
    if staying:
        yield SILENCE_STAYS.fill(names=first_names(staying))
