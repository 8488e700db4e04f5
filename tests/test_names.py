"""The names of modules and classes hold to docs/develop/glossary.md."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest

from tests.json_classes import json_classes
from tests.source_trees import nodes_of, tree_of

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src"
GLOSSARY = (ROOT / "docs/develop/glossary.md").read_text(encoding="utf-8")
PLUGINS = {
    "noroshi.checks",
    "noroshi.transports",
    "noroshi.transports.http",
    "noroshi.transports.smtp",
}

CLEAN = (
    "noroshi.actions.",
    "noroshi.agent.",
    "noroshi.app.",
    "noroshi.command_line.",
    "noroshi.checks.",
    "noroshi.cli.",
    "noroshi.config.",
    "noroshi.core.",
    "noroshi.definitions.",
    "noroshi.door.",
    "noroshi.engine.",
    "noroshi.guides.",
    "noroshi.hosts.",
    "noroshi.imports.",
    "noroshi.intakes.",
    "noroshi.knowledge.",
    "noroshi.locale.",
    "noroshi.logs.",
    "noroshi.network.",
    "noroshi.oauth.",
    "noroshi.people.",
    "noroshi.plugins.",
    "noroshi.ports.",
    "noroshi.round_trips.",
    "noroshi.sandbox.",
    "noroshi.sandbox_reader.",
    "noroshi.schema.",
    "noroshi.service.",
    "noroshi.stores.",
    "noroshi.testing.",
    "noroshi.transports.",
    "noroshi.vault.",
    "noroshi.web.",
    "noroshi.operations.",
    "noroshi_lab.",
)
"""Packages whose functions, arguments and local variables hold to the glossary, too."""

WHOLE_NAMES = (
    "noroshi.actions.",
    "noroshi.agent.",
    "noroshi.app.",
    "noroshi.checks.",
    "noroshi.cli.",
    "noroshi.command_line.",
    "noroshi.config.",
    "noroshi.core.",
    "noroshi.definitions.",
    "noroshi.door.",
    "noroshi.engine.",
    "noroshi.guides.",
    "noroshi.hosts.",
    "noroshi.intakes.",
    "noroshi.knowledge.",
    "noroshi.logs.",
    "noroshi.network.",
    "noroshi.oauth.",
    "noroshi.operations.",
    "noroshi.people.",
    "noroshi.ports.",
    "noroshi.service.",
    "noroshi.stores.",
    "noroshi.transports.",
    "noroshi.vault.",
    "noroshi.web.",
)
"""Packages in which no participle, pronoun, preposition or adverb is a name alone."""
OF_ANSWERS = {
    "noroshi.operations.diagnostic_answers.Looked",
    "noroshi.operations.mail_answers.Sent",
    "noroshi.operations.mail_answers.Tried",
    "noroshi.ports.examination.Whose",
    "noroshi.transports.http.graph.where",
    "noroshi.transports.http.webhook.where",
    "noroshi.transports.pickup.where",
    "noroshi.transports.smtp.options.where",
}
"""Names that answers, tables of knowledge, kinds of routes and templates have in common."""


def listed(after: str) -> str:
    """Return the part of the glossary that follows a sentence of it, up to the next sentence."""
    _, found, rest = GLOSSARY.partition(after)
    assert found, f"docs/develop/glossary.md has no sentence {after!r}"
    return re.split(r"(?m)^(?=[A-Z#-])", rest, maxsplit=1)[0]


def forbidden() -> set[str]:
    return set(
        listed("These words are not names of modules, because they name no subject:\n").split()
    )


def subjects() -> list[str]:
    rows = re.findall(r"(?m)^\| (\w+) \|", listed("These subjects occur in several layers:\n"))
    return [name for name in rows if name != "Name"]


def modules(src: Path) -> dict[str, Path]:
    """Return modules and packages by their dotted names, the two top packages among them."""
    found = {}
    for path in sorted(src.rglob("*.py")):
        place = path.parent if path.stem in ("__init__", "__main__") else path.with_suffix("")
        if path.stem != "__main__":
            found[".".join(place.relative_to(src).parts)] = path
    return found


def poor(src: Path, words: set[str]) -> list[str]:
    """Return modules (packages are named by their parent, too) whose name is a forbidden one."""
    found = modules(src).items()
    return [n for n, p in found if p.stem != "__init__" and n.rpartition(".")[2] in words]


def repeated(src: Path) -> dict[str, list[str]]:
    """Return names that stand in several places within `noroshi`, or within `noroshi_lab`."""
    places = defaultdict(list)
    for name in modules(src):
        places[name.partition(".")[0], name.rpartition(".")[2]].append(name)
    return {leaf: found for (_, leaf), found in places.items() if len(found) > 1}


def classes_alike(src: Path) -> dict[str, list[str]]:
    """Return names of classes that two modules of one package define, with those modules."""
    places = defaultdict(list)
    for name, path in modules(src).items():
        package = name if path.stem == "__init__" else name.rpartition(".")[0]
        for node in tree_of(path).body:
            if isinstance(node, ast.ClassDef) and not options(package, node):
                places[f"{package}.{node.name}"].append(name)
    return {one: found for one, found in places.items() if len(found) > 1}


@cache
def defined(src: Path) -> Sequence[tuple[str, str]]:
    """Return the names of classes, functions and fields, each behind the name of its module."""
    found = []
    for module, path in modules(src).items():
        for node in nodes_of(path):
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                found.append((module, node.name))
            if isinstance(node, ast.ClassDef):
                fields = (one.target for one in node.body if isinstance(one, ast.AnnAssign))
                found += [(module, one.id) for one in fields if isinstance(one, ast.Name)]
    return found


@cache
def local(src: Path) -> Sequence[tuple[str, str]]:
    """Return the names of functions, arguments and local variables, each behind its module.
    An operation's name and arguments are the API's, so they are not among them."""
    return [
        (module, name)
        for module, path in modules(src).items()
        for function in functions(path)
        for name in {function.name, *bound(function)} - api_names(function)
    ]


def api_names(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """Return the names by which programs know an operation; none of any other function."""
    decorators = (one.func for one in function.decorator_list if isinstance(one, ast.Call))
    if not any(isinstance(one, ast.Name) and one.id == "offers" for one in decorators):
        return set()
    takes = function.args
    return {function.name, *(one.arg for one in (*takes.args, *takes.kwonlyargs))}


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in nodes_of(path):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def bound(function: ast.AST) -> Iterator[str]:
    """Yield the names that a function binds, those of functions within it among them."""
    for node in ast.walk(function):
        if isinstance(node, ast.arg):
            yield node.arg
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        if isinstance(node, ast.ExceptHandler | ast.MatchAs) and node.name:
            yield node.name


def with_word(names: Sequence[tuple[str, str]], words: set[str], packages: tuple[str, ...]):
    """Return those of the packages' names that have one of the words between their _."""
    return [
        f"{module}.{name}"
        for module, name in names
        if f"{module}.".startswith(packages)
        and any(f"_{word}_" in f"_{name.lower()}_" for word in words)
    ]


