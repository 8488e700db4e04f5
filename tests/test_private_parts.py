"""No private part of a library is used: it may change with any release, and nobody would say so."""

import ast
import inspect
import pkgutil
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path

import noroshi
import noroshi_lab
from tests.source_trees import nodes_of

SOURCE = Path(__file__).parents[1] / "src"
OURS = {"noroshi", "noroshi_lab"}
PROGRAMS = ("__main__", "_child", "_reader", ".launcher")
"""Modules that do their work when they are imported."""
PUBLIC = {"_asdict", "_replace", "_make", "_fields", "_exit"}
"""Documented parts: those of named tuples, whose underscore keeps them apart from the names of
fields, and that of `os`, which ends a process without tidying up."""
BY_PYTHON = {"_abc_impl", "_is_protocol"}
"""What Python puts into classes by itself; an enum's own names end as they begin."""


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and not name.endswith("_")


def names_of_ours(sources) -> set[str]:
    """Whatever our own code gives a name to."""
    found = set[str]()
    for node in (node for nodes in sources for node in nodes):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            found.add(node.attr)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return found


def uses(nodes: Sequence[ast.AST], known: set[str]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Attribute) and is_private(node.attr):
            if node.attr not in known:
                yield ast.unparse(node)
        elif isinstance(node, ast.ImportFrom):
            names = [n.name for n in node.names if is_private(n.name)]
            is_ours = (node.module or "").partition(".")[0] in OURS
            yield from () if is_ours else (f"{node.module}.{name}" for name in names)


def test_what_nobody_of_ours_has_named_is_not_used():
    sources = {path: nodes_of(path) for path in SOURCE.rglob("*.py")}
    known = names_of_ours(sources.values()) | PUBLIC
    found = {path.name: list(uses(nodes, known)) for path, nodes in sources.items()}
    assert {name: used for name, used in found.items() if used} == {}


def classes() -> Iterator[type]:
    for root in (noroshi, noroshi_lab):
        for module in pkgutil.walk_packages(root.__path__, f"{root.__name__}."):
            if not module.name.endswith(PROGRAMS):
                found = vars(import_module(module.name)).values()
                yield from (one for one in found if inspect.isclass(one))


def test_no_class_takes_the_place_of_a_private_part_of_its_base():
    """Its base calls it, in whatever way its next release has."""
    taken = set[str]()
    for one in classes():
        for base in one.__mro__[1:]:
            if (
                one.__module__.partition(".")[0] in OURS
                and base.__module__.partition(".")[0] not in OURS
            ):
                names = vars(one).keys() & vars(base).keys() - BY_PYTHON
                taken |= {f"{one.__qualname__}.{name}" for name in names if is_private(name)}
    assert taken == set()


def test_the_lint_finds_what_is_private():
    nodes = ast.walk(
        ast.parse("from a import _b, c\nsession._retry = parts._replace(a=own._mine)")
    )
    assert list(uses([*nodes], {"_mine", *PUBLIC})) == ["a._b", "session._retry"]
