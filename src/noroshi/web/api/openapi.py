"""Make the OpenAPI document from the signatures of the operations and the types of the
answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from noroshi import __version__, schema
from noroshi.core.translation import Message, _
from noroshi.service import Operation
from noroshi.service.operation import VIEWER

ABOUT = _("The manager, the commands and the local socket all use these operations.")
WORDS = {
    "type": "object",
    "properties": {"en": {"type": "string"}, "ja": {"type": "string"}},
    "required": ["en", "ja"],
}
REFUSAL = {
    "type": "object",
    "properties": {
        "error": {
            "enum": ["invalid", "forbidden", "password", "not found", "conflict", "trouble"]
        },
        "words": WORDS,
        "problems": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"where": {"type": "string"}, "what": WORDS},
                "required": ["where", "what"],
            },
        },
        "codes": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["error", "words", "problems", "codes"],
}
REFUSALS: Mapping[str, str] = {
    "400": "What was given cannot be used; every problem is named.",
    "401": "It is not known who asks.",
    "403": "The role is too low, or the password is wanted once more.",
    "404": "There is no such thing.",
    "405": "It is asked for by POST.",
    "409": "Somebody else changed it first, or it is not in a state for that.",
    "413": "The request is too long.",
    "415": "The body is not sent as JSON.",
    "421": "It was called by a name that is not Noroshi's.",
    "503": "The other side, the vault or the store cannot do it now.",
}


def document(operations: Mapping[str, Operation]) -> Mapping[str, Any]:
    """Return the OpenAPI document of these operations. It takes a moment."""
    offered_operations = tuple(operations.values())
    argument_types = {
        f"{operation.name}.{name}": type
        for operation in offered_operations
        for name, type in operation.arguments.items()
    }
    answers = {operation.name: operation.answer_type for operation in offered_operations}
    argument_schemas, answer_schemas, shared_schemas = schema.forms(
        argument_types, answers, "#/components/schemas/{model}"
    )
    refusal = {"Refusal": REFUSAL}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Noroshi", "version": __version__, "description": _bilingual(ABOUT)},
        "paths": {
            f"/api/{operation.name}": _path(
                operation, argument_schemas, answer_schemas[operation.name]
            )
            for operation in offered_operations
        },
        "components": {
            "schemas": {**shared_schemas, **refusal},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


def _path(
    operation: Operation, argument_schemas: Mapping[str, Any], answer_schema: Any
) -> Mapping[str, Any]:
    properties = {
        name: argument_schemas[f"{operation.name}.{name}"] for name in operation.arguments
    }
    common = {
        "summary": _bilingual(operation.help),
        "description": f"Role: {operation.role}."
        + (" Password once more." if operation.declaration.reauthenticate else ""),
        "tags": [operation.role],
        "responses": {"200": _answer(answer_schema), **_refusals()},
    }
    body = {
        "type": "object",
        "properties": properties,
        "required": sorted(operation.required),
        "additionalProperties": False,
    }
    post = common | {
        "operationId": operation.name,
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
    }
    if operation.role != VIEWER or operation.changes:
        return {"post": post}
    parameters = [
        {
            "name": name,
            "in": "query",
            "required": name in operation.required,
            "schema": argument_schema,
        }
        for name, argument_schema in properties.items()
    ]
    return {
        "get": common | {"operationId": f"{operation.name}_get", "parameters": parameters},
        "post": post,
    }


def _answer(answer_schema: Any) -> Mapping[str, Any]:
    body_schema = {"type": "object", "properties": {"ok": answer_schema}, "required": ["ok"]}
    return {"description": "Done.", "content": {"application/json": {"schema": body_schema}}}


def _refusals() -> Mapping[str, Any]:
    ref = {"schema": {"$ref": "#/components/schemas/Refusal"}}
    content = {"application/json": ref}
    return {
        code: {"description": description, "content": content}
        for code, description in REFUSALS.items()
    }


def _bilingual(text: Message) -> str:
    return f"{text.en} / {text.ja}"