def alone(names: Sequence[tuple[str, str]], words: set[str], packages: tuple[str, ...]):
    """Return those of the packages' names that are one of the words, and no more than that."""
    return [
        f"{module}.{name}"
        for module, name in names
        if f"{module}.".startswith(packages) and name.lower().strip("_") in words
    ]


def classes(src: Path) -> list[tuple[str, str]]:
    """Return the names of classes, each behind the name of its module."""
    return [
        (module, node.name)
        for module, path in modules(src).items()
        for node in nodes_of(path)
        if isinstance(node, ast.ClassDef)
    ]


def given_up() -> set[str]:
    rows = re.findall(r"(?m)^\| (\w+) \|", listed("The table gives the word to use:\n"))
    return {word for word in rows if word != "Word"}


def no_words_of_the_core() -> set[str]:
    return set(listed("because nobody says, sees or tells anything there:\n").split())


def no_words_of_functions() -> set[str]:
    return set(listed("The\nmoment `last_seen` is the exception.\n").split())


def no_whole_names() -> set[str]:
    return set(
        listed("only as a key of JSON: in answers, in definitions, in stored rows.\n").split()
    )


def no_whole_fields() -> set[str]:
    return set(listed("Neither is a field one of these:\n").split())


def fields(src: Path) -> list[tuple[str, str]]:
    """Return the names of fields, properties and attributes of `self`, each behind its module.
    Keys of JSON are not among them, nor are members of an enum, which are its values."""
    paths = modules(src)
    of_json = json_classes(paths)
    return [
        (module, name)
        for module, path in paths.items()
        for node in nodes_of(path)
        if isinstance(node, ast.ClassDef) and (module, node.name) not in of_json
        for name in attributes(node)
    ]


