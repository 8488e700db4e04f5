"""Choose the definitions by which one account signs in: a trial of it compiles these, and not the
twenty thousand that a node may have beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from noroshi.definitions import Plan, content
from noroshi.definitions.documents import split
from noroshi.ports import Document


def trial_definitions(
    name: str, in_force: Sequence[Document], plan: Plan, over: Sequence[Document]
) -> tuple[Document, ...]:
    """Return the account's document with its cloud, the routes that use it, and the networks of
    both, as they would be with `over`. `plan` is that of `in_force`. Raises schema.Invalid for
    what names no definition, or is one of these and no JSON."""
    for one in over:
        split(one.key)
    known = {one.key: one for one in (*in_force, *over)}
    given = {one.key for one in over}
    wanted = [f"accounts/{name}", *_routes(name, known, plan, given)]
    contents = [content(known[key]) for key in wanted if key in known]
    named = dict.fromkeys(key for one in contents for key in _named_by(one))
    return tuple(known[key] for key in (*wanted, *named) if key in known)


def _routes(
    name: str, known: Mapping[str, Document], plan: Plan, given: set[str]
) -> Iterator[str]:
    """Yield the keys of the routes that use an account. Only those that are `given` are read, as
    the plan knows the others."""
    for key in known:
        type, _, route = key.partition("/")
        if type != "routes":
            continue
        in_force = getattr(plan.routes.get(route), "options", None)
        uses = _account_in(known[key]) if key in given else getattr(in_force, "account", "")
        if uses == name:
            yield key


def _account_in(route: Document) -> Any:
    options = content(route).get("options")
    return options.get("account") if isinstance(options, Mapping) else None


def _named_by(definition: Mapping[str, Any]) -> Iterator[str]:
    """Yield the keys of what an account or a route names."""
    for type, field in (("clouds", "cloud"), ("networks", "network")):
        if isinstance(named := definition.get(field), str):
            yield f"{type}/{named}"
