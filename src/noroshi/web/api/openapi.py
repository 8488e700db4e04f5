"""The OpenAPI document, from the list of operations: their signatures and their answers' types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from noroshi import __version__, schema
from noroshi.core.translation import Message, _
from noroshi.service import Operation
from noroshi.service.operation import VIEWER

ABOUT = _("The manager, the commands and the local door all use these operations.")
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
    """The whole of it. It takes a moment."""
    offered = tuple(operations.values())
    takes = {f"{one.name}.{name}": type for one in offered for name, type in one.takes.items()}
    answers = {one.name: one.answers for one in offered}
    given, answered, shared = schema.forms(takes, answers, "#/components/schemas/{model}")
    refusal = {"Refusal": REFUSAL}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Noroshi", "version": __version__, "description": _both(ABOUT)},
        "paths": {f"/api/{one.name}": _path(one, given, answered[one.name]) for one in offered},
        "components": {
            "schemas": {**shared, **refusal},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


def _path(one: Operation, given: Mapping[str, Any], answer: Any) -> Mapping[str, Any]:
    forms = {name: given[f"{one.name}.{name}"] for name in one.takes}
    common = {
        "summary": _both(one.help),
        "description": f"Role: {one.role}."
        + (" Password once more." if one.reauthenticate else ""),
        "tags": [one.role],
        "responses": {"200": _answer(answer), **_refusals()},
    }
    body = {
        "type": "object",
        "properties": forms,
        "required": sorted(one.needed),
        "additionalProperties": False,
    }
    post = common | {
        "operationId": one.name,
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
    }
    if one.role != VIEWER or one.changes:
        return {"post": post}
    asked = [
        {"name": name, "in": "query", "required": name in one.needed, "schema": form}
        for name, form in forms.items()
    ]
    return {
        "get": common | {"operationId": f"{one.name}_get", "parameters": asked},
        "post": post,
    }


def _answer(form: Any) -> Mapping[str, Any]:
    whole = {"type": "object", "properties": {"ok": form}, "required": ["ok"]}
    return {"description": "Done.", "content": {"application/json": {"schema": whole}}}


def _refusals() -> Mapping[str, Any]:
    ref = {"schema": {"$ref": "#/components/schemas/Refusal"}}
    content = {"application/json": ref}
    return {code: {"description": said, "content": content} for code, said in REFUSALS.items()}


def _both(words: Message) -> str:
    return f"{words.en} / {words.ja}"