def attributes(node: ast.ClassDef) -> Iterator[str]:
    """Yield the names of a class's fields and properties, and what its methods set on `self`."""
    for one in node.body:
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
            yield one.target.id
        if isinstance(one, ast.FunctionDef) and any(
            "property" in ast.unparse(decorator) for decorator in one.decorator_list
        ):
            yield one.name
    for one in ast.walk(node):
        is_set = isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Store)
        if is_set and isinstance(one.value, ast.Name) and one.value.id == "self":
            yield one.attr


def options(package: str, node: ast.ClassDef) -> bool:
    return node.name == "Options" and package in PLUGINS


def test_a_module_is_named_by_its_subject():
    assert poor(SRC, forbidden()) == []


def test_a_name_stands_for_one_subject():
    """What stands in several places is a subject that the glossary lists, and nothing else is."""
    found = repeated(SRC)
    assert {name: found[name] for name in found.keys() - set(subjects())} == {}
    assert set(subjects()) - found.keys() == set()


def test_a_package_has_no_two_classes_of_one_name():
    assert classes_alike(SRC) == {}


def test_every_word_of_code_in_the_glossary_is_in_the_code():
    """The last column names what the code has: a class, a function, a package, a field."""
    words = re.findall(r"(?m)^\|.*\| ((?:`[^`]+`(?:, )?)+) \|$", GLOSSARY)
    named = {w for cell in words for w in re.findall(r"`([^`]+)`", cell)}
    code = "\n".join(p.read_text(encoding="utf-8") for p in modules(SRC).values())
    known = set(re.findall(r"\w+", code)) | {name.rpartition(".")[2] for name in modules(SRC)}
    assert len(named) > 50
    assert {w for w in named if not set(w.split(".")) <= known} == set()


def test_the_japanese_of_the_glossary_is_what_people_read():
    rows = re.findall(r"(?m)^\|[^|\n]+\|[^|\n]+\| ([^|\n]+) \| `[^|\n]+ \|$", GLOSSARY)
    named = {word for cell in rows for word in cell.split("、")} - {"(internal)"}
    shown = (SRC / "noroshi/locale/ja/LC_MESSAGES/noroshi.po").read_text(encoding="utf-8")
    assert len(named) > 50
    assert {word for word in named if word not in shown} == set()


def test_a_word_that_was_given_up_is_in_no_name():
    assert len(given_up()) > 4
    assert with_word(defined(SRC), given_up(), ("noroshi.",)) == []


def test_core_and_ports_name_the_thing_and_not_who_said_it():
    assert "said" in no_words_of_the_core()
    inner = ("noroshi.core.", "noroshi.ports.")
    assert with_word(defined(SRC), no_words_of_the_core(), inner) == []


def test_a_function_and_what_it_works_on_are_named_by_what_they_are():
    assert "said" in no_words_of_functions()
    found = [(module, name.replace("last_seen", "")) for module, name in local(SRC)]
    assert with_word(found, no_words_of_functions(), CLEAN) == []


def test_no_participle_pronoun_or_preposition_is_a_name_alone():
    assert {"found", "whose", "without"} <= no_whole_names()
    found = alone([*local(SRC), *classes(SRC)], no_whole_names(), WHOLE_NAMES)
    assert set(found) - OF_ANSWERS == set()


def test_no_field_or_property_is_one_of_these_words_alone_but_a_key_of_json():
    words = no_whole_names() | no_whole_fields()
    assert {"at", "since", "why"} <= words
    assert alone(fields(SRC), words, ("noroshi.",)) == []


