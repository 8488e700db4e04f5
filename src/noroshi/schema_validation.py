"""Find all that is wrong with untrusted data, convert data that nearly fits, and describe types
as JSON Schema: with pydantic, which builds the machinery for a type once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic.json_schema import JsonSchemaMode

from noroshi.core.definitions.strict_bool import bool_faults
from noroshi.core.definitions.validation_errors import Fault

_adapter: Callable[[Any], TypeAdapter[Any]] = cache(TypeAdapter)


def validate(shape: type[Any], data: object) -> tuple[Any, Sequence[Fault]]:
    """Return the value that can be made of the data, and all that is wrong with the data."""
    result, faults = None, list[Fault]()
    try:
        result = _adapter(shape).validate_python(data)
    except ValidationError as error:
        faults += error.errors(include_url=False)
    return result, [*faults, *bool_faults(shape, data)]


@cache  # to describe the options of all kinds takes half a second, and most forms ask for them
def form(type_: type[Any]) -> dict[str, Any]:
    """Return the JSON Schema of a type. It is one for all, so nobody may change it."""
    return _adapter(type_).json_schema()


def forms(
    inputs: Mapping[str, Any], answers: Mapping[str, Any], ref: str
) -> tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]]:
    """Return the schemas of the inputs, those of the answers, and those that they share."""
    models: list[tuple[str, JsonSchemaMode, TypeAdapter[Any]]] = []
    models += [(name, "validation", _adapter(type)) for name, type in inputs.items()]
    models += [(name, "serialization", _adapter(type)) for name, type in answers.items()]
    found, shared = TypeAdapter.json_schemas(models, ref_template=ref)
    return (
        {name: found[name, "validation"] for name in inputs},
        {name: found[name, "serialization"] for name in answers},
        shared.get("$defs", {}),
    )
