"""Adding monitors from a blueprint: which, what it asks for, what it changes, and doing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from noroshi.core.definitions.problems import Location, read_location
from noroshi.core.definitions.self_monitoring import OWN
from noroshi.service import NotFoundError
from noroshi.web.context import WebContext
from noroshi.web.errors import NO_SUCH_PAGE
from noroshi.web.forms.blueprint_inputs import PLACEHOLDER, BlueprintInput, input_at, inputs_of
from noroshi.web.forms.change_preview import created, preview
from noroshi.web.forms.location import called
from noroshi.web.forms.normalize import figures
from noroshi.web.forms.table import label
from noroshi.web.view.form_operations import (
    Outcome,
    address,
    may,
    query_value,
    run_reauthenticated,
    told,
    typed,
)
from noroshi.web.view.live_updates import Live
from noroshi.web.view.overview import part_page
from noroshi.web.view.page_context import Visit, page
from noroshi.web.view.problem_text import problems_at
from noroshi.web.view.routes import of_type

FIELDS = ("instance", "address", "zone")
VALUE, RULE = "value.", "rule."
PREVIEW = "preview"


def routes(web: WebContext, live: Live) -> list[Route]:
    """Their addresses."""

    async def one(visit: Visit) -> Response:
        return await _one(visit, live)

    return [
        Route("/add", page(web, choose), methods=["GET"]),
        Route("/add/{blueprint}", page(web, one), methods=["GET", "POST"]),
    ]


async def choose(visit: Visit) -> Response:
    """All blueprints, with what each watches."""
    kinds = await visit.call("kinds")
    found = [(one, _watched(visit, one, kinds)) for one in await visit.call("blueprints")]
    documents, to = (await visit.call("definition_show"))["documents"], query_value(visit, "to")
    way = called(to, documents.get(f"instances/{to}"))
    return await visit.show("add.html", blueprints=found, to=to, way=way, may=may(visit))


def _watched(
    visit: Visit, blueprint: Mapping[str, Any], kinds: Sequence[Mapping[str, Any]]
) -> list[tuple[str, str]]:
    """Return what it watches: the kind in words, and the place that it gets."""
    titles = {one["kind"]: one["title"] for one in kinds if one["family"] == "monitor"}
    return [
        (
            visit.say(titles[kind]) if (kind := str(one.get("kind"))) in titles else kind,
            PLACEHOLDER.sub("…", f"{group.get('name')}/{one.get('name')}"),
        )
        for group in blueprint["groups"]
        for one in group.get("monitor", ())
    ]


async def _one(visit: Visit, live: Live) -> Response:
    name = visit.request.path_params["blueprint"]
    known = {one["name"]: one for one in await visit.call("blueprints")}
    if name not in known:
        raise NotFoundError(NO_SUCH_PAGE)
    if visit.request.method == "GET":
        return await _shown(visit, known[name])
    only_try = visit.form.get("do") == PREVIEW
    given = _given(visit, (await visit.call("definition_show"))["documents"])
    more = {"dry": only_try, "language": visit.language}
    done = await run_reauthenticated(visit, "blueprint_add", blueprint=name, **given, **more)
    if done.ok is None or only_try:
        return await _shown(visit, known[name], done)
    live.changed()
    return visit.to(address(part_page(given["instance"]), did="added", part=name))


def _given(visit: Visit, documents: Mapping[str, Any]) -> dict[str, Any]:
    form = visit.form
    values = {
        key.removeprefix(VALUE): figures(text.strip())
        for key, text in form.items()
        if key.startswith(VALUE) and text.strip()
    }
    rules = [key.removeprefix(RULE) for key in form if key.startswith(RULE)]
    plain = {name: form.get(name, "").strip() for name in FIELDS}
    plain["instance"] = _meant(plain["instance"], of_type(documents, "instances"))
    return {**plain, "values": values, "rules": rules}


def _meant(typed: str, instances: Mapping[str, Any]) -> str:
    """Whoever types what the instance is called means that one."""
    named = [name for name, one in instances.items() if one.get("title") == typed]
    return named[0] if typed not in instances and len(named) == 1 else typed


async def _shown(
    visit: Visit, blueprint: Mapping[str, Any], outcome: Outcome | None = None
) -> Response:
    outcome = outcome or Outcome()
    documents = (await visit.call("definition_show"))["documents"]
    instances = of_type(documents, "instances")
    rules = [key.partition("/")[2] for key in documents if key.startswith("rules/")]
    kinds = await visit.call("kinds")
    asks = inputs_of(blueprint, kinds)
    form: dict[str, str] = {**typed(visit, *FIELDS)}
    if visit.request.method == "GET":
        form["instance"] = query_value(visit, "to")
        # Whoever adds the first instance wants somebody to be told.
        chosen = set(rules[:1])
    else:
        form["instance"] = _meant(form["instance"], instances)
        chosen = {key.removeprefix(RULE) for key in visit.form if key.startswith(RULE)}
    head, bad = _at_fields(visit, asks, form["instance"], outcome)
    return await visit.show(
        "add_one.html",
        outcome.status,
        one=blueprint,
        watched=_watched(visit, blueprint, kinds),
        asks=[
            (ask, _called(visit, ask), visit.form.get(f"{VALUE}{ask.name}", "")) for ask in asks
        ],
        instances={n: called(n, one) for n, one in instances.items() if n != OWN},
        rules=[
            (name, documents[f"rules/{name}"].get("title") or name, name in chosen)
            for name in rules
        ],
        form=form,
        tried=outcome.ok,
        differs=await preview(visit, outcome.ok),
        added=await created(visit, outcome.ok),
        why=head,
        bad=bad,
        needs_password=outcome.needs_password,
        may=may(visit),
    )


def _at_fields(
    visit: Visit, asks: Sequence[BlueprintInput], instance: str, outcome: Outcome
) -> tuple[tuple[str, ...], Mapping[str, Sequence[str]]]:
    """Return what is told above the form, and what at its fields, by their names."""
    bad, own, rest = dict[str, list[str]](), f"instances/{instance.strip()}", list[str]()
    for where, what in outcome.problems:
        found, value = read_location(where), input_at(asks, where)
        inside = found.inside if found.key in ("", own) else ""
        whole = found == Location(own, "")
        name = f"{VALUE}{value}" if value else "instance" if whole else inside
        if value or name in FIELDS:
            bad.setdefault(name, []).append(what)
        else:
            rest.append(problems_at(where, what, visit.language))
    if not bad:
        return told(visit, outcome), {}
    return (outcome.why[0], *rest), bad


def _called(visit: Visit, ask: BlueprintInput) -> str:
    """Return the label of the setting that it fills; its own name where that has none."""
    kind, setting = ask.fills
    told = label(setting, kind, visit.say)
    return ask.name if told == setting else told
