"""Find the classes of `noroshi` whose fields are keys of JSON, so that programs, files or stored
rows know the names of these fields.

They are the answers and arguments of operations, the definitions, the options of plug-ins and what
`schema.value` reads, with all classes that their fields are made of.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tests.source_trees import nodes_of


@dataclass(frozen=True)
class Module:
    """Hold the nodes and classes of a module, and where its imported names come from."""

    nodes: Sequence[ast.AST]
    classes: Mapping[str, ast.ClassDef]
    imports: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@cache
def read(path: Path) -> Module:
    nodes = nodes_of(path)
    classes = {node.name: node for node in nodes if isinstance(node, ast.ClassDef)}
    imports = {
        alias.asname or alias.name: (node.module, alias.name)
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
    return Module(nodes, classes, imports)


def json_classes(paths: Mapping[str, Path]) -> set[tuple[str, str]]:
    """Return modules and names of the classes; `paths` has the files of all modules."""
    modules = {name: read(path) for name, path in paths.items()}
    found = set[tuple[str, str]]()
    waiting = [place for name in modules for place in roots(name, modules)]
    while waiting:
        module, name = place = waiting.pop()
        if place not in found:
            found.add(place)
            waiting += resolved(parts(modules[module].classes[name]), module, modules)
    return found


def roots(name: str, modules: Mapping[str, Module]) -> Iterator[tuple[str, str]]:
    """Yield the classes of a module that are answers, definitions or options, and those that it
    reads from JSON or offers as an operation."""
    module, leaf = modules[name], name.rpartition(".")[2]
    is_of_keys = leaf.endswith("_answers") or name.startswith("noroshi.core.definitions.schema")
    for one in module.classes:
        if is_of_keys or one == "Options":
            yield name, one
    for node in module.nodes:
        if isinstance(node, ast.Call) and is_schema_value(node.func):
            yield from resolved([node.args[0]], name, modules)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and is_offered(node):
            yield from resolved([node.args, node.returns], name, modules)


def is_schema_value(function: ast.expr) -> bool:
    """Tell a call of schema.value or schema.value_or_none; to unparse each call of the source takes
    seconds."""
    names = ("value", "value_or_none")
    is_value = isinstance(function, ast.Attribute) and function.attr in names
    return is_value and isinstance(function.value, ast.Name) and function.value.id == "schema"


def is_offered(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    calls = (one.func for one in function.decorator_list if isinstance(one, ast.Call))
    return any(isinstance(one, ast.Name) and one.id == "offers" for one in calls)


def parts(node: ast.ClassDef) -> list[ast.AST]:
    """Return the bases of a class and the types of its fields."""
    return [
        *node.bases,
        *(one.annotation for one in node.body if isinstance(one, ast.AnnAssign)),
    ]


def resolved(
    nodes: list[ast.AST | None], module: str, modules: Mapping[str, Module]
) -> Iterator[tuple[str, str]]:
    """Yield the classes that the nodes name."""
    for node in (one for top in nodes if top is not None for one in ast.walk(top)):
        if isinstance(node, ast.Name) and (place := origin(module, node.id, modules)):
            yield place
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            package, name = modules[module].imports.get(node.value.id, ("", ""))
            if place := origin(f"{package}.{name}", node.attr, modules):
                yield place


def origin(module: str, name: str, modules: Mapping[str, Module]) -> tuple[str, str] | None:
    """Return where the class lies that a module knows by this name."""
    while module in modules and name not in modules[module].classes:
        module, name = modules[module].imports.get(name, ("", ""))
    return (module, name) if module in modules else None
