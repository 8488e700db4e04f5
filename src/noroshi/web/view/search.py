"""Find the place that somebody means who types a title, a name, or what a page calls it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Never
from unicodedata import normalize

from noroshi.core.translation import _, ngettext
from noroshi.operations.status_answers import MonitorStatus
from noroshi.web.view.form_operations import Outcome
from noroshi.web.view.page_context import Visit
from noroshi.web.view.tree import STEP, place_title, tree_of

EVERYTHING = "everything"
WHOLE = frozenset({EVERYTHING, "all", "全体", "すべて", "全て", "全部"})
"""The words by which people call all there is."""
MOST_NEAR = 5
"""The most places that a refusal names; more would bury the message."""
DEEPEST = 3
Labels = Mapping[str, str]
"""The label of each place on pages."""


@dataclass(frozen=True, slots=True)
class PlaceMatch:
    """Hold the `place`; or "", and the names that may be meant. `is_ambiguous`: all these have just
    that name."""

    place: str = ""
    suggestions: tuple[str, ...] = ()
    is_ambiguous: bool = False


def labels_of(monitors: Sequence[MonitorStatus]) -> Labels:
    """Return the labels of instances, groups and monitors, in this order."""
    tree, steps = tree_of(monitors), [one.path.split("/", 2) for one in monitors]
    paths = ("/".join(path[:n]) for n in range(1, DEEPEST + 1) for path in steps)
    return {path: place_title(path, tree) for path in dict.fromkeys(paths)}


def find_place(text: str, labels: Labels) -> PlaceMatch:
    """Find a place by path first, then by label, then by title or name alone."""
    words, path = _normalized(text), text.strip().strip("/")
    if path in labels:
        return PlaceMatch(path)
    if words in WHOLE:
        return PlaceMatch(EVERYTHING)
    for names in (_whole_label, _own_names):
        hits = [path for path, label in labels.items() if words in names(path, label)]
        if len(hits) == 1:
            return PlaceMatch(hits[0])
        if hits:
            return PlaceMatch("", tuple(_names_with_paths(hits, labels)), is_ambiguous=True)
    return PlaceMatch("", tuple(_names_with_paths(_similar(words, labels), labels)))


def require_place(visit: Visit, text: str, labels: Labels) -> tuple[str, Outcome[Never]]:
    """Return the place; or the refusal, in the words of every form that asks for one."""
    match = find_place(text, labels)
    if match.place:
        return match.place, Outcome()
    suggestions = visit.say(_(", ")).join(match.suggestions[:MOST_NEAR])
    if match.is_ambiguous:
        refusal = visit.say(
            ngettext(
                "{count} match for “{given}”. Choose one: {near}",
                "{count} matches for “{given}”. Choose one: {near}",
            ).fill(given=text, count=len(match.suggestions), near=suggestions)
        )
    elif suggestions:
        refusal = visit.say(
            _(
                "There is no instance, group or monitor “{given}”. Did you mean one of these? {near}"
            ).fill(given=text, near=suggestions)
        )
    else:
        refusal = visit.say(
            _("There is no instance, group or monitor “{given}”.").fill(given=text)
        )
    return "", Outcome(None, (refusal,), 404, problems=(("place", refusal),))


def _normalized(text: str) -> str:
    """Return a text in one form: narrow and small letters, single blanks."""
    text = " ".join(normalize("NFKC", text).casefold().split())
    return re.sub(r"\s*[›>]\s*", STEP, text)


def _whole_label(path: str, label: str) -> tuple[str, ...]:
    return (_normalized(label),)


def _own_names(path: str, label: str) -> tuple[str, ...]:
    return _normalized(label.rpartition(STEP)[2]), _normalized(path.rpartition("/")[2])


def _similar(words: str, labels: Labels) -> list[str]:
    """Return the places that contain it; else those with a similar name."""
    if not words:
        return []
    containing = [
        p
        for p, label in labels.items()
        if words in _normalized(label) or words in _normalized(p)
    ]
    if containing:
        return containing
    by_name = {name: p for p, label in labels.items() for name in _own_names(p, label)}
    return [by_name[one] for one in get_close_matches(words, by_name, n=MOST_NEAR, cutoff=0.6)]


def _names_with_paths(paths: Sequence[str], labels: Labels) -> Iterator[str]:
    """Yield each label, with the path where that is not enough."""
    all_labels = [labels[path] for path in paths]
    for path in dict.fromkeys(paths):
        is_ambiguous = all_labels.count(labels[path]) > 1
        yield f"{labels[path]} ({path})" if is_ambiguous else labels[path]
