"""Rules of the house that a machine can keep: shape of the code, purity, locks, and no traces."""

from __future__ import annotations

import ast
import importlib.machinery
import importlib.util
import re
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.source_trees import nodes_of, tree_of

HOUSE = Path(__file__).parent.parent
SOURCES = sorted((HOUSE / "src").rglob("*.py"))
TESTS = sorted((HOUSE / "tests").rglob("*.py"))
TEMPLATES = sorted((HOUSE / "src").rglob("templates/*.html"))
LOCKS = ("requirements.lock", "requirements-dev.lock")

# Who may read the clock, the dice and the environment: the composition root, and the programs of
# their own. A store makes lease tokens, so it may throw a uuid.
FREE = ("app/", "cli/", "command_line/", "noroshi_lab/")
WORLD = re.compile(
    r"datetime\.(now|utcnow|today)|date\.today|time\.(time|time_ns)|random(\..+)?"
    r"|os\.(environ|environb|getenv).*|uuid\.uuid[14]|(datetime\.)?datetime\.(now|utcnow|today)"
)
LEASE_TOKEN = "uuid.uuid4"
MOST_ARGUMENTS = 7


def inside(path: Path) -> str:
    """Return where a source lies in the product, or from its own package on."""
    return path.relative_to(HOUSE / "src").as_posix().removeprefix("noroshi/")


class Function(NamedTuple):
    name: str
    lines: int
    says_what_it_returns: bool


