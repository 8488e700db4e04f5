"""Add monitors from a blueprint: choose one, enter the inputs, preview, and add them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from noroshi.core.definitions.problems import Location, read_location
from noroshi.core.own_instance import OWN_INSTANCE
from noroshi.guides.setup_documents import definitions_of
from noroshi.operations.definition_answers import Applied
from noroshi.operations.kind_answers import BlueprintRow, Kind
from noroshi.service import NotFoundError
from noroshi.service.definitions.blueprints import BlueprintOperations
from noroshi.service.definitions.edit import EditOperations
from noroshi.service.monitors.status import StatusOperations
from noroshi.web.context import WebContext
from noroshi.web.errors import NO_SUCH_PAGE
from noroshi.web.forms.blueprint_inputs import PLACEHOLDER, BlueprintInput, input_at, inputs_of
from noroshi.web.forms.change_preview import created_monitors, preview
from noroshi.web.forms.location import title_of
from noroshi.web.forms.normalize import figures
from noroshi.web.forms.table import label
from noroshi.web.view.form_operations import (
    Outcome,
    address,
    permissions_of,
    query_value,
    refusal_texts,
    refused_input,
    run_reauthenticated,
)
from noroshi.web.view.live_updates import Live
from noroshi.web.view.overview import part_page
from noroshi.web.view.page_context import Visit, page
from noroshi.web.view.problem_text import problems_at

FIELDS = ("instance", "address", "zone")
VALUE, RULE = "value.", "rule."
PREVIEW = "preview"


def routes(web: WebContext, live: Live) -> list[Route]:
    """Return the routes of the list and of one blueprint."""

    async def one(visit: Visit) -> Response:
        return await _add(visit, live)

    return [
        Route("/add", page(web, choose), methods=["GET"]),
        Route("/add/{blueprint}", page(web, one), methods=["GET", "POST"]),
    ]


async def choose(visit: Visit) -> Response:
    """Show all blueprints, with the monitors of each."""
    kinds = await visit.call(StatusOperations.kinds)
    rows = [
        (one, _monitors_of(visit, one, kinds))
        for one in await visit.call(BlueprintOperations.list)
    ]
    documents = (await visit.call(EditOperations.read)).documents
    instance_name = query_value(visit, "to")
    instance_title = title_of(instance_name, documents.get(f"instances/{instance_name}"))
    return await visit.show(
        "add.html",
        blueprints=rows,
        to=instance_name,
        instance_title=instance_title,
        may=permissions_of(visit),
    )


def _monitors_of(
    visit: Visit, blueprint: BlueprintRow, kinds: Sequence[Kind]
) -> list[tuple[str, str]]:
    """Return the monitors of a blueprint: the kind in words, and the place."""
    titles = {one.kind: one.title for one in kinds if one.family == "monitor"}
    return [
        (
            visit.say(titles[kind]) if (kind := str(one.get("kind"))) in titles else kind,
            PLACEHOLDER.sub("…", f"{group.get('name')}/{one.get('name')}"),
        )
        for group in blueprint.groups
        for one in group.get("monitor", ())
    ]


async def _add(visit: Visit, live: Live) -> Response:
    name = visit.request.path_params["blueprint"]
    blueprints = {one.name: one for one in await visit.call(BlueprintOperations.list)}
    if name not in blueprints:
        raise NotFoundError(NO_SUCH_PAGE)
    if visit.request.method == "GET":
        return await _page(visit, blueprints[name])
    is_preview = visit.form.get("do") == PREVIEW
    arguments = _arguments(visit, (await visit.call(EditOperations.read)).documents)
    options = {"dry": is_preview, "language": visit.language}
    outcome = await run_reauthenticated(
        visit, BlueprintOperations.add, blueprint=name, **arguments, **options
    )
    if outcome.answer is None or is_preview:
        return await _page(visit, blueprints[name], outcome)
    live.expire()
    return visit.redirect(address(part_page(arguments["instance"]), did="added", part=name))


def _arguments(visit: Visit, documents: Mapping[str, Any]) -> dict[str, Any]:
    form = visit.form
    inputs = {
        key.removeprefix(VALUE): figures(text.strip())
        for key, text in form.items()
        if key.startswith(VALUE) and text.strip()
    }
    rules = [key.removeprefix(RULE) for key in form if key.startswith(RULE)]
    fields = {name: form.get(name, "").strip() for name in FIELDS}
    fields["instance"] = _instance_meant(
        fields["instance"], definitions_of(documents, "instances")
    )
    return {**fields, "values": inputs, "rules": rules}


def _instance_meant(text: str, instances: Mapping[str, Any]) -> str:
    """Return the name of the instance that has this title; else the text itself."""
    names = [name for name, one in instances.items() if one.get("title") == text]
    return names[0] if text not in instances and len(names) == 1 else text


async def _page(
    visit: Visit, blueprint: BlueprintRow, outcome: Outcome[Applied] | None = None
) -> Response:
    outcome = outcome or Outcome[Applied]()
    documents = (await visit.call(EditOperations.read)).documents
    instances = definitions_of(documents, "instances")
    rules = [key.partition("/")[2] for key in documents if key.startswith("rules/")]
    kinds = await visit.call(StatusOperations.kinds)
    inputs = inputs_of(blueprint, kinds)
    form: dict[str, str] = {**refused_input(visit, *FIELDS)}
    if visit.request.method == "GET":
        form["instance"] = query_value(visit, "to")
        # Whoever adds the first instance wants somebody to be told.
        chosen_rules = set(rules[:1])
    else:
        form["instance"] = _instance_meant(form["instance"], instances)
        chosen_rules = {key.removeprefix(RULE) for key in visit.form if key.startswith(RULE)}
    reasons, texts_by_field = _at_fields(visit, inputs, form["instance"], outcome)
    return await visit.show(
        "add_one.html",
        outcome.status,
        one=blueprint,
        monitors=_monitors_of(visit, blueprint, kinds),
        asks=[
            (ask, _input_label(visit, ask), visit.form.get(f"{VALUE}{ask.name}", ""))
            for ask in inputs
        ],
        instances={n: title_of(n, one) for n, one in instances.items() if n != OWN_INSTANCE},
        rules=[
            (name, documents[f"rules/{name}"].get("title") or name, name in chosen_rules)
            for name in rules
        ],
        form=form,
        dry_run=outcome.answer,
        differences=await preview(visit, outcome.answer),
        added_monitors=await created_monitors(visit, outcome.answer),
        why=reasons,
        bad=texts_by_field,
        needs_password=outcome.needs_password,
        may=permissions_of(visit),
    )


def _at_fields(
    visit: Visit, inputs: Sequence[BlueprintInput], instance: str, outcome: Outcome[Applied]
) -> tuple[tuple[str, ...], Mapping[str, Sequence[str]]]:
    """Return the texts above the form, and those at the fields, by name of the field."""
    texts_by_field, other_texts = dict[str, list[str]](), list[str]()
    own_key = f"instances/{instance.strip()}"
    for place, text in outcome.problems:
        location, input_name = read_location(place), input_at(inputs, place)
        inner_place = location.inner_path if location.key in ("", own_key) else ""
        name = "instance" if location == Location(own_key, "") else inner_place
        name = f"{VALUE}{input_name}" if input_name else name
        if input_name or name in FIELDS:
            texts_by_field.setdefault(name, []).append(text)
        else:
            other_texts.append(problems_at(place, text, visit.language))
    if not texts_by_field:
        return refusal_texts(visit, outcome), {}
    return (outcome.reasons[0], *other_texts), texts_by_field


def _input_label(visit: Visit, ask: BlueprintInput) -> str:
    """Return the label of the setting that the input fills; the name of the input where that
    has none."""
    kind, setting = ask.fills
    setting_label = label(setting, kind, visit.say, ask.label)
    return ask.name if setting_label == setting else setting_label
