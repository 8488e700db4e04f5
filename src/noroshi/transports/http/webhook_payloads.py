"""Shape a message for a webhook: content type and body, from an envelope."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC
from typing import Any

from noroshi.core.mail import Envelope

MOST_OF_TEAMS = 20_000
"""Bytes of text: Teams takes a message of 28 KB, the card around it included."""
MOST_OF_SLACK = 30_000
"""Characters; Slack cuts a text off at 40,000."""
MOST = 200_000
CUT = "\n…"
COLOURS = {"critical": "attention", "warning": "warning", "unknown": "warning", "ok": "good"}
MARKDOWN = re.compile(r"([\\`*_\[\]#>|~])")
Shaped = tuple[str, bytes]


def as_json(envelope: Envelope) -> Shaped:
    """Return all that is told, by name; `id` is the same however often it is posted."""
    payload = envelope.payload
    fields = {
        "id": envelope.id,
        "thread": envelope.thread[0] if envelope.thread else envelope.id,
        "at": envelope.born.astimezone(UTC).isoformat(),
        "contact": envelope.contact,
        "level": _of(payload, "level"),
        "instance": _of(payload, "list"),
        "language": _of(payload, "language"),
        "subject": _of(payload, "subject"),
        "text": cut(_of(payload, "text"), MOST),
    }
    return "application/json", _dumped(fields)


def as_teams(envelope: Envelope) -> Shaped:
    """Return an adaptive card, as a workflow "When a Teams webhook request is received" takes
    it.

    Source: Microsoft, Create incoming webhooks with Workflows for Microsoft Teams. A text block
    knows Markdown: what would be read as such is escaped.
    """
    payload = envelope.payload
    colour = COLOURS.get(_of(payload, "level"), "default")
    subject, text = _of(payload, "subject"), cut(_of(payload, "text"), MOST_OF_TEAMS)
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "body": [
            _block(subject, weight="Bolder", size="Medium", color=colour),
            *(_block(paragraph, spacing="Small") for paragraph in _paragraphs(text)),
        ],
    }
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": card,
    }
    return "application/json", _dumped({"type": "message", "attachments": [attachment]})


def as_slack(envelope: Envelope) -> Shaped:
    """Return a text for an incoming webhook of Slack, or of what understands the same
    (Mattermost).

    Source: Slack, Formatting text for app surfaces: three characters are escaped.
    """
    payload = envelope.payload
    text = f"*{_of(payload, 'subject')}*\n{_of(payload, 'text')}"
    for plain, escaped in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(plain, escaped)
    text = text if len(text) <= MOST_OF_SLACK else text[:MOST_OF_SLACK] + CUT
    return "application/json", _dumped({"text": text})


def as_text(envelope: Envelope) -> Shaped:
    """Return subject and text, as a person reads them."""
    payload = envelope.payload
    text = f"{_of(payload, 'subject')}\n\n{_of(payload, 'text')}"
    return "text/plain; charset=utf-8", cut(text, MOST).encode("utf-8", "replace")


SHAPES: Mapping[str, Callable[[Envelope], Shaped]] = {
    "json": as_json,
    "teams": as_teams,
    "slack": as_slack,
    "text": as_text,
}


def cut(text: str, most: int) -> str:
    """Return at most so many bytes of it, and a sign that there was more."""
    whole = text.encode("utf-8", "replace")
    return text if len(whole) <= most else whole[:most].decode("utf-8", "ignore") + CUT


def _of(payload: Mapping[str, Any], name: str) -> str:
    return str(payload.get(name, ""))


def _block(text: str, **more: str) -> dict[str, object]:
    escaped = MARKDOWN.sub(r"\\\1", text)
    return {"type": "TextBlock", "text": escaped, "wrap": True, **more}


def _paragraphs(text: str) -> list[str]:
    """Return a block for each line: a text block shows a single line end as a blank."""
    return [line for line in text.splitlines() if line.strip()]


def _dumped(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")
