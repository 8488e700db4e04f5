"""Tell what differs between two sets of definitions, value by value, as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any, Literal

from noroshi.core.definitions.document import Document
from noroshi.core.translation import Message, _, plain
from noroshi.definitions.document_content import Contents, content
from noroshi.definitions.rename_detection import renames
from noroshi.definitions.stable_ids import TYPES_WITH_ID
from noroshi.definitions.toml import value

Flat = dict[str, str]
"""Maps the path of each value to the value, as in TOML."""
MOST_TOLD = 1000
"""The most differences that are told at once; of more, only the number is told."""
NOTHING_TEXT = _("none")
VALUE_CHANGED = _("{sign} {place} {before} → {after}")
WHOLE_DOCUMENT = _("{sign} {place}")


@dataclass(frozen=True, slots=True)
class Table:
    """Hold a group or a monitor: path, id if it has one, settings, the names by which a person
    knows it and all that it stands in, and kind."""

    name: str
    id: str
    settings: Flat
    display_names: tuple[str, ...]
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Hold one value that is added (+), removed (-) or changed (~), at `place`.

    `before` and `after` are as in TOML; "" where there is nothing. A whole document or
    monitor that comes or goes has neither. `key` is the document's; `called` what a person calls
    that, and the group and the monitor in it; `kind` of the innermost one; `setting` the path of
    the value. `renamed`: the document's key before, of one that has another name now. `table` is
    the group, or group and monitor, of an instance.
    """

    sign: Literal["+", "-", "~"]
    place: str
    before: str = ""
    after: str = ""
    key: str = ""
    called: tuple[str, ...] = ()
    kind: str = ""
    setting: str = ""
    renamed: str = ""
    table: str = ""

    @property
    def words(self) -> Message:
        """Return the difference on one line."""
        if self.renamed:
            return plain(f"{self.sign} {self.renamed} → {self.key}")
        if not self.before and not self.after:
            return WHOLE_DOCUMENT.fill(sign=self.sign, place=self.place)
        text_before = plain(self.before) if self.before else NOTHING_TEXT
        text_after = plain(self.after) if self.after else NOTHING_TEXT
        return VALUE_CHANGED.fill(
            sign=self.sign, place=self.place, before=text_before, after=text_after
        )


def differences(old: tuple[Document, ...], new: tuple[Document, ...]) -> tuple[Difference, ...]:
    """Return documents added and removed, or under another name; of changed ones each value, of
    instances by monitor."""
    return tuple(_all_differences(old, new))


@dataclass(frozen=True, slots=True)
class FirstDifferences:
    """The first differences, and how many more there are."""

    first: tuple[Difference, ...]
    more_count: int = 0

    @property
    def words(self) -> tuple[Message, ...]:
        """Return the first differences, each on one line."""
        return tuple(one.words for one in self.first)


def first_differences(
    old: tuple[Document, ...],
    new: tuple[Document, ...],
    known_differences: Sequence[Difference] = (),
) -> FirstDifferences:
    """Return as many differences as are told at once, after those that are known
    `known_differences`."""
    all_of_them = chain(known_differences, _all_differences(old, new))
    first = tuple(islice(all_of_them, MOST_TOLD))
    return FirstDifferences(first, sum(1 for _ in all_of_them))


def _all_differences(
    old: tuple[Document, ...], new: tuple[Document, ...]
) -> Iterator[Difference]:
    old_by_key, new_by_key = ({one.key: one for one in documents} for documents in (old, new))
    names = _names(old_by_key, new_by_key)
    yield from (rename_difference(key, new_by_key[name]) for key, name in names.items())
    old_by_key = {names.get(key, key): one for key, one in old_by_key.items()}
    new_names = set(names.values())
    for key in sorted(old_by_key.keys() | new_by_key.keys()):
        if key not in old_by_key:
            yield _whole_difference("+", key, content(new_by_key[key]))
        elif key not in new_by_key:
            yield _whole_difference("-", key, content(old_by_key[key]))
        elif old_by_key[key].body != new_by_key[key].body:
            ignored_settings = _id_of(key) if key in new_names else ()
            yield from _differences_within(
                key,
                *(
                    _without_names(content(one), *ignored_settings)
                    for one in (old_by_key[key], new_by_key[key])
                ),
            )


def rename_difference(old_key: str, document: Document) -> Difference:
    """Return the difference of a document whose key was another one."""
    return replace(_whole_difference("~", document.key, content(document)), renamed=old_key)


def _names(
    old_by_key: Mapping[str, Document], new_by_key: Mapping[str, Document]
) -> dict[str, str]:
    """Return new keys by old ones; a definition that keeps its name need not be looked into."""
    removed_documents = {key: old_by_key[key] for key in old_by_key.keys() - new_by_key.keys()}
    added_documents = {key: new_by_key[key] for key in new_by_key.keys() - old_by_key.keys()}
    return (
        renames(Contents(removed_documents), Contents(added_documents))
        if removed_documents and added_documents
        else {}
    )


