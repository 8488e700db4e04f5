"""Secrets that somebody typed where the name of a vault's entry belongs: refused before they are kept.

A name that is in the vault, or in force already, is one whatever it looks like. The value is never
repeated: what is refused stands in the audit log, in a terminal, on a page.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress

from noroshi.core.problems import Problem
from noroshi.core.words import Words
from noroshi.ports import Document
from noroshi.service.entries import named_in

SECRET_TYPED = Words(
    en="this looks like a secret, but the name of a vault entry belongs here; put the secret into "
    "the vault (noroshi secret set NAME, or the password field of the route's page), and name the entry",
    ja="保管庫の項目名を指定するところに、シークレットそのものが入力されているようです。シークレットは "
    "noroshi secret set 名前 か経路の画面のパスワード欄で保管庫に入れ、ここには項目名を指定してください",
)
PARTS = re.compile(r"[./_-]+")
CHANGES = re.compile(r"(?<=[0-9])(?=[a-z])|(?<=[a-z])(?=[0-9])")
MOST_CHANGES = 3
"""Between letters and digits in one part of a name that a person gives, such as m365 or smtp2b."""
LONGEST_PART = 24
LONGEST_MIXED = 16


def typed_secrets(
    documents: Sequence[Document], current: Sequence[Document], kept: Collection[str]
) -> Iterator[Problem]:
    """Yield a problem for each changed definition that names what looks like a secret."""
    before = {one.key: one for one in current}
    for document in documents:
        if document == before.get(document.key):
            continue
        with suppress(ValueError, RecursionError):  # told by the check itself
            new = named_in((document,)).keys() - set(kept)
            old = before.get(document.key)
            known = named_in((old,)).keys() if old is not None else ()
            if any(looks_like_secret(entry) for entry in new - set(known)):
                yield Problem(f"{document.key}.toml", SECRET_TYPED)


def looks_like_secret(name: str) -> bool:
    """Return True for what no person calls an entry: letters and digits in turns, or very long."""
    return any(_is_random(part) for part in PARTS.split(name))


def _is_random(part: str) -> bool:
    changes = len(CHANGES.findall(part))
    mixed = changes > 0 and len(part) >= LONGEST_MIXED
    return changes > MOST_CHANGES or mixed or len(part) >= LONGEST_PART
