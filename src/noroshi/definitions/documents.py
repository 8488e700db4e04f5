"""Documents and what is in them: canonical JSON, one document for each file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from noroshi.ports import Document

TYPES = ("instances", "contacts", "rules", "routes", "accounts", "clouds")


def document(key: str, content: Mapping[str, Any]) -> Document:
    """A document with its content in canonical form: sorted, no blanks, nothing empty."""
    body = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return Document(key, body)


def content(document: Document) -> dict[str, Any]:
    """What a document says, as TOML would say it."""
    found: dict[str, Any] = json.loads(document.body)
    return found