def _id_of(key: str) -> tuple[str, ...]:
    """Return the setting by which what is renamed is the same, so that it is no change
    itself."""
    return ("id",) if key.partition("/")[0] in TYPES_WITH_ID else ()


def _whole_difference(
    sign: Literal["+", "-", "~"], key: str, definition: Mapping[str, Any]
) -> Difference:
    display_names = (_title_or_name(definition, key.partition("/")[2]),)
    return Difference(
        sign=sign, place=key, key=key, called=display_names, kind=_kind(definition)
    )


def _title_or_name(definition: Mapping[str, Any], name: str) -> str:
    return str(definition.get("title") or name)


def _kind(definition: Mapping[str, Any]) -> str:
    """Return the kind that decides the names of a definition's settings: of a rule, its
    action."""
    return str(definition.get("kind") or definition.get("action") or "")


def _differences_within(
    key: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[Difference]:
    template = _whole_difference("~", key, new)
    if not key.startswith("instances/"):
        yield from _value_differences(template, f"{key}:", _flat(old), _flat(new))
        return
    old_values, new_values = (
        _flat(_without_names(old, "group")),
        _flat(_without_names(new, "group")),
    )
    yield from _value_differences(template, f"{key}:", old_values, new_values)
    yield from _tables(template, _groups(old), _groups(new))
    yield from _tables(template, *_pair(_monitors(old), _monitors(new)))


def _tables(
    template: Difference, old: Mapping[str, Table], new: Mapping[str, Table]
) -> Iterator[Difference]:
    """Yield groups or monitors that come, go or change; `old` and `new` pair them by key."""
    for pair in dict.fromkeys([*old, *new]):
        table = old[pair] if pair in old else new[pair]
        display_names = (*template.called, *new.get(pair, table).display_names)
        place = f"{template.key}: {table.name}"
        one = replace(
            template, place=place, table=table.name, called=display_names, kind=table.kind
        )
        if pair not in old or pair not in new:
            yield replace(one, sign="-" if pair in old else "+")
        else:
            yield from _value_differences(
                one, one.place, old[pair].settings, new[pair].settings
            )


def _value_differences(
    template: Difference, place: str, old: Flat, new: Flat
) -> Iterator[Difference]:
    for field in dict.fromkeys([*old, *new]):
        old_text, new_text = old.get(field, ""), new.get(field, "")
        if old_text != new_text:
            yield replace(
                template,
                place=f"{place} {field}",
                before=old_text,
                after=new_text,
                setting=field,
            )


def _groups(instance: Mapping[str, Any]) -> dict[str, Table]:
    return {
        one["name"]: Table(
            one["name"],
            "",
            _flat(_without_names(one, "monitor", "name")),
            (_title_or_name(one, one["name"]),),
        )
        for one in instance.get("group", ())
    }


def _monitors(instance: Mapping[str, Any]) -> list[Table]:
    """Return each monitor by group/name; its display name is a value as well, as it may
    change."""
    return [
        Table(
            f"{group['name']}/{one['name']}",
            one.get("id", ""),
            {"group": value(group["name"]), **_flat(_without_names(one, "id"))},
            (_title_or_name(group, group["name"]), _title_or_name(one, one["name"])),
            _kind(one),
        )
        for group in instance.get("group", ())
        for one in group.get("monitor", ())
    ]


def _pair(old: list[Table], new: list[Table]) -> tuple[dict[str, Table], dict[str, Table]]:
    """Return both sides by a key that is the same for the same monitor: its id if both sides
    have the id, so that a renamed monitor is no other one; else its name, unless the ids
    differ."""
    common_ids = {one.id for one in old} & {one.id for one in new} - {""}
    by_name = {one.name: one for one in old if one.id not in common_ids}
    old_tables = {one.id if one.id in common_ids else one.name: one for one in old}
    new_tables = dict[str, Table]()
    for one in new:
        namesake = by_name.get(one.name)
        has_other_id = namesake is not None and one.id and namesake.id and namesake.id != one.id
        new_tables[one.id if one.id in common_ids or has_other_id else one.name] = one
    return old_tables, new_tables


def _flat(table: Mapping[str, Any], prefix: str = "") -> Flat:
    """Return each value under its whole path. An empty table is a value too: it switches limits
    off."""
    flat: Flat = {}
    for key, item in table.items():
        if isinstance(item, Mapping) and item:
            flat |= _flat(item, f"{prefix}{key}.")
        else:
            flat[prefix + key] = value(item)
    return flat


def _without_names(table: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {key: item for key, item in table.items() if key not in names}
