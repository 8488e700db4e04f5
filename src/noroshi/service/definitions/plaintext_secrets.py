"""Secrets that somebody typed where the name of a vault's entry belongs: refused before they are kept.

A name that is in the vault, or in force already, is one whatever it looks like; so is one that is
made of words, or of what the definitions are called. The value is never repeated: what is refused
stands in the audit log, in a terminal, on a page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from noroshi.core.definitions.problems import Problem
from noroshi.core.instruction import InstructionKind, with_instruction
from noroshi.core.translation import Message, _
from noroshi.ports import Document
from noroshi.service.node.secrets import fields_naming

SECRET_TYPED = with_instruction(
    _(
        "this looks like a secret, but the name of a vault entry belongs here. If it is a "
        "secret, enter a name instead, such as {example}, and store the secret under that name "
        "({instruction}). If it is a name, store its secret first"
    ),
    InstructionKind.PUT_SECRET_PLACE,
)
BETWEEN = re.compile(r"[./_-]+")
USUAL = re.compile(
    r"(?:account|alarms?|alerts?|app|backup|cert|chat|client|desk|entra|exchange|gmail|google|graph|hook"
    r"|host|http|https|imap|mailbox|microsoft|monitor|m365|node|o365|office|outlook|postfix|proxy|relay"
    r"|route|server|slack|smtp|teams|web|webhook)+[0-9]{0,4}"
)
"""The names of entries that begin with no definition's name, with a number perhaps."""
LONGEST_WORD, LONGEST_NUMBER, SHORTEST_WITHIN = 24, 4, 3


def typed_secrets(
    documents: Sequence[Document], current: Sequence[Document], vault_names: Collection[str]
) -> Iterator[Problem]:
    """Yield a problem for each setting, of a changed definition, that looks like a secret."""
    old_documents = {one.key: one for one in current}
    other_words = words_of(one.key for one in documents)
    for document in documents:
        if document == old_documents.get(document.key):
            continue
        with suppress(ValueError, RecursionError):  # told by the check itself
            old_fields = _fields(old_documents.get(document.key))
            entries = {*vault_names, *(name for _, name in old_fields)}
            fields = [one for one in _fields(document) if one[1] not in entries]
            own_names = tuple(_names(document.key, json.loads(document.body))) if fields else ()
            for place, name in fields:
                if looks_like_secret(name, own_names, other_words):
                    yield Problem(f"{document.key}.toml: {place}", _refusal(document.key))


def words_of(names: Iterable[str]) -> Collection[str]:
    """Return the words that names are made of."""
    return {part for one in names for part in BETWEEN.split(one)}


def looks_like_secret(
    name: str, own_names: Sequence[str] = (), other_words: Collection[str] = ()
) -> bool:
    """Return True for what nobody calls an entry: letters and digits that are no usual words, nor
    what names the entry (`own_names`), nor any of `other_words`."""
    remainder = name
    for one in sorted(own_names, key=len, reverse=True):
        if len(one) >= SHORTEST_WITHIN:
            remainder = remainder.replace(one, "-")
    parts = [
        one
        for one in BETWEEN.split(remainder)
        if one and one not in other_words and one not in own_names
    ]
    return not all(_is_word(part) or (remainder != part and _is_number(part)) for part in parts)


def _is_word(part: str) -> bool:
    if part.isalpha():
        return len(part) < LONGEST_WORD or USUAL.fullmatch(part) is not None
    return USUAL.fullmatch(part) is not None


def _is_number(part: str) -> bool:
    return part.isdecimal() and len(part) <= LONGEST_NUMBER


def _refusal(key: str) -> Message:
    entry = f"{key.partition('/')[2]}-secret"
    return SECRET_TYPED.fill(example=entry, entry=entry)


def _fields(document: Document | None) -> Iterator[tuple[str, str]]:
    return fields_naming(json.loads(document.body)) if document else iter(())


def _names(key: str, content: Any) -> Iterator[str]:
    """Yield what a definition and the parts of it are called, whole and word by word."""
    names = [key.partition("/")[2], *_names_in(content)]
    for name in names:
        yield from {name, *BETWEEN.split(name)}


def _names_in(content: Any) -> Iterator[str]:
    values = content.values() if isinstance(content, Mapping) else content
    if isinstance(content, Mapping) and isinstance(content.get("name"), str):
        yield content["name"]
    if isinstance(content, Mapping | list):
        for one in values:
            yield from _names_in(one)
