"""What somebody else changed while one was editing: told as the versions tell it."""

from __future__ import annotations

from collections.abc import Sequence

from noroshi.core.words import Words
from noroshi.definitions import differences, document
from noroshi.ports import Document
from noroshi.web.forms.location import Content, called
from noroshi.web.view.difference import Worded, names_of, sort_of, worded
from noroshi.web.view.page_context import Visit

CALLED = Words(en=" {sort} {name} ", ja="{sort}「{name}」")
Side = tuple[str, Content | None]
"""A definition's key, and what it says; None: it is not there."""


async def differing(visit: Visit, seen: Side, now: Side) -> Sequence[Worded]:
    """From what its editor saw to what is in force."""
    names = names_of(await visit.call("kinds"))
    return [worded(one, names) for one in differences(_side(seen), _side(now))]


def _side(side: Side) -> tuple[Document, ...]:
    key, content = side
    return () if content is None else (document(key, content),)


async def since(visit: Visit, key: str, version: int) -> Sequence[Worded]:
    """What differs of one definition from that version; nothing if it is not known any more."""
    now = await visit.call("definition_show", keys=[key])
    seen = await visit.call_json("definition_show", keys=[key], version=version)
    if "ok" not in seen:
        return ()
    before, after = (one["documents"].get(key) for one in (seen["ok"], now))
    return await differing(visit, (key, before), (key, after))


def by_title(visit: Visit, text: str, side: Side) -> str:
    """A sentence that names a definition by its key, with what a person calls it instead."""
    key, content = side
    its = CALLED.fill(sort=sort_of(key), name=called(key.partition("/")[2], content))
    return text.replace(f" {key} ", visit.say(its))
