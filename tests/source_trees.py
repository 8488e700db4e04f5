"""The sources as Python reads them. All of them take a second, and so does each walk through them, so
a worker parses each once, and walks through it once."""

import ast
from collections.abc import Sequence
from functools import cache
from pathlib import Path


@cache
def tree_of(path: Path) -> ast.Module:
    """Return the tree of a source. Whoever asks changes nothing of it."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def nodes_of(path: Path) -> Sequence[ast.AST]:
    """Return all nodes of a source, in the order of `ast.walk`."""
    return [*ast.walk(tree_of(path))]