LOCAL = """
@offers(QUEUE_SEEN)
async def queue_seen(self, person, told_to, *, kept_by):
    theirs_too = told_to
@cache
def write(told, kept_ones):
    def _said(seen_by): ...
    try:
        (its, names) = told, [theirs for theirs in kept_ones]
        with open(names) as file: ...
    except OSError as last_seen: ...
"""


@pytest.fixture
def tree(tmp_path):
    for path, text in {
        "noroshi/__init__.py": "",
        "noroshi/a/__init__.py": "",
        "noroshi/a/queue.py": "class Row: ...\nclass Options: ...\n",
        "noroshi/a/said.py": "class Row: ...\nclass Options: ...\n",
        "noroshi/b/__init__.py": "",
        "noroshi/b/queue.py": "class Row:\n    told_in: int\n    def _see_that_it_is(self): ...\n",
        "noroshi/b/text.py": LOCAL,
        "noroshi/checks/__init__.py": "",
        "noroshi/checks/cpu.py": "class Options: ...\n",
        "noroshi/checks/disk.py": "class Options: ...\n",
        "noroshi_lab/__init__.py": "",
        "noroshi_lab/cpu.py": "class Row: ...\n",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def test_a_forbidden_name_is_found(tree):
    assert poor(tree, {"said", "b"}) == ["noroshi.a.said"]


def test_a_name_in_two_places_is_found(tree):
    assert repeated(tree) == {"queue": ["noroshi.a.queue", "noroshi.b.queue"]}


def test_two_classes_of_one_name_are_found_but_for_options_of_plug_ins(tree):
    both = ["noroshi.a.queue", "noroshi.a.said"]
    assert classes_alike(tree) == {"noroshi.a.Row": both, "noroshi.a.Options": both}


def test_a_word_is_found_in_the_names_of_classes_functions_and_fields(tree):
    found = defined(tree)
    assert ("noroshi.checks.cpu", "Options") in found
    assert with_word(found, {"told", "see_that", "old"}, ("noroshi.b.",)) == [
        "noroshi.b.queue.told_in",
        "noroshi.b.queue._see_that_it_is",
    ]


def test_a_word_is_found_in_the_names_of_arguments_and_local_variables(tree):
    names = {name for module, name in local(tree) if module == "noroshi.b.text"}
    bound_by_write = {"told", "kept_ones", "its", "names", "theirs", "file", "last_seen"}
    assert names == {"theirs_too", "write", "_said", "seen_by"} | bound_by_write
    words = {"told", "kept", "said", "seen", "its", "theirs"}
    assert {
        name.rpartition(".")[2] for name in with_word(local(tree), words, ("noroshi.b.",))
    } == {"told", "kept_ones", "_said", "seen_by", "its", "theirs", "theirs_too", "last_seen"}


def test_a_word_that_is_a_name_alone_is_found(tree):
    words = {"row", "told", "said", "kept"}
    assert set(alone(local(tree) + classes(tree), words, ("noroshi.b.",))) == {
        "noroshi.b.queue.Row",
        "noroshi.b.text.told",
        "noroshi.b.text._said",
    }


def test_a_field_that_is_a_word_alone_is_found_but_no_key_of_json(tmp_path):
    for name, text in {
        "row": "class Row:\n    told: int\n    def __init__(self): self._since = 1\n"
        "    @property\n    def kept(self): ...\n"
        "class State(Enum):\n    HELD = 1\n",
        "mail_answers": "from noroshi.part import Part\nclass Mail:\n    to: list[Part]\n",
        "part": "class Base:\n    by: int\nclass Part(Base):\n    at: int\n",
        "stored": "class Entry:\n    who: int\nschema.value(Entry, text)\n",
        "offered": "from noroshi import part\nclass Given:\n    left: int\n"
        "@offers(IT)\nasync def it(self, one: Given) -> part.Part: ...\n",
    }.items():
        (tmp_path / "noroshi").mkdir(exist_ok=True)
        (tmp_path / "noroshi" / f"{name}.py").write_text(text)
    words = {"told", "since", "kept", "held", "to", "by", "at", "who", "left"}
    assert alone(fields(tmp_path), words, ("noroshi.",)) == [
        "noroshi.row.told",
        "noroshi.row.kept",
        "noroshi.row._since",
    ]
