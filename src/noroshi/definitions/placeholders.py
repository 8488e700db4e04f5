"""Find placeholder values of the examples, which no definition in use should have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from noroshi.core.definitions.document import Document
from noroshi.definitions.document_content import content
from noroshi.imports import ONE_AT_A_TIME

PLACEHOLDER = re.compile(
    r"(?:\S+@)?(?:[\w-]+\.)*example(?:\.(?:com|net|org|onmicrosoft\.com))?"
    r"|(?:\S+@)?(?:[\w-]+\.)*contoso(?:\.example|\.com|\.onmicrosoft\.com)"
    r"|[0-]{36}",
    re.IGNORECASE,
)
"""Names that RFC 2606 and Microsoft keep for examples, and a client ID of zeros."""


def placeholders(
    documents: Iterable[Document], other_documents: Iterable[Document] = ()
) -> Iterator[tuple[str, str]]:
    """Yield each value that is still an example's, behind the place where it stands. The domain
    of a lab is none: a mail to it arrives there. `other_documents` are in force beside them."""
    contents = {document.key: content(document) for document in documents}
    other_contents = {document.key: content(document) for document in other_documents}
    lab_domains = frozenset(_lab_domains({**other_contents, **contents}))
    for key, document_content in contents.items():
        for place, value in _text_places(document_content, ""):
            is_of_lab = value.rpartition("@")[2].lower() in lab_domains
            if PLACEHOLDER.fullmatch(value) and not is_of_lab:
                yield f"{key}.toml: {place}", value


def _lab_domains(contents: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Yield the domain of each account's mailbox whose sign-in server is on this computer."""
    for key, account in contents.items():
        cloud = contents.get(f"clouds/{account.get('cloud')}")
        if key.startswith("accounts/") and cloud and _is_on_this_computer(cloud):
            yield str(account.get("mailbox", "")).rpartition("@")[2].lower()


def _is_on_this_computer(cloud: Mapping[str, Any]) -> bool:
    with ONE_AT_A_TIME:  # only now: few folders have a cloud of their own
        from noroshi.core.definitions.accounts import host_in
        from noroshi.oauth.account import LOOPBACK

    return host_in(str(cloud.get("token_endpoint") or cloud.get("authority"))) in LOOPBACK


def _text_places(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _text_places(item, f"{place}.{name}" if place else str(name))
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value):
            yield from _text_places(item, f"{place}.{number}")
