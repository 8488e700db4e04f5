"""Describe the difference of two versions in an administrator's words: titles instead of paths,
and values as a form shows them. The mail of changed settings says the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from noroshi.core.definitions.safe_toml import loads
from noroshi.core.translation import COMMA, NOTHING, Message, _, joined, pgettext, plain
from noroshi.definitions.changes import Difference
from noroshi.operations.kind_answers import Kind
from noroshi.web.view.setting_names import (
    ARGUMENT_NAMES,
    CHOICE_NAMES,
    SETTING_NAMES,
    TYPE_NAMES,
    declared_labels,
    definition_name,
    setting_name,
)

LIMITS, OPTIONS = "limits", "options"
MONITOR = 3
"""The number of names in a monitor's path: the instance's, the group's and the monitor's."""
CHOSEN = frozenset({"on", "when", "events", "days", "auth", "by", "encoding", "match", "reads"})
"""Settings whose values are words of ours; what else reads as one of them is a person's."""
SENTENCE = _("{what} › {setting}: {before} → {after}")
ENDING = _("{what}: {became}")
TWO = _("{one} {other}")
WITHIN = _("{one} › {other}")
NOTHING_THERE = _("none")
BECAME: Mapping[str, Message] = {"+": _("added"), "-": _("removed")}
FROM_TO = pgettext("from_to", "{begins} to {ends}")
ON_DAYS = _("{when} ({days})")
PLANNED = "maintenance"
NO_LIMITS = _("no limits")
SILENT = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class KindNames:
    """Hold the display names of kinds of monitors and of their readings, and the labels that
    options of all kinds declare themselves."""

    kinds: Mapping[str, Message]
    readings: Mapping[str, Mapping[str, Message]]
    labels: Mapping[str, Mapping[str, Message]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceText:
    """Hold one difference in words. `became`: a whole was added or removed; else there are
    `setting`, `old_value` and `new_value`. `raw` is the place as a definition file has it."""

    subject: Message
    raw: str
    became: Message = SILENT
    setting: Message = SILENT
    old_value: Message = SILENT
    new_value: Message = SILENT
    sign: str = "~"

    @property
    def sentence(self) -> Message:
        """Return the difference on one line."""
        if self.sign in BECAME:
            return ENDING.fill(what=self.subject, became=self.became)
        filled = {"setting": self.setting, "before": self.old_value, "after": self.new_value}
        return SENTENCE.fill(what=self.subject, **filled)


def names_of(kinds: Iterable[Kind]) -> KindNames:
    """Return the names of kinds as the operation `kinds` answers them."""
    all_kinds = tuple(kinds)
    monitors = [one for one in all_kinds if one.family == "monitor"]
    return KindNames(
        kinds={one.kind: one.title for one in monitors},
        readings={one.kind: one.readings for one in monitors},
        labels={one.kind: declared_labels(one.options) for one in all_kinds},
    )


def difference_text(one: Difference, names: KindNames) -> DifferenceText:
    """Return a difference in words."""
    if one.renamed:
        return _rename_text(one)
    if one.sign in BECAME:
        ending = BECAME[one.sign]
        return DifferenceText(
            subject=_subject(one), raw=one.place, became=ending, sign=one.sign
        )
    last_step = one.setting.rpartition(".")[2]
    return DifferenceText(
        subject=_subject(one),
        raw=one.place,
        setting=_setting(one, names),
        old_value=_value(one.before, last_step, one),
        new_value=_value(one.after, last_step, one),
    )


def difference_texts(
    differences: Iterable[Difference], names: KindNames
) -> list[DifferenceText]:
    """Return differences in words."""
    return [difference_text(one, names) for one in differences]


def _rename_text(one: Difference) -> DifferenceText:
    old, new = (key.partition("/")[2] for key in (one.renamed, one.key))
    return DifferenceText(
        subject=_subject(one),
        raw=f"{one.renamed} → {one.key}",
        setting=SETTING_NAMES["name"],
        old_value=plain(old),
        new_value=plain(new),
    )


def sort_of(key: str) -> Message:
    """Return of which sort a definition is."""
    return TYPE_NAMES.get(key.partition("/")[0], SILENT)


def _subject(one: Difference) -> Message:
    first, *inner = one.called
    return reduce(_joined, map(plain, inner), definition_name(one.key, first))


def _joined(outer: Message, inner: Message) -> Message:
    return WITHIN.fill(one=outer, other=inner)


def _setting(one: Difference, names: KindNames) -> Message:
    first, *inner_names = one.setting.split(".")
    if first == LIMITS:
        return _limit(one, inner_names, names) if inner_names else _("Limits")
    kind = one.kind or one.key.partition("/")[0]
    if first != OPTIONS or not inner_names:
        return reduce(_joined, (_label(name, kind) for name in (first, *inner_names)))
    own_labels = names.labels.get(kind, {})
    return reduce(_joined, (own_labels.get(name) or _label(name, kind) for name in inner_names))


def _limit(one: Difference, path: Sequence[str], names: KindNames) -> Message:
    """Return the reading and the limit; at an instance or a group with the kind."""
    kind, steps = one.kind, list[Message]()
    if len(one.called) < MONITOR:
        kind, *path = path
        steps.append(names.kinds.get(kind, plain(kind)))
    if path:
        steps.append(names.readings.get(kind, {}).get(path[0], plain(path[0])))
    steps += [_label(name, "") for name in path[1:]]
    return reduce(_joined, steps)


def _label(name: str, kind: str) -> Message:
    """Return the display name of a setting; the key if there is none."""
    return setting_name(name, kind) or ARGUMENT_NAMES.get(name) or plain(name)


def _value(text: str, name: str, difference: Difference) -> Message:
    """Return a value, given as in TOML, as a person reads it."""
    if not text:
        return NOTHING_THERE
    try:
        value = loads(f"it = {text}")["it"]
    except (ValueError, RecursionError):  # what JSON has and TOML has not
        return plain(text)
    if value == {} and _are_all_limits(difference):
        return NO_LIMITS
    return value_in_words(value, name) or plain(text)


def _are_all_limits(one: Difference) -> bool:
    """Return True if these are all limits of a reading, of a kind or of a monitor: without any,
    the built-in ones are switched off."""
    is_whole = one.setting == LIMITS and len(one.called) == MONITOR
    return is_whole or one.setting.startswith(f"{LIMITS}.")


def value_in_words(value: Any, name: str) -> Message | None:
    """Return a value of that setting in words; None if it has no better words than as TOML."""
    if isinstance(value, bool):
        yes = "yes" if value else "no"
        return CHOICE_NAMES.get(f"{name}.{yes}") or CHOICE_NAMES[yes]
    if value in ("", []):
        return NOTHING_THERE
    if isinstance(value, str):
        common_text = CHOICE_NAMES.get(value) if name in CHOSEN else None
        return CHOICE_NAMES.get(f"{name}.{value}") or common_text or plain(value)
    if isinstance(value, list):
        parts = [value_in_words(one, name) for one in value]
        texts = [one for one in parts if one is not None]
        return joined(texts, COMMA) if len(texts) == len(value) else None
    if isinstance(value, Mapping) and name == PLANNED:
        return _window(value)
    return plain(str(value)) if isinstance(value, int | float) else None


def _window(value: Mapping[str, Any]) -> Message:
    """Return a window of maintenance: title, begin and end, and the days if it has some."""
    begins, ends, title = (value.get(one, "") for one in ("begins", "ends", "title"))
    span = FROM_TO.fill(begins=begins, ends=ends)
    if days := value_in_words(value.get("days", []), "days") if value.get("days") else None:
        span = ON_DAYS.fill(when=span, days=days)
    return TWO.fill(one=plain(str(title)), other=span) if title else span
