"""Make a new route from the short form (a mail server or a webhook): the definitions, a free
name, and the rules and notifications that use the route."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from noroshi.guides.setup_documents import (
    FIELDS,
    WEBHOOK,
    Content,
    definitions_of,
    orders,
    route_document,
)
from noroshi.guides.setup_names import (
    ROUTE_KINDS,
    free_account,
    free_entry,
    free_number,
    free_route,
)
from noroshi.service.node.secrets import SecretOperations
from noroshi.web.forms.normalize import figures
from noroshi.web.view.page_context import Visit
from noroshi.web.view.routes import order_title

SHORT = tuple(FIELDS)
"""The sorts of routes that have a short form without an account."""


def blank(sort: str) -> dict[str, str]:
    """Return the form as it is first shown."""
    return {one.name: one.default for one in FIELDS[sort] if not one.hidden}


def route_settings(sort: str, form: Mapping[str, str], entry: str) -> dict[str, Any]:
    """Return the definition of a new route. `entry` names the vault entry of the route's
    secret; "": there is none."""
    settings = route_document(sort, {**form, "port": figures(form.get("port", ""))}, entry)
    if sort == WEBHOOK and allows_http(form):
        settings["options"]["plain_http"] = True
    return settings


def allows_http(form: Mapping[str, str]) -> bool:
    """Return whether the URL of a webhook may be of http."""
    return form.get("plain_http") == "yes"


def free_name(documents: Mapping[str, Content], type: str, stem: str) -> str:
    """Return a name that is not used yet: smtp1, smtp2 …"""
    used_names = definitions_of(documents, type)
    if type == "accounts":
        return free_account(stem, used_names)
    if type == "networks" and stem not in ROUTE_KINDS:
        return free_number("proxy", used_names)
    return free_route(stem, used_names)


async def new_entry(visit: Visit, name: str) -> str:
    """Return a name for an entry of the vault that neither is there nor is named by anything: what
    is put in for something new takes the place of nothing."""
    used_names = {one.name for one in await visit.call(SecretOperations.list)}
    return free_entry(name, used_names)


async def entry_of(visit: Visit, name: str) -> str:
    """Return that name for an entry, or a free one where a definition names such an entry
    already."""
    used_entries = {one.name for one in await visit.call(SecretOperations.list) if one.named_by}
    return await new_entry(visit, name) if name in used_entries else name


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
