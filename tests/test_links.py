"""Every link of the documents leads somewhere: to a file of this repository, and to a heading in it."""

import re
import unicodedata
from pathlib import Path

from tests.sweeps import sweep

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\[[^\]\[]*\]\((?![a-z]+:)(?P<path>[^)#\s]*)(?:#(?P<anchor>[^)\s]+))?\)")
FENCED = re.compile(r"(?ms)^ *```.*?^ *```|`[^`\n]*`")


def anchors(document: Path) -> set[str]:
    """Return the anchors that a document offers: its headings as GitHub names them, and its own ids."""
    text = document.read_text(encoding="utf-8")
    headings = re.findall(r"(?m)^#+ +(.+?) *$", re.sub(r"(?ms)^ *```.*?^ *```", "", text))
    return {anchor_of(h) for h in headings} | set(re.findall(r'id="([^"]+)"', text))


def anchor_of(heading: str) -> str:
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").lower()
    kept = (c for c in plain if c in " -_" or unicodedata.category(c)[0] in "LNM")
    return "".join(kept).replace(" ", "-")


def dead_links(document: Path) -> list[str]:
    """Return the links of one document that lead to no file, or to no heading of that file."""
    dead = []
    for link in LINK.finditer(FENCED.sub("", document.read_text(encoding="utf-8"))):
        target = (document.parent / link["path"]).resolve() if link["path"] else document
        missing = not target.exists()
        anchored = link["anchor"] and target.suffix == ".md"
        if missing or (anchored and link["anchor"] not in anchors(target)):
            dead.append(link[0])
    return dead


@sweep("document", DOCUMENTS, ids=lambda d: str(d.relative_to(ROOT)))
def test_links_lead_somewhere(document):
    assert dead_links(document) == []


FLOW = ROOT / "docs" / "flow.md"


def test_how_it_works_is_told_in_seventy_lines_of_a_hundred_and_twenty_characters():
    lines = FLOW.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 70
    assert [line for line in lines if len(line) > 120] == []


def test_every_file_that_it_names_is_there():
    named = re.findall(r"`([a-z_/]+(?:\.py|/))`", FLOW.read_text(encoding="utf-8"))
    places = (ROOT / "src" / "noroshi", ROOT, ROOT / "docs")
    assert len(named) > 30
    assert [one for one in named if not any((place / one).exists() for place in places)] == []
