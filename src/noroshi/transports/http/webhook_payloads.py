"""Shape a message for a webhook: content type and body, from an envelope."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC
from typing import Any

from noroshi.core.mail import POSSIBLE_SENDER, Envelope
from noroshi.core.translation import _

MOST_OF_TEAMS = 20_000
"""Bytes of text: Teams takes a message of 28 KB, the card around it included."""
MOST_OF_SLACK = 30_000
"""Characters; Slack cuts a text off at 40,000."""
MOST_OF_DISCORD = 4096
MOST_OF_DISCORDS_TITLE = 256
"""Characters of an embed's description and title."""
MOST_BYTES = 200_000
CUT_MARK = "\n…"
COLOURS = {"critical": "attention", "warning": "warning", "unknown": "warning", "ok": "good"}
DISCORD_COLOURS = {
    "critical": 0xC62828,
    "warning": 0xF9A825,
    "unknown": 0xF9A825,
    "ok": 0x2E7D32,
}
MAY_BE_SENT = _("{node} may have sent this message too.")
MARKDOWN = re.compile(r"([\\`*_\[\]#>|~])")
Shaped = tuple[str, bytes]


def as_json(envelope: Envelope) -> Shaped:
    """Return all that is told, by name; `id` is the same however often it is posted."""
    payload = envelope.payload
    fields = {
        "id": envelope.id,
        "thread": envelope.thread[0] if envelope.thread else envelope.id,
        "at": envelope.date.astimezone(UTC).isoformat(),
        "contact": envelope.contact,
        "level": _text_of(payload, "level"),
        "instance": _text_of(payload, "list"),
        "language": _text_of(payload, "language"),
        "subject": _text_of(payload, "subject"),
        "text": shorten(_whole_text(payload), MOST_BYTES),
    }
    return "application/json", _json_bytes(fields)


def as_teams(envelope: Envelope) -> Shaped:
    """Return an adaptive card, as a workflow "When a Teams webhook request is received" takes
    it.

    Source: Microsoft, Create incoming webhooks with Workflows for Microsoft Teams. A text block
    knows Markdown: what would be read as such is escaped.
    """
    payload = envelope.payload
    colour = COLOURS.get(_text_of(payload, "level"), "default")
    subject, text = (_text_of(payload, "subject"), shorten(_whole_text(payload), MOST_OF_TEAMS))
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
    return "application/json", _json_bytes({"type": "message", "attachments": [attachment]})


def as_slack(envelope: Envelope) -> Shaped:
    """Return a text for an incoming webhook of Slack, or of what understands the same
    (Mattermost).

    Source: Slack, Formatting text for app surfaces: three characters are escaped.
    """
    payload = envelope.payload
    text = f"*{_text_of(payload, 'subject')}*\n{_whole_text(payload)}"
    for plain, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(plain, entity)
    text = text if len(text) <= MOST_OF_SLACK else text[:MOST_OF_SLACK] + CUT_MARK
    return "application/json", _json_bytes({"text": text})


def as_discord(envelope: Envelope) -> Shaped:
    """Return an embed for a webhook of Discord, which mentions nobody, whatever the text says.

    Source: Discord, Webhook Resource (Execute Webhook) and Message Resource (Embed Limits). What
    would be read as Markdown is escaped.
    """
    payload = envelope.payload
    subject, text = _text_of(payload, "subject"), _whole_text(payload)
    embed: dict[str, object] = {
        "title": _escaped(subject, MOST_OF_DISCORDS_TITLE, "…"),
        "description": _escaped(text, MOST_OF_DISCORD, CUT_MARK),
    }
    if colour := DISCORD_COLOURS.get(_text_of(payload, "level")):
        embed["color"] = colour
    return "application/json", _json_bytes(
        {"embeds": [embed], "allowed_mentions": {"parse": []}}
    )


def as_text(envelope: Envelope) -> Shaped:
    """Return subject and text, as a person reads them."""
    payload = envelope.payload
    text = f"{_text_of(payload, 'subject')}\n\n{_whole_text(payload)}"
    return "text/plain; charset=utf-8", shorten(text, MOST_BYTES).encode("utf-8", "replace")


SHAPES: Mapping[str, Callable[[Envelope], Shaped]] = {
    "json": as_json,
    "teams": as_teams,
    "slack": as_slack,
    "discord": as_discord,
    "text": as_text,
}


def shorten(text: str, limit: int) -> str:
    """Return at most so many bytes of it, and a sign that there was more."""
    encoded = text.encode("utf-8", "replace")
    return (
        text if len(encoded) <= limit else encoded[:limit].decode("utf-8", "ignore") + CUT_MARK
    )


def _whole_text(payload: Mapping[str, Any]) -> str:
    """Return the text, and before it which other node may have sent the same: whoever reads a post
    does not see its id."""
    text, node = _text_of(payload, "text"), _text_of(payload, POSSIBLE_SENDER)
    if not node:
        return text
    return f"{MAY_BE_SENT.fill(node=node).say(_text_of(payload, 'language'))}\n\n{text}"


def _text_of(payload: Mapping[str, Any], name: str) -> str:
    return str(payload.get(name, ""))


def _escaped(text: str, limit: int, cut_mark: str) -> str:
    """Return it without Markdown, at most so many characters, and a sign that there was more."""
    escaped_text = MARKDOWN.sub(r"\\\1", text)
    if len(escaped_text) <= limit:
        return escaped_text
    cut_text = escaped_text[: limit - len(cut_mark)]
    half_escape = (len(cut_text) - len(cut_text.rstrip("\\"))) % 2
    return cut_text[: len(cut_text) - half_escape] + cut_mark


def _block(text: str, **more: str) -> dict[str, object]:
    escaped_text = MARKDOWN.sub(r"\\\1", text)
    return {"type": "TextBlock", "text": escaped_text, "wrap": True, **more}


def _paragraphs(text: str) -> list[str]:
    """Return a block for each line: a text block shows a single line end as a blank."""
    return [line for line in text.splitlines() if line.strip()]


def _json_bytes(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")
