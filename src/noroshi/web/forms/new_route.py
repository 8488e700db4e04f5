"""Make a new route: its short form (a mail server or a webhook) as definitions, its name, and
the rules and notifications that it joins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from noroshi.service.node.secrets import SecretOperations
from noroshi.web.forms.first_route import LONGEST_PORT
from noroshi.web.forms.normalize import figures
from noroshi.web.view.page_context import Visit
from noroshi.web.view.routes import Content, of_type, order_title, orders

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
    """Return the definition of a new route. `entry` names the vault's entry of its secret; "":
    it has none."""
    options: dict[str, Any] = {field: form[field] for field in FIELDS[sort] if form.get(field)}
    port = figures(form.get("port", ""))
    if (
        port.isdecimal() and len(port) <= LONGEST_PORT
    ):  # else it stays text, and is refused as such
        options["port"] = int(port)
    if entry:
        options[SECRET_OPTION[sort]] = entry
    settings = {
        "title": form.get("title", ""),
        "kind": sort,
        "network": form.get("network", ""),
    }
    return {**{name: value for name, value in settings.items() if value}, "options": options}


FIRST = {"smtp": "smtp", "graph": "graph", "webhook": "webhook", "pickup": "pickup"}
MOST = 1_000


def free_name(documents: Mapping[str, Content], type: str, stem: str) -> str:
    """Return a name that is not used yet: smtp1, smtp2 …"""
    if type == "accounts":
        used_names = of_type(documents, type)
        candidates = (f"{stem}{n}" if n > 1 else stem for n in range(1, MOST))
    else:
        used_names = of_type(documents, type)
        stem = FIRST.get(stem, "proxy" if type == "networks" else "route")
        candidates = (f"{stem}{n}" for n in range(1, MOST))
    return next(name for name in candidates if name not in used_names)


async def free_entry(visit: Visit, name: str) -> str:
    """Return a name for an entry of the vault that neither is there nor is named by anything: what
    is put in for something new takes the place of nothing."""
    used_names = {one.name for one in await visit.call(SecretOperations.list)}
    candidates = (f"{name}-{n}" if n > 1 else name for n in range(1, MOST))
    return next(one for one in candidates if one not in used_names)


async def entry_of(visit: Visit, name: str) -> str:
    """Return that name, or a free one where something names an entry of it already."""
    used_entries = {one.name for one in await visit.call(SecretOperations.list) if one.named_by}
    return await free_entry(visit, name) if name in used_entries else name


def orders_to_join(
    visit: Visit, documents: Mapping[str, Content]
) -> list[tuple[str, str, bool]]:
    """Return each order that a new route can join: key, title, ticked or not."""
    keys = [key for key, _ in orders(documents)]
    is_first = visit.request.method == "GET"
    return [
        (
            key,
            order_title(visit, key, documents),
            is_first or visit.form.get(f"into.{key}") == "yes",
        )
        for key in keys
    ]


def ticked_orders(form: Mapping[str, str]) -> list[str]:
    """Return the keys of the ticked orders."""
    return [
        name.removeprefix("into.")
        for name, value in form.items()
        if name.startswith("into.") and value == "yes"
    ]


def with_route(
    documents: Mapping[str, Content], keys: Iterable[str], route: str
) -> dict[str, Content]:
    """Return those orders with the route at their end."""
    routes_by_order = dict(orders(documents))
    return {
        key: {**documents[key], "routes": [*routes_by_order[key], route]}
        for key in keys
        if key in routes_by_order and route not in routes_by_order[key]
    }
