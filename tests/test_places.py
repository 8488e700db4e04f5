"""docs/develop/places.md: what an addition touches is what the page says, and no more than that."""

from __future__ import annotations

import re
from pathlib import Path

from tests.sweeps import sweep

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "develop" / "places.md").read_text("utf-8")
SECTION = re.compile(r"(?ms)^## (?P<name>[^\n]+): (?P<most>\d)\n(?P<text>.*?)(?=^## |\Z)")
SEARCH = re.compile(r"`git grep -lE '(?P<pattern>.+)' src`")
FILE = re.compile(r"(?m)^- `(?P<file>src/[^`]+)`")
TEXTS = (".py", ".html", ".toml", ".js", ".css")
SOURCES = {
    path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
    for path in sorted((ROOT / "src").rglob("*"))
    if path.suffix in TEXTS and path.is_file()
}
MOST = {
    "A type of monitor": 2,
    "An operation with a page and a command": 5,
    "A transport, or a part of one": 3,
    "A setting of noroshi.toml": 3,
}
"""How many files of the source an addition may touch."""


def sections():
    return [(one["name"], int(one["most"]), one["text"]) for one in SECTION.finditer(PAGE)]


def test_the_page_has_each_sort_of_addition_with_its_number():
    assert {name: most for name, most, _ in sections()} == MOST


@sweep(("name", "most", "text"), sections(), ids=[name for name, *_ in sections()])
def test_the_files_are_all_that_name_it_and_no_more_than_promised(name, most, text):
    pattern = SEARCH.search(text)["pattern"]
    listed = FILE.findall(text)
    found = [file for file, source in SOURCES.items() if re.search(pattern, source)]
    assert sorted(listed) == sorted(found)
    assert len(listed) <= most
