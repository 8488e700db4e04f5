"""What differs between two sets of definitions, value by value, as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from noroshi.core.words import Words, plain
from noroshi.definitions.documents import content
from noroshi.definitions.toml import value
from noroshi.ports import Document

Flat = dict[str, str]
"""Each value, as in TOML, under its path."""
NOTHING = Words(en="nothing", ja="なし")
CHANGED = Words(en="{sign} {place} {before} → {after}", ja="{sign} {place} {before} → {after}")
WHOLE = Words(en="{sign} {place}", ja="{sign} {place}")


@dataclass(frozen=True, slots=True)
class Table:
    """A group or a monitor: what a person calls it, its id if it has one, its values."""

    name: str
    id: str
    values: Flat


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One value that is added (+), removed (-) or changed (~). `place` says which.

    `before` and `after` are as in TOML; "" where there is nothing. A whole document or
    monitor that comes or goes has neither.
    """

    sign: Literal["+", "-", "~"]
    place: str
    before: str = ""
    after: str = ""

    @property
    def words(self) -> Words:
        """It on one line."""
        if not self.before and not self.after:
            return WHOLE.fill(sign=self.sign, place=self.place)
        before = plain(self.before) if self.before else NOTHING
        after = plain(self.after) if self.after else NOTHING
        return CHANGED.fill(sign=self.sign, place=self.place, before=before, after=after)


def differences(old: tuple[Document, ...], new: tuple[Document, ...]) -> tuple[Difference, ...]:
    """Documents added and removed; of changed ones each value, of instances by monitor."""
    before, after = ({one.key: one for one in side} for side in (old, new))
    found = list[Difference]()
    for key in sorted(before.keys() | after.keys()):
        if key not in before:
            found.append(Difference(sign="+", place=key))
        elif key not in after:
            found.append(Difference(sign="-", place=key))
        elif before[key].body != after[key].body:
            found += _within(key, content(before[key]), content(after[key]))
    return tuple(found)


def _within(key: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    if not key.startswith("instances/"):
        yield from _values(f"{key}:", _flat(old), _flat(new))
        return
    yield from _values(f"{key}:", _flat(_but(old, "group")), _flat(_but(new, "group")))
    yield from _tables(key, _groups(old), _groups(new))
    yield from _tables(key, *_paired(_monitors(old), _monitors(new)))


def _tables(
    key: str, old: Mapping[str, Table], new: Mapping[str, Table]
) -> Iterator[Difference]:
    """Groups or monitors that come, go or change; `old` and `new` pair them by their keys."""
    for pair in dict.fromkeys([*old, *new]):
        if pair not in old:
            yield Difference(sign="+", place=f"{key}: {new[pair].name}")
        elif pair not in new:
            yield Difference(sign="-", place=f"{key}: {old[pair].name}")
        else:
            yield from _values(f"{key}: {old[pair].name}", old[pair].values, new[pair].values)


def _values(place: str, old: Flat, new: Flat) -> Iterator[Difference]:
    for field in dict.fromkeys([*old, *new]):
        before, after = old.get(field, ""), new.get(field, "")
        if before != after:
            yield Difference(sign="~", place=f"{place} {field}", before=before, after=after)


def _groups(instance: Mapping[str, Any]) -> dict[str, Table]:
    return {
        one["name"]: Table(one["name"], "", _flat(_but(one, "monitor", "name")))
        for one in instance.get("group", ())
    }


def _monitors(instance: Mapping[str, Any]) -> list[Table]:
    """Each monitor by group/name; what it is called is a value as well, as it may change."""
    return [
        Table(
            f"{group['name']}/{one['name']}",
            one.get("id", ""),
            {"group": value(group["name"]), **_flat(_but(one, "id"))},
        )
        for group in instance.get("group", ())
        for one in group.get("monitor", ())
    ]


def _paired(old: list[Table], new: list[Table]) -> tuple[dict[str, Table], dict[str, Table]]:
    """Both sides by a key that is the same for the same monitor: its id if both sides have
    that, so that a renamed one is no other; else its name, unless their ids differ."""
    both = {one.id for one in old} & {one.id for one in new} - {""}
    named = {one.name: one for one in old if one.id not in both}
    before = {one.id if one.id in both else one.name: one for one in old}
    after = dict[str, Table]()
    for one in new:
        namesake = named.get(one.name)
        other = namesake is not None and one.id and namesake.id and namesake.id != one.id
        after[one.id if one.id in both or other else one.name] = one
    return before, after


def _flat(given: Mapping[str, Any], above: str = "") -> Flat:
    """Each value under its whole path. An empty table is a value too: it switches limits off."""
    found: Flat = {}
    for key, inside in given.items():
        if isinstance(inside, Mapping) and inside:
            found |= _flat(inside, f"{above}{key}.")
        else:
            found[above + key] = value(inside)
    return found


def _but(given: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {key: inside for key, inside in given.items() if key not in names}
