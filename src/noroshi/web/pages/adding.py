"""Adding monitors from a blueprint: which, what it asks for, what it changes, and doing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from noroshi.core.own import OWN
from noroshi.service import NotFound
from noroshi.web.asks import asks_of
from noroshi.web.doing import Outcome, address, asked, may, surely, told, typed
from noroshi.web.house import House
from noroshi.web.live import Live
from noroshi.web.seen import part_page
from noroshi.web.visit import Visit, page
from noroshi.web.words import TEXTS

FIELDS = ("instance", "address", "zone")
VALUE, RULE = "value.", "rule."
PREVIEW = "preview"


def routes(house: House, live: Live) -> list[Route]:
    """Their addresses."""

    async def one(visit: Visit) -> Response:
        return await _one(visit, live)

    return [
        Route("/add", page(house, choose), methods=["GET"]),
        Route("/add/{blueprint}", page(house, one), methods=["GET", "POST"]),
    ]


async def choose(visit: Visit) -> Response:
    """All blueprints, with what each watches."""
    found = await visit.need("blueprints")
    return await visit.show("add.html", blueprints=found, to=asked(visit, "to"), may=may(visit))


async def _one(visit: Visit, live: Live) -> Response:
    name = visit.request.path_params["blueprint"]
    known = {one["name"]: one for one in await visit.need("blueprints")}
    if name not in known:
        raise NotFound(TEXTS["error.not_there"])
    if visit.request.method == "GET":
        return await _shown(visit, known[name])
    only_try = visit.form.get("do") == PREVIEW
    given = _given(visit)
    done = await surely(visit, "blueprint_add", blueprint=name, **given, dry=only_try)
    if done.ok is None or only_try:
        return await _shown(visit, known[name], done)
    live.changed()
    return visit.to(address(part_page(given["instance"]), did="added", part=name))


def _given(visit: Visit) -> dict[str, Any]:
    form = visit.form
    values = {
        key.removeprefix(VALUE): text.strip()
        for key, text in form.items()
        if key.startswith(VALUE) and text.strip()
    }
    rules = [key.removeprefix(RULE) for key in form if key.startswith(RULE)]
    plain = {name: form.get(name, "").strip() for name in FIELDS}
    return {**plain, "values": values, "rules": rules}


async def _shown(
    visit: Visit, blueprint: Mapping[str, Any], outcome: Outcome | None = None
) -> Response:
    outcome = outcome or Outcome()
    documents = (await visit.need("definition_show"))["documents"]
    instances = [key.partition("/")[2] for key in documents if key.startswith("instances/")]
    rules = [key.partition("/")[2] for key in documents if key.startswith("rules/")]
    asks = asks_of(blueprint, await visit.need("kinds"))
    form: dict[str, str] = {**typed(visit, *FIELDS)}
    if visit.request.method == "GET":
        form["instance"] = asked(visit, "to")
        # Whoever adds the first instance wants somebody to be told.
        chosen = set(rules[:1])
    else:
        chosen = {key.removeprefix(RULE) for key in visit.form if key.startswith(RULE)}
    return await visit.show(
        "add_one.html",
        outcome.status,
        one=blueprint,
        asks=[(ask, visit.form.get(f"{VALUE}{ask.name}", "")) for ask in asks],
        instances=[name for name in instances if name != OWN],
        rules=[
            (name, documents[f"rules/{name}"].get("title") or name, name in chosen)
            for name in rules
        ],
        form=form,
        tried=outcome.ok,
        why=told(visit, outcome),
        unsure=outcome.unsure,
        may=may(visit),
    )
