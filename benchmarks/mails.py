"""Read what the mail sink took as a person would: which monitors are named, when, how often."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

NAME = re.compile(r"port-\d{5}")


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that was answered for: when, its Message-ID, the monitors that it names."""

    at: float
    id: str
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Told:
    """Hold what the mails say together. `again` are copies of a mail that was there already,
    each with the time of the first; `twice` are monitors named under different Message-IDs."""

    first: Mapping[str, float]
    again: tuple[tuple[str, float], ...]
    twice: frozenset[str]


def read_mails(path: Path) -> list[Mail]:
    """Return what is in the sink's log, oldest first; a line that is being written is left
    out."""
    whole, _, _ = path.read_text(encoding="utf-8").rpartition("\n")
    rows = map(json.loads, whole.splitlines())
    return [
        Mail(row["at"], row["id"], frozenset(NAME.findall(row["subject"] + row["text"])))
        for row in rows
    ]


def told(mails: Iterable[Mail]) -> Told:
    """Return who is named, when first, and what came more than once."""
    first, ids = dict[str, float](), defaultdict[str, set[str]](set)
    seen, again = dict[str, float](), list[tuple[str, float]]()
    for mail in mails:
        if mail.id in seen:
            again.append((mail.id, seen[mail.id]))
        seen.setdefault(mail.id, mail.at)
        for name in mail.names:
            first.setdefault(name, mail.at)
            ids[name].add(mail.id)
    twice = frozenset(name for name, of in ids.items() if len(of) > 1)
    return Told(first, tuple(again), twice)


def most_a_second(mails: Iterable[Mail]) -> int:
    """The most mails that came within one second of the clock."""
    return max(Counter(int(mail.at) for mail in mails).values(), default=0)
