"""Turn the settings of a JSON schema into shapes that a form can draw and read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from noroshi.core.translation import Message, help_text, label_text

Schema = Mapping[str, Any]
YES, NO = "yes", "no"
LONG = ("text", "html_template")
"""Settings of several lines, whatever they hold now."""
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SIMPLE = ("string", "integer", "number")
AS_TOML = "toml"
"""The choice of a row for a setting that the row does not offer: the text is TOML."""


@dataclass(frozen=True, slots=True)
class Column:
    """Hold one setting of a table's entries; `choices` of a list are all there are."""

    name: str
    help: Message
    is_list: bool
    choices: tuple[str, ...] = ()
    label: Message | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Hold one setting: the sort, the default, the choices. `names`: the choices are names that
    people gave, shown as they are. `columns` of a table are the settings of an entry. `label`: the
    one that the setting declares itself."""

    name: str
    sort: str
    default: Any = None
    is_required: bool = False
    nullable: bool = False
    is_integer: bool = False
    names: bool = False
    choices: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    help: Message
    label: Message | None = None


def shapes(schema: Schema, names_by_setting: Mapping[str, Sequence[str]]) -> list[Shape]:
    """Return all settings of a schema, in order."""
    required = frozenset(schema.get("required", ()))
    schemas, names_by_setting = schema.get("$defs", {}), {"days": DAYS, **names_by_setting}
    return [
        _shape(name, one, schemas, names_by_setting.get(name), is_needed=name in required)
        for name, one in schema.get("properties", {}).items()
    ]


def _shape(
    name: str,
    setting: Schema,
    schemas: Schema,
    known_names: Sequence[str] | None,
    *,
    is_needed: bool,
) -> Shape:
    alternatives = [_resolved(one, schemas) for one in setting.get("anyOf", (setting,))]
    nullable = any(one.get("type") == "null" for one in alternatives)
    alternative = next(one for one in alternatives if one.get("type") != "null")
    sort, choices = _sort(name, alternative, schemas, known_names)
    if sort == "boolean" and nullable:
        sort, choices = "choice", (YES, NO)
    return Shape(
        name=name,
        sort=sort,
        default=setting.get("default"),
        is_required=is_needed,
        nullable=nullable,
        is_integer=alternative.get("type") == "integer"
        or alternative.get("items", {}).get("type") == "integer",
        names=known_names is not None and name != "days",
        choices=choices,
        columns=_columns(_resolved(alternative.get("items", {}), schemas))
        if sort == "table"
        else (),
        help=help_text(setting.get("description", "")),
        label=_label(setting),
    )


def _label(setting: Schema) -> Message | None:
    return label_text(setting["label"]) if "label" in setting else None


def _sort(
    name: str, setting: Schema, schemas: Schema, known_names: Sequence[str] | None
) -> tuple[str, tuple[str, ...]]:
    kind = setting.get("type")
    if "enum" in setting:
        return "choice", tuple(setting["enum"])
    if kind == "array":
        item_schema = _resolved(setting.get("items", {}), schemas)
        names = item_schema.get("enum") or known_names
        if names is not None:
            return ("order" if name == "routes" else "choices"), tuple(names)
        if item_schema.get("type") in SIMPLE:
            return "list", ()
        if _columns(item_schema):
            return "table", ()
        one_of = _texts(item_schema)
        return ("rows", (*one_of, AS_TOML)) if one_of else ("lines", ())
    if kind == "object":
        plain = _resolved(setting.get("additionalProperties") or {}, schemas)
        return ("map" if plain.get("type") == "string" else "lines"), ()
    if known_names is not None:
        return "choice", tuple(known_names)
    return {"boolean": "boolean", "integer": "number", "number": "number"}.get(
        str(kind), "long" if name in LONG else "text"
    ), ()


def _columns(item_schema: Schema) -> tuple[Column, ...]:
    """Return the settings of a table's entries, if each of them is a text or a list of texts
    and some must be given."""
    properties = item_schema.get("properties", {})
    items = [
        one.get("items", {}) if one.get("type") == "array" else one
        for one in properties.values()
    ]
    if not item_schema.get("required") or any(one.get("type") != "string" for one in items):
        return ()
    return tuple(
        Column(
            name,
            help_text(one.get("description", "")),
            one.get("type") == "array",
            DAYS if name == "days" else (),
            _label(one),
        )
        for name, one in properties.items()
    )


def _texts(item_schema: Schema) -> tuple[str, ...]:
    """Return the texts of a table of which one setting is given: all of them may be left
    out."""
    if item_schema.get("required") or item_schema.get("type") != "object":
        return ()
    properties = item_schema.get("properties", {}).items()
    return tuple(name for name, one in properties if one.get("type") == "string")


def _resolved(one: Any, schemas: Schema) -> Schema:
    if not isinstance(one, Mapping):
        return {}
    ref = one.get("$ref", "")
    resolved: Schema = schemas.get(ref.rpartition("/")[2], {}) if ref else one
    return resolved
