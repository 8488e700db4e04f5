"""Find placeholder values of the examples, which no definition in use should have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from noroshi.core.definitions.document import Document
from noroshi.definitions.document_content import content

PLACEHOLDER = re.compile(
    r"(?:\S+@)?(?:[\w-]+\.)*example(?:\.(?:com|net|org|onmicrosoft\.com))?"
    r"|(?:\S+@)?(?:[\w-]+\.)*contoso(?:\.example|\.com|\.onmicrosoft\.com)"
    r"|[0-]{36}",
    re.IGNORECASE,
)
"""Names that RFC 2606 and Microsoft keep for examples, and a client ID of zeros."""


def placeholders(documents: Iterable[Document]) -> Iterator[tuple[str, str]]:
    """Yield each value that is still an example's, behind the place where it stands."""
    for document in documents:
        for place, value in _text_places(content(document), ""):
            if PLACEHOLDER.fullmatch(value):
                yield f"{document.key}.toml: {place}", value


def _text_places(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _text_places(item, f"{place}.{name}" if place else str(name))
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value):
            yield from _text_places(item, f"{place}.{number}")
