"""Add the monitors of a blueprint to an instance: put values in place of the ${names}, and make
definitions of them."""

from __future__ import annotations

import copy
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from noroshi.core.definitions.document import Document
from noroshi.core.definitions.problems import Place, Problem, file_of, suggestion
from noroshi.core.definitions.value_syntax import is_name
from noroshi.core.instruction import InstructionKind, followed_by
from noroshi.core.translation import _
from noroshi.definitions.blueprints.catalogue import Blueprint, words_of
from noroshi.definitions.definition_tree import NO_NAME
from noroshi.definitions.document_content import content, document
from noroshi.schema import Invalid

MARK = re.compile(r"\$\{([a-z][a-z0-9_]*)\}")

NOT_ASKED = _("the blueprint has no parameter “{given}”{instead}")
MUST_SAY = followed_by(_("is required."), InstructionKind.SET_VALUE)
THERE_ALREADY = _("{path} already exists; nothing was added")


def add(
    documents: tuple[Document, ...],
    blueprint: Blueprint,
    instance: str,
    values: Mapping[str, str],
    other_settings: Mapping[str, Any],
    language: str = "en",
) -> tuple[Document, ...]:
    """Add the monitors of the blueprint to that instance in the documents, which is made if
    need be.

    `other_settings` are those of a new instance (address, zone, rules). If the instance and the
    group are there and have no rules, the added monitors get the rules named here, so that
    somebody is told. Titles are in `language`. Raises Invalid with all problems.
    """
    place = file_of("instances", instance, [])
    parameters = _filled_values(blueprint, values, place)
    if not is_name(instance):
        place.say(NO_NAME, given=instance)
    key = f"instances/{instance}"
    existing = next((content(one) for one in documents if one.key == key), None)
    definition = {**other_settings} if existing is None else existing
    groups = [_fill(localize(group, language), parameters) for group in blueprint.groups]
    if existing is not None and not existing.get("rules"):
        groups = [
            _with_rules(group, existing.get("group", []), other_settings) for group in groups
        ]
    merged_definition = {
        **definition,
        "group": _merge(definition.get("group", []), groups, place),
    }
    if place.problems:
        raise Invalid(tuple(place.problems))
    other_documents = tuple(one for one in documents if one.key != key)
    return tuple(
        sorted((*other_documents, document(key, merged_definition)), key=lambda one: one.key)
    )


def _filled_values(
    blueprint: Blueprint, values: Mapping[str, str], place: Place
) -> Mapping[str, str]:
    parameters = {**blueprint.inputs, **values}
    for name in values.keys() - blueprint.inputs.keys():
        closest_name = suggestion(name, blueprint.inputs)
        place.problems.append(
            Problem("--set", NOT_ASKED.fill(given=name, instead=closest_name))
        )
    for name in sorted(blueprint.inputs):
        if not parameters[name]:
            place.problems.append(Problem(name, MUST_SAY.fill(name=name)))
    return parameters


def localize(definition: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Choose the title's language, as a definition has one title alone: who adds a group or a
    monitor reads it."""
    title = words_of(definition, "title").say(language)
    title_entry = {"title": title} if title else {}
    monitors = [localize(one, language) for one in definition.get("monitor", ())]
    other_settings = {key: one for key, one in definition.items() if key != "title_ja"}
    return {**other_settings, **title_entry, **({"monitor": monitors} if monitors else {})}


def _fill(template: Any, parameters: Mapping[str, str]) -> Any:
    """Replace every ${name} in it; a text that is nothing else becomes a number or a truth
    value if it reads as one, as an option may want that."""
    if isinstance(template, Mapping):
        return {key: _fill(one, parameters) for key, one in template.items()}
    if isinstance(template, list | tuple):
        return [_fill(one, parameters) for one in template]
    if not isinstance(template, str):
        return template
    match = MARK.fullmatch(template)
    if match and match[1] in parameters:
        return _scalar(parameters[match[1]])
    return MARK.sub(lambda mark: parameters.get(mark[1], mark[0]), template)


def _scalar(text: str) -> Any:
    if not re.fullmatch(r"-?\d+(\.\d+)?|true|false", text):
        return text
    try:
        return tomllib.loads(f"it = {text}")["it"]
    except ValueError:  # 007 is no number of TOML's, nor one of 5,000 digits
        return text


def _merge(
    existing: list[dict[str, Any]], new_groups: list[dict[str, Any]], place: Place
) -> list[dict[str, Any]]:
    """Merge groups of the same name into one; a monitor that is there stays as it is."""
    groups = copy.deepcopy(existing)
    by_name = {group.get("name"): group for group in groups}
    for group in new_groups:
        same_name = by_name.get(group["name"])
        if same_name is None:
            groups.append(group)
            continue
        for path in _duplicates(same_name, group):
            place.say(THERE_ALREADY, path=path)
        same_name["monitor"] = [*same_name.get("monitor", ()), *group.get("monitor", ())]
    return groups


def _with_rules(
    group: dict[str, Any], existing: list[dict[str, Any]], other_settings: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the group, with rules for each of its monitors that would have none."""
    same_name = next((one for one in existing if one.get("name") == group["name"]), group)
    if not other_settings.get("rules") or same_name.get("rules") or group.get("rules"):
        return group
    monitors = [{"rules": other_settings["rules"], **one} for one in group.get("monitor", ())]
    return {**group, "monitor": monitors}


def _duplicates(existing: Mapping[str, Any], group: Mapping[str, Any]) -> Iterator[str]:
    names = {monitor.get("name") for monitor in existing.get("monitor", ())}
    for monitor in group.get("monitor", ()):
        if monitor["name"] in names:
            yield f"{group['name']}/{monitor['name']}"
