"""Hold the code against Windows: `tools/windows.py check`.

Two readers look for what Windows does not have: mypy with `--platform win32`, which knows types
and `sys.platform`, and a lint over the syntax, which also finds what mypy is told to ignore and
what exists on Windows but does not work there. There are no exceptions.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCES = ROOT / "src"
ABSENT_NAMES = ROOT / "tools" / "windows-absent.txt"
MYPY = [sys.executable, "-m", "mypy", "--strict", "--platform", "win32"]
MYPY += ["--cache-dir", ".mypy_cache/windows", "--no-error-summary", "src"]
ERROR = re.compile(r"(?P<path>\S+?):\d+: error: (?P<what>.*)")

ABSENT_MODULES = frozenset({"fcntl", "grp", "pty", "pwd", "resource", "syslog", "termios"})
UNSERVED_METHODS = frozenset({"add_reader", "add_signal_handler", "add_writer"})
"""Methods of the event loop that exist on Windows and raise NotImplementedError there."""


def absent_names() -> Mapping[str, frozenset[str]]:
    """Read which names a module does not have on Windows, although other systems have them."""
    found = dict[str, set[str]]()
    for line in ABSENT_NAMES.read_text().splitlines():
        module, _, names = line.partition(": ")
        found.setdefault(module, set()).update(names.split())
    return {module: frozenset(names) for module, names in found.items()}


ABSENT = absent_names()
LEAVES = (ast.Return, ast.Raise, ast.Continue)


def main() -> int:
    found = Counter([*uses_in_sources(), *errors_of_mypy()])
    for one, count in sorted(found.items()):
        print(f"not on Windows, guard it by sys.platform: {one} ({count})")
    return 1 if found else 0


def errors_of_mypy() -> Iterator[str]:
    """Yield what mypy finds for Windows, without line numbers, which move."""
    run = subprocess.run(MYPY, cwd=ROOT, capture_output=True, text=True)
    if run.returncode not in (0, 1):
        raise SystemExit(run.stdout + run.stderr)
    for line in run.stdout.splitlines():
        if error := ERROR.match(line):
            yield f"{error['path']}\tmypy\t{error['what']}"


def uses_in_sources() -> Iterator[str]:
    for path in sorted(SOURCES.rglob("*.py")):
        for what in unguarded_uses(ast.parse(path.read_text(encoding="utf-8"))):
            yield f"{path.relative_to(ROOT).as_posix()}\tlint\t{what}"


def unguarded_uses(tree: ast.Module) -> Iterator[str]:
    """Yield the names that Windows lacks, where no sys.platform keeps Windows away."""
    yield from _in_block(tree.body)


def _in_block(block: Sequence[ast.stmt]) -> Iterator[str]:
    """Read statements until one of them ends the block for Windows."""
    for statement in block:
        yield from _in_statement(statement)
        if _keeps_windows_out(statement):
            return


def _in_statement(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.If) and (system := _windows_goes(statement.test)) is not None:
        yield from _in_block(statement.body if system else statement.orelse)
        return
    for field in ast.iter_child_nodes(statement):
        if not isinstance(field, ast.stmt | ast.excepthandler | ast.match_case):
            yield from _in_expression(field)
    yield from _named_by_import(statement)
    for block in _blocks(statement):
        yield from _in_block(block)


def _blocks(statement: ast.stmt) -> Iterator[Sequence[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        yield getattr(statement, name, [])
    inner: Iterable[ast.excepthandler | ast.match_case] = [
        *getattr(statement, "handlers", []),
        *getattr(statement, "cases", []),
    ]
    for one in inner:
        yield one.body


def _in_expression(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.IfExp) and (system := _windows_goes(node.test)) is not None:
        yield from _in_expression(node.body if system else node.orelse)
        return
    if isinstance(node, ast.Attribute):
        yield from _named_by_attribute(node)
    for part in ast.iter_child_nodes(node):
        yield from _in_expression(part)


def _named_by_attribute(node: ast.Attribute) -> Iterator[str]:
    module = node.value.id if isinstance(node.value, ast.Name) else ""
    if module in ABSENT_MODULES or node.attr in ABSENT.get(module, ()):
        yield f"{module}.{node.attr}"
    elif node.attr in UNSERVED_METHODS:
        yield f"loop.{node.attr}"


def _named_by_import(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.Import):
        yield from (f"import {n.name}" for n in statement.names if n.name in ABSENT_MODULES)
    elif isinstance(statement, ast.ImportFrom) and statement.module in ABSENT_MODULES:
        yield f"import {statement.module}"
    elif isinstance(statement, ast.ImportFrom):
        absent = ABSENT.get(statement.module or "", ())
        yield from (f"{statement.module}.{n.name}" for n in statement.names if n.name in absent)


def _windows_goes(test: ast.expr) -> bool | None:
    """Tell which way Windows goes at a test: True into its body, False past it, None either."""
    if isinstance(test, ast.BoolOp):
        return _of_several(test)
    if not (isinstance(test, ast.Compare) and ast.unparse(test.left) == "sys.platform"):
        return None
    is_windows = ast.literal_eval(test.comparators[0]) == "win32"
    return is_windows == isinstance(test.ops[0], ast.Eq)


def _of_several(test: ast.BoolOp) -> bool | None:
    """One part that is false decides an `and`; one that is true decides an `or`."""
    decisive = isinstance(test.op, ast.Or)
    return decisive if decisive in map(_windows_goes, test.values) else None


def _keeps_windows_out(statement: ast.stmt) -> bool:
    """Tell whether Windows never comes past this statement."""
    if isinstance(statement, ast.Assert):
        return _windows_goes(statement.test) is False
    if not isinstance(statement, ast.If):
        return False
    way = _windows_goes(statement.test)
    taken = statement.body if way else statement.orelse
    return way is not None and bool(taken) and isinstance(taken[-1], LEAVES)


if __name__ == "__main__":
    sys.exit(main())
