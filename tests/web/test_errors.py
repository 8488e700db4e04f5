"""One base for the manager's own errors, and one name for each of its classes."""

import ast
import importlib
import inspect
import pkgutil
from collections import Counter
from pathlib import Path

import noroshi.web
from noroshi.web.errors import WebError

PROGRAM = "noroshi.web.forms.definition_files_reader"
"""A program of its own, which only its own process loads."""


def modules():
    found = pkgutil.walk_packages(noroshi.web.__path__, "noroshi.web.")
    return [importlib.import_module(one.name) for one in found if one.name != PROGRAM]


def test_every_exception_is_a_web_error():
    own = {
        each
        for module in modules()
        for _, each in inspect.getmembers(module, inspect.isclass)
        if each.__module__.startswith("noroshi.web") and issubclass(each, BaseException)
    }
    assert WebError in own and [each for each in own if not issubclass(each, WebError)] == []


def test_no_two_classes_have_one_name():
    names = Counter(
        node.name
        for path in Path(noroshi.web.__path__[0]).rglob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef)
    )
    assert [name for name, count in names.items() if count > 1] == []
