"""Each command names the type that the operation which it asks really answers with."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import get_args

import noroshi.cli
from noroshi import operations
from noroshi.service.operation_list import OFFERED

FOLDER = Path(noroshi.cli.__file__).parent


def name_of(answer: type) -> str:
    """The text by which a type is named where it is imported."""
    parts = get_args(answer)
    return f"tuple[{parts[0].__name__}, ...]" if parts else answer.__name__


def questions():
    """The operation and the type of each call of `ask`, with its place."""
    for file in sorted(FOLDER.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Attribute(attr="ask"),
                    args=[ast.Attribute(value=ast.Name(id=module), attr=constant), shape],
                ):
                    yield f"{file.name}:{node.lineno}", module, constant, ast.unparse(shape)


def test_each_command_names_the_type_that_its_operation_answers_with():
    seen, wrong = 0, []
    for place, module, constant, shape in questions():
        seen += 1
        declaration = getattr(getattr(operations, module), constant)
        expected = name_of(OFFERED[declaration.name].answer_type)
        if shape != expected:
            wrong.append(f"{place}: {declaration.name} answers {expected}, not {shape}")
    assert seen > 80
    assert wrong == []