@cache
def functions(path: Path) -> Sequence[Function]:
    return [
        Function(node.name, body_lines(node), node.returns is not None)
        for node in nodes_of(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function, its docstring not counted."""
    text = ast.get_docstring(function, clean=False)
    return function.end_lineno - function.lineno + 1 - (text.count("\n") + 1 if text else 0)


def at(numbers: list[int], share: float) -> int:
    return sorted(numbers)[min(len(numbers) - 1, int(len(numbers) * share))]


@cache
def names_used(path: Path) -> Mapping[str, int]:
    """Full dotted names that a file uses, imports resolved, each with a line."""
    nodes = nodes_of(path)
    origin, used = {}, {}
    for node in nodes:
        if isinstance(node, ast.Import):
            origin |= {
                a.asname or a.name.split(".")[0]: a.asname and a.name for a in node.names
            }
        if isinstance(node, ast.ImportFrom) and not node.level:
            origin |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
    for node in nodes:
        if isinstance(node, ast.Attribute | ast.Name):
            head, *rest = dotted(node).split(".")
            if head in origin and all(part.isidentifier() for part in rest):
                used[".".join([origin[head] or head, *rest])] = node.lineno
    return used


def dotted(node: ast.expr) -> str:
    """A name, or attributes of one, as they are written; of anything else what is no name."""
    match node:
        case ast.Name():
            return node.id
        case ast.Attribute():
            return f"{dotted(node.value)}.{node.attr}"
    return "()"


def test_functions_are_short():
    lengths = {f"{p.name}:{f.name}": f.lines for p in SOURCES for f in functions(p)}
    sizes = list(lengths.values())
    assert {name: n for name, n in lengths.items() if n > 80} == {}
    assert at(sizes, 0.99) <= 60
    assert at(sizes, 0.9) <= 25
    assert at(sizes, 0.5) <= 8


def test_modules_are_short():
    lengths = {
        str(p.relative_to(HOUSE)): p.read_text(encoding="utf-8").count("\n") for p in SOURCES
    }
    assert {name: n for name, n in lengths.items() if n > 600} == {}
    assert at([n for n in lengths.values() if n], 0.9) <= 400


def test_lines_of_templates_are_short():
    long = [
        f"{path.name}:{number}"
        for path in TEMPLATES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > 120
    ]
    assert TEMPLATES and long == []


def test_every_function_says_what_it_returns():
    silent = [
        f"{p.name}:{f.name}"
        for p in SOURCES
        for f in functions(p)
        if not f.says_what_it_returns
    ]
    assert silent == []


def constructors(path: Path) -> list[tuple[str, int]]:
    """The classes of a source with the number of arguments that each is made with."""
    nodes = nodes_of(path)
    return [
        (one.name, len(made.args.args) + len(made.args.kwonlyargs) - 1)
        for one in nodes
        if isinstance(one, ast.ClassDef) and not one.name.endswith("Error")
        for made in one.body
        if isinstance(made, ast.FunctionDef) and made.name == "__init__"
    ]


def test_no_constructor_takes_more_than_seven_arguments():
    """What belongs together is handed over together; what stands in for the world in tests may be
    told each of its facts."""
    found = [one for path in SOURCES if path.stem != "testing" for one in constructors(path)]
    assert [one for one in found if one[1] > MOST_ARGUMENTS] == []
    assert len(found) > 100


def test_only_the_composition_root_reads_the_clock_the_dice_and_the_environment():
    found, free = [], set()
    for path in SOURCES:
        place = inside(path)
        allowed = {LEASE_TOKEN} if place.startswith("stores/") else set()
        world = {n: line for n, line in names_used(path).items() if WORLD.fullmatch(n)}
        if place.startswith(FREE):
            free |= {one for one in FREE if world and place.startswith(one)}
        else:
            found += [f"{place}:{line} {n}" for n, line in world.items() if n not in allowed]
    assert found == [] and free == {*FREE}


def test_the_core_waits_for_nothing():
    core = [path for path in SOURCES if inside(path).startswith("core/")]
    waiting = [
        f"{path.name}:{node.lineno}"
        for path in core
        for node in nodes_of(path)
        if isinstance(node, ast.AsyncFunctionDef | ast.Await)
    ]
    assert core and waiting == []


def test_whoever_catches_everything_says_why():
    silent = []
    for path in SOURCES:
        lines = path.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines):
            if re.match(r"\s*except (Base)?Exception\b|\s*except:", line):
                near = [line, *lines[number - 1 : number], *lines[number + 1 : number + 2]]
                if not any("# " in text for text in near):
                    silent.append(f"{path.relative_to(HOUSE)}:{number + 1}")
    assert silent == []


# What no second thread can reach: commands are one task, and these three are processes of their own.
ALONE = ("cli/", "actions/template_child.py", "hosts/launcher.py", "oauth/certificate_child.py")
BY_HAND = {"sys.modules", "importlib.import_module", "importlib.reload", "builtins.__import__"}


def unguarded(tree: ast.AST) -> list[int]:
    """Lines within functions that import, and not one at a time."""
    found, waiting = [], [(node, False) for node in tree.body]
    while waiting:
        node, late = waiting.pop()
        if isinstance(node, ast.With) and "ONE_AT_A_TIME" in ast.dump(node.items[0]):
            continue
        if late and isinstance(node, ast.Import | ast.ImportFrom) and not in_one_piece(node):
            found.append(node.lineno)
        late = late or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        waiting += [(child, late) for child in ast.iter_child_nodes(node)]
    return found


def in_one_piece(node: ast.Import | ast.ImportFrom) -> bool:
    """A module of Python's own that is written in C and imports nothing: it is there or not."""
    names = [node.module] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
    kinds = (importlib.machinery.BuiltinImporter, importlib.machinery.ExtensionFileLoader)
    loaders = [importlib.util.find_spec(name).loader for name in names]
    return all(isinstance(one, kinds) or one in kinds for one in loaders)


def test_no_import_is_met_half_made():
    """Beside other tasks and threads whatever is imported late is imported one at a time."""
    places = [inside(path) for path in SOURCES]
    assert all(any(place.startswith(one) for place in places) for one in ALONE)
    reached = [path for path in SOURCES if not inside(path).startswith(ALONE)]
    late = {
        f"{path.relative_to(HOUSE)}:{line}"
        for path in reached
        for line in unguarded(tree_of(path))
    }
    by_hand = {
        f"{path.relative_to(HOUSE)}: {name}"
        for path in reached
        if path.name != "imports.py"
        for name in names_used(path).keys() & BY_HAND
    }
    assert late | by_hand == set()


@pytest.mark.parametrize(
    "text",
    [
        "def f():\n    import json",
        "async def f():\n    if x:\n        from email import policy",
        "class A:\n    def f(self):\n        with lock:\n            import json",
        "f = lambda: __import__('json')\ndef g():\n    def h():\n        import json",
    ],
)
def test_an_unguarded_import_is_found(text):
    assert len(unguarded(ast.parse(text))) == 1


def test_no_test_patches_our_own_code():
    patching = [
        f"{path.relative_to(HOUSE)}:{line}"
        for path in TESTS
        if "mock" in path.read_text(encoding="utf-8")  # what imports it names it
        for name, line in names_used(path).items()
        if re.match(r"unittest\.mock(\.mock)?\.patch\b", name)
    ]
    assert patching == []


def test_no_test_is_skipped():
    mark = re.compile(r"pytest\.(mark\.)?(skip|skipif|xfail|importorskip)\b")
    skipping = [str(p.relative_to(HOUSE)) for p in TESTS if mark.search(p.read_text("utf-8"))]
    assert skipping == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address(lock):
    text = (HOUSE / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index" not in text and "--find-links" not in text


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_of_a_lock_has_its_hashes(lock):
    pins = re.split(r"\n(?=\S)", (HOUSE / lock).read_text(encoding="utf-8").strip())
    assert [
        pin.split()[0] for pin in pins if "==" not in pin or "--hash=sha256:" not in pin
    ] == []


def test_both_locks_pin_the_same_releases():
    run, dev = (
        set(re.findall(r"(?m)^\S+==\S+", (HOUSE / n).read_text("utf-8"))) for n in LOCKS
    )
    assert run - dev == set()


def test_the_locks_pin_all_that_the_project_asks_for():
    asked = tomllib.loads((HOUSE / "pyproject.toml").read_text("utf-8"))
    project, groups = asked["project"], asked["dependency-groups"]
    wanted = {
        "requirements.lock": [
            *project["dependencies"],
            *project["optional-dependencies"]["lab"],
            *groups["build"],
        ],
        "requirements-dev.lock": groups["dev"],
    }
    for lock, lines in wanted.items():
        pinned = re.findall(r"(?m)^([a-z0-9-]+)==", (HOUSE / lock).read_text("utf-8"))
        assert {re.match(r"[a-z0-9-]+", line)[0] for line in lines} - set(pinned) == set()


def test_no_dependency_slows_the_start_of_python():
    """A .pth file is read at every start; the only one is the link to this checkout."""
    found = [path.name for path in Path(sysconfig.get_path("purelib")).glob("*.pth")]
    assert [name for name in found if "noroshi" not in name] == []


def written() -> list[Path]:
    """Every file of the checkout that somebody wrote, not what tools left in it."""
    left = {".git", ".venv", "__pycache__", "build", "dist"}
    return [
        path
        for path in HOUSE.rglob("*")
        if path.is_file()
        and not left.intersection(path.parts)
        and not any(part.endswith("_cache") or part == ".hypothesis" for part in path.parts)
    ]


def test_no_file_tells_of_the_machine_it_was_written_on():
    # A letter in brackets, so that the pattern does not find itself.
    trace = re.compile(r"/[w]ork/|/[r]oot/|/opt/[w]heels|[p]ypi\.org|[p]ythonhosted|[n]pmjs")
    telling = []
    for path in written():
        text = path.read_bytes().decode("utf-8", errors="replace")
        telling += [f"{path.relative_to(HOUSE)}: {m.group()}" for m in trace.finditer(text)]
    assert telling == []


def test_what_runs_has_the_version_the_project_says():
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text("utf-8"))["project"]
    asked = "import importlib.metadata as m; print(m.version('noroshi'))"
    said = subprocess.run(
        [sys.executable, "-c", asked], check=True, capture_output=True, text=True
    )
    assert said.stdout.strip() == project["version"]


def test_what_nobody_acknowledged_and_what_nobody_proved_have_words_of_their_own():
    """未確認 alone could mean either: an alarm waits (確認待ち), an arrival is 到達は未確認."""
    shown = [*SOURCES, *(HOUSE / "docs").rglob("*.md"), HOUSE / "README.md"]
    for path in shown:
        text = path.read_text(encoding="utf-8")
        assert text.count("未確認") == text.count("到達は未確認"), path
