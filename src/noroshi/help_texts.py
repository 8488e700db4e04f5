"""Read the help texts of settings: the strings that stand under the fields of a class.

The source of the class alone has them. Reading definitions needs no help texts, so the source
is read only when a form or a description is made.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from itertools import pairwise
from typing import Any


def describe_fields(schema: dict[str, Any], cls: type) -> None:
    """Put the help text of each field into the JSON Schema that was made of the class."""
    properties = schema.get("properties", {})
    for name, text in _help_texts(cls):
        if name in properties:
            properties[name].setdefault("description", text)


def _help_texts(cls: type) -> Iterator[tuple[str, str]]:
    try:
        source = inspect.getsource(cls)
    except (OSError, TypeError):  # installed without its source
        return
    tree = ast.parse(f"if True:\n{source}" if source[:1].isspace() else source)
    definition = next(node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    for field, text in pairwise(definition.body):
        match field, text:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str() as words)),
            ):
                yield name, inspect.cleandoc(words)
