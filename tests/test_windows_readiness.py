"""`tools/windows.py` finds what Windows lacks, where nothing keeps Windows away from it; and all tests
run there (`tools/wine.py`), or are left out by name."""

import ast
import re
from pathlib import Path

from tests.sweeps import sweep
from tests.windows.left_out import PLACES_LEFT_OUT, TESTS
from tools.windows import unguarded_uses
from tools.wine import ALL

TESTS_FOLDER = Path(__file__).parent
TESTING = TESTS_FOLDER.parent / "docs" / "develop" / "testing.md"

GUARDED = {
    "a branch for others": 'if sys.platform != "win32":\n    os.fork()',
    "a branch for one other": 'if sys.platform == "linux":\n    os.fork()',
    "the branch beside that for Windows": 'if sys.platform == "win32":\n    a()\nelse:\n    os.fork()',
    "part of a condition": 'if a and sys.platform != "win32" and os.geteuid():\n    os.fork()',
    "either of two conditions": 'if sys.platform == "win32" or a:\n    pass\nelse:\n    os.fork()',
    "an expression": 'a = os.getuid() if sys.platform != "win32" else 0',
    "after a return for Windows": (
        'def f():\n    if sys.platform == "win32":\n        return\n    os.fork()'
    ),
    "after an error for all but one": (
        'def f():\n    if sys.platform != "linux":\n        raise OSError\n    os.fork()'
    ),
    "in a module for others": 'import sys\nassert sys.platform != "win32"\nimport pwd\npwd.getpwall()',
    "an attribute of something else": "a.fork()",
    "what Windows has": "import os\nos.open(a, os.O_RDONLY)\nos.kill(a, signal.SIGTERM)",
}
UNGUARDED = {
    "a call": ("os.fork()", ["os.fork"]),
    "a module": ("import pwd\npwd.getpwuid(0)", ["import pwd", "pwd.getpwuid"]),
    "a name of a module": ("from os import fork", ["os.fork"]),
    "names of an absent module": ("from resource import setrlimit", ["import resource"]),
    "a method that the loop refuses": ("loop.add_reader(a, b)", ["loop.add_reader"]),
    "the branch for Windows": (
        'if sys.platform == "win32":\n    os.fork()\nelse:\n    os.fork()',
        ["os.fork"],
    ),
    "a condition that may fail": (
        'if sys.platform != "win32" or a:\n    os.fork()',
        ["os.fork"],
    ),
    "a guard in another function": (
        'def f():\n    if sys.platform == "win32":\n        return\ndef g():\n    os.fork()',
        ["os.fork"],
    ),
    "a branch that goes on": ('if sys.platform == "win32":\n    pass\nos.fork()', ["os.fork"]),
    "deep inside": (
        (
            "try:\n    a()\nexcept OSError:\n    with a:\n        match a:\n            case 1:\n"
            "                x = [signal.SIGHUP for _ in a]"
        ),
        ["signal.SIGHUP"],
    ),
}


@sweep("code", GUARDED.values(), ids=GUARDED)
def test_what_sys_platform_guards_is_no_use(code):
    assert list(unguarded_uses(ast.parse(code))) == []


@sweep(("code", "uses"), UNGUARDED.values(), ids=UNGUARDED)
def test_what_nothing_guards_is_found(code, uses):
    assert list(unguarded_uses(ast.parse(code))) == uses


OF_FILES = ("checks",)
"""Folders of which some files run there, and some do not."""


def places():
    """Each folder of tests, and each file beside the folders; of some folders, each file."""
    for file in TESTS_FOLDER.rglob("test_*.py"):
        folder, *rest = file.relative_to(TESTS_FOLDER).parts
        is_file = not rest or folder in OF_FILES
        yield f"tests/{'/'.join((folder, *rest)) if is_file else folder}"


def test_all_tests_run_on_windows_or_are_left_out_by_name():
    assert sorted({*ALL, *PLACES_LEFT_OUT}) == sorted(set(places()))
    assert set(ALL) & set(PLACES_LEFT_OUT) == set()


def test_the_documents_say_how_many_tests_are_left_out():
    counts = re.search(r"(\d+) tests of these folders are left out", TESTING.read_text("utf-8"))
    assert counts
    assert int(counts[1]) == len(TESTS)
