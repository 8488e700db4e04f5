"""Choose the definitions by which one account signs in: a trial of it compiles these, and not the
twenty thousand that a node may have beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from noroshi.definitions.compilation import Plan
from noroshi.definitions.document_content import content, split
from noroshi.ports import Document


def trial_definitions(
    name: str, in_force: Sequence[Document], plan: Plan, trial_documents: Sequence[Document]
) -> tuple[Document, ...]:
    """Return the document of the account with those of the cloud, the account's routes, and all
    their networks, as they would be with `trial_documents`. `plan` is that of `in_force`.
    Raises schema.Invalid for a key that names no definition, or a document of these that is no
    JSON."""
    for one in trial_documents:
        split(one.key)
    by_key = {one.key: one for one in (*in_force, *trial_documents)}
    given_keys = {one.key for one in trial_documents}
    keys = [f"accounts/{name}", *_routes(name, by_key, plan, given_keys)]
    contents = [content(by_key[key]) for key in keys if key in by_key]
    referenced = dict.fromkeys(key for one in contents for key in _references(one))
    return tuple(by_key[key] for key in (*keys, *referenced) if key in by_key)


def _routes(
    name: str, by_key: Mapping[str, Document], plan: Plan, given_keys: set[str]
) -> Iterator[str]:
    """Yield the keys of the routes that use an account. Only those of `given_keys` are read, as
    the plan knows the others."""
    for key in by_key:
        type, _, route = key.partition("/")
        if type != "routes":
            continue
        in_force = getattr(plan.routes.get(route), "options", None)
        uses = (
            _account_in(by_key[key]) if key in given_keys else getattr(in_force, "account", "")
        )
        if uses == name:
            yield key


def _account_in(route: Document) -> Any:
    options = content(route).get("options")
    return options.get("account") if isinstance(options, Mapping) else None


def _references(definition: Mapping[str, Any]) -> Iterator[str]:
    """Yield the keys of what an account or a route names."""
    for type, field in (("clouds", "cloud"), ("networks", "network")):
        if isinstance(name := definition.get(field), str):
            yield f"{type}/{name}"
