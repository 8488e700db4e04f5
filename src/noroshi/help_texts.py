"""Read the help texts of settings: the strings that stand under the fields of a class. One that has a
blank line begins with the setting's label in forms.

The source of the class alone has them. Reading definitions needs no help texts, so the source
is read only when a form or a description is made.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from typing import Any


def describe_fields(schema: dict[str, Any], cls: type) -> None:
    """Put the help text of each field, and its label, into the JSON Schema that was made of the
    class."""
    properties = schema.get("properties", {})
    for name, label, text in _labels_and_texts(cls):
        if name not in properties:
            continue
        if label:
            properties[name].setdefault("label", label)
        properties[name].setdefault("description", text)


def label_texts(cls: type) -> Mapping[str, str]:
    """Return the labels that the fields of a class declare, by name, without a JSON Schema."""
    return {name: label for name, label, _ in _labels_and_texts(cls) if label}


def _labels_and_texts(cls: type) -> Iterator[tuple[str, str, str]]:
    """Yield each field with its label, "" if it has none, and its help text."""
    for name, text in _help_texts(cls).items():
        label, blank_line, description = text.partition("\n\n")
        yield (name, " ".join(label.split()), description) if blank_line else (name, "", text)


def _help_texts(cls: type) -> Mapping[str, str]:
    try:
        return _read_texts(cls)
    except (OSError, TypeError, SyntaxError):  # installed without its source, or replaced since
        return {}


@cache  # a schema is made for each page with a form, and reading a source takes long
def _read_texts(cls: type) -> Mapping[str, str]:
    source = inspect.getsource(cls)
    tree = ast.parse(f"if True:\n{source}" if source[:1].isspace() else source)
    return dict(_texts_below_fields(tree))


def _texts_below_fields(tree: ast.AST) -> Iterator[tuple[str, str]]:
    classes = (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    body = next((node.body for node in classes), [])
    for field, text in pairwise(body):
        match field, text:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str() as words)),
            ):
                yield name, inspect.cleandoc(words)
