"""The short form of a new route by a mail server or a webhook, as definitions. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from noroshi.web.forms.first_route import LONGEST_PORT
from noroshi.web.forms.normalize import figures

SMTP, WEBHOOK = SHORT = ("smtp", "webhook")
"""The sorts of routes that have a short form without an account."""
FIELDS: Mapping[str, tuple[str, ...]] = {
    SMTP: ("host", "port", "protection", "sender", "user"),
    WEBHOOK: ("shape",),
}
"""The options that a form asks for, beside the secret."""
SECRET_OPTION = {SMTP: "password", WEBHOOK: "url_entry"}
"""The option that names the vault's entry for what is typed as the secret."""
DEFAULTS = {"protection": "starttls", "shape": "teams"}


def blank(sort: str) -> dict[str, str]:
    """Return the form as it is first shown."""
    return {field: DEFAULTS.get(field, "") for field in FIELDS[sort]}


def route_document(sort: str, form: Mapping[str, str], entry: str) -> dict[str, Any]:
    """Return what a new route says. `entry` names the vault's entry of its secret; "": it has none."""
    options: dict[str, Any] = {field: form[field] for field in FIELDS[sort] if form.get(field)}
    port = figures(form.get("port", ""))
    if (
        port.isdecimal() and len(port) <= LONGEST_PORT
    ):  # else it stays text, and is refused as such
        options["port"] = int(port)
    if entry:
        options[SECRET_OPTION[sort]] = entry
    said = {"title": form.get("title", ""), "kind": sort, "network": form.get("network", "")}
    return {**{name: value for name, value in said.items() if value}, "options": options}
