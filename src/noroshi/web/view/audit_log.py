"""Describe a change as a person reads it: field by field, from what to what. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from noroshi.core.roles import ROLE_NAMES
from noroshi.core.state_names import (
    LEVEL_NAMES,
    NOT_MEASURED_NAMES,
    REMARK_NAMES,
    ROUTE_STATE_NAMES,
    STATE_NAMES,
)
from noroshi.core.translation import COMMA, Message, _, composed, pgettext
from noroshi.web.view.language import Localizer
from noroshi.web.view.setting_names import (
    ARGUMENT_NAMES,
    SETTING_NAMES,
    TYPE_NAMES,
    definition_name,
)

LONG = 120
"""Characters of a value from which it is folded."""
LONGEST = 600
"""Characters of a value that are shown, also where it is folded."""
ABSENT = object()
CHANGED = "changed"
"""The audited value with the differences of a change of definitions; in older rows, as lines of
`plan` in English."""
NAME = _("Name")
FIELD = r"(?!(?:nothing|true|false) )(?P<field>[A-Za-z_][\w.-]*)"
LINE = re.compile(
    r"~ (?P<key>[\w.-]+/[^:]+):(?: (?P<part>[\w./-]+))? "
    + FIELD
    # What stands between quotes, as TOML writes a text, is no place to part the two.
    + r' (?P<before>(?:"(?:[^"\\]|\\.)*"|[^"])+?) → (?P<after>.*)',
    re.DOTALL,
)
RENAMED = re.compile(r"~ (?P<sort>[a-z]+)/(?P<before>[^:/ ]+) → (?P=sort)/(?P<after>[^:/ ]+)")
WHOLE = re.compile(r"(?P<sign>[+-]) (?P<key>[\w.-]+/[^:]+)(?:: (?P<part>.+))?", re.DOTALL)
NOTHING = "nothing"
WORDED: Mapping[str, Mapping[str, Message]] = {
    "state": {**ROUTE_STATE_NAMES, **STATE_NAMES},
    "level": {
        **{level.value: name for level, name in LEVEL_NAMES.items()},
        **NOT_MEASURED_NAMES,
    },
    "sort": REMARK_NAMES,
}
"""Values with words of their own, by name."""
ACKNOWLEDGING = frozenset({"alarm_acknowledge", "alarm_unacknowledge", "alarms_remark"})
"""Operations whose states say who had each item; the item of a monitor without items is ""."""
ACKNOWLEDGED_BY = _("Acknowledged by")
NOBODY = _("nobody")
SILENT = ("limits", "options")
"""Tables of a definition whose fields say by themselves what they are."""


@dataclass(frozen=True, slots=True)
class Line:
    """Hold one changed field. `sign` is "+" if it was added, "-" if it was removed, "~" if it
    was changed, "" for a result where nothing was before."""

    sign: str
    name: str
    old_value: str = ""
    new_value: str = ""

    @property
    def long(self) -> bool:
        """Return True if it is folded."""
        return max(len(self.old_value), len(self.new_value)) > LONG


def lines(
    old_value: object,
    new_value: object,
    localizer: Localizer,
    now: datetime,
    operation: str = "",
) -> Sequence[Line]:
    """Return the difference of two states that an operation answered; None is none."""
    difference = _StateDifference(localizer, now)
    old_fields, new_fields = _as_fields(old_value), _as_fields(new_value)
    if operation in ACKNOWLEDGING and old_value is not None:
        differences = difference.holder_lines(old_fields, new_fields)
    else:
        differences = difference.lines(old_fields, new_fields)
    return tuple(
        replace(one, old_value=_shortened(one.old_value), new_value=_shortened(one.new_value))
        for one in differences
    )


def _shortened(value: str) -> str:
    return value if len(value) <= LONGEST else f"{value[:LONGEST]}…"


def _as_fields(state: object) -> Mapping[str, Any]:
    if isinstance(state, Mapping):
        return {str(name): value for name, value in state.items()}
    return {} if state is None else {"result": state}


@dataclass(frozen=True, slots=True)
class _StateDifference:
    localizer: Localizer
    now: datetime

    def lines(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Line]:
        for name in dict.fromkeys((*old, *new)):
            old_value, new_value = old.get(name, ABSENT), new.get(name, ABSENT)
            if old_value == new_value:
                continue
            is_list = isinstance(new_value, Sequence) and not isinstance(new_value, str)
            if name == CHANGED and is_list:
                yield from map(self._change_line, new_value)
            elif isinstance(old_value, Mapping) and isinstance(new_value, Mapping):
                inner = self.lines(_as_fields(old_value), _as_fields(new_value))
                yield from (self._nested(name, one) for one in inner)
            else:
                yield self._line(name, old_value, new_value, old)

    def holder_lines(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Line]:
        """Yield the former and the new holder of each item."""
        for item in dict.fromkeys((*old, *new)):
            name = ACKNOWLEDGED_BY
            if item:
                name = composed("{title} ({item})", title=name, item=item)
            old_holder, new_holder = (
                str(side.get(item) or "") or self.localizer.say(NOBODY) for side in (old, new)
            )
            yield Line("~", self.localizer.say(name), old_holder, new_holder)

    def _line(
        self, name: str, old_value: object, new_value: object, old: Mapping[str, Any]
    ) -> Line:
        title = self._name(name)
        if old_value is ABSENT:
            return Line("+" if old else "", title, new_value=self._value(name, new_value))
        if new_value is ABSENT:
            return Line("-", title, old_value=self._value(name, old_value))
        return Line("~", title, self._value(name, old_value), self._value(name, new_value))

    def _nested(self, name: str, one: Line) -> Line:
        return Line(one.sign, f"{self._name(name)} › {one.name}", one.old_value, one.new_value)

    def _change_line(self, change: object) -> Line:
        """Return a line of the difference between two versions of the definitions."""
        if isinstance(change, Mapping):
            return self._noted_line({str(name): str(one) for name, one in change.items()})
        return self._earlier_line(str(change))

    def _noted_line(self, change: Mapping[str, str]) -> Line:
        key, sign = change.get("key", ""), change.get("sign", "")
        if "renamed" in change:
            (sort, _, old), new = change["renamed"].partition("/"), key.partition("/")[2]
            return self._rename_line(sort, old, new)
        place = self._place(key, change.get("table", ""))
        if "setting" not in change:
            return Line(sign, place)
        old_value, new_value = (
            self._toml(change.get(side, NOTHING)) for side in ("before", "after")
        )
        return Line("~", f"{place} › {self._field(change['setting'])}", old_value, new_value)

    def _rename_line(self, sort: str, old: str, new: str) -> Line:
        name = self.localizer.say(NAME)
        return Line("~", f"{self._type(sort)} › {name}", old, new)

    def _earlier_line(self, line: str) -> Line:
        """Return a line of an older row, from before differences were stored as values."""
        change_match, whole_match = LINE.fullmatch(line), WHOLE.fullmatch(line)
        if change_match is not None:
            place = self._place(change_match["key"], change_match["part"] or "")
            field = self._field(change_match["field"])
            old_value = self._toml(change_match["before"])
            new_value = self._toml(change_match["after"])
            return Line("~", f"{place} › {field}", old_value, new_value)
        if rename_match := RENAMED.fullmatch(line):
            return self._rename_line(
                rename_match["sort"], rename_match["before"], rename_match["after"]
            )
        if whole_match is not None:
            place = self._place(whole_match["key"], whole_match["part"] or "")
            return Line(whole_match["sign"], place)
        return Line("", self._name(CHANGED), new_value=line)

    def _place(self, key: str, part: str) -> str:
        return " › ".join(filter(None, (self.localizer.say(definition_name(key)), part)))

    def _field(self, path: str) -> str:
        """Return the display name of a setting; `limits.used.warning` is "used, warning",
        without the table."""
        *outer_steps, setting = path.split(".")
        tables = [one for one in outer_steps if one not in SILENT]
        return " ".join((*tables, self._word(setting, SETTING_NAMES, ARGUMENT_NAMES)))

    def _toml(self, value: str) -> str:
        if value == NOTHING:
            return self.localizer.say(_("none"))
        return self._yes_or_no(value) or value

    def _yes_or_no(self, value: str) -> str:
        if value == "true":
            return self.localizer.say(pgettext("audit.value.yes", "yes"))
        return self.localizer.say(pgettext("audit.value.no", "no")) if value == "false" else ""

    def _name(self, name: str) -> str:
        return self._word(name, ARGUMENT_NAMES, SETTING_NAMES)

    def _type(self, type: str) -> str:
        return self._word(type, TYPE_NAMES, SETTING_NAMES, ARGUMENT_NAMES)

    def _word(self, name: str, *names: Mapping[str, Message]) -> str:
        """Return the first display name of `name` in `names`; a name without one stays as it
        is."""
        title = next((titles[name] for titles in names if name in titles), None)
        return self.localizer.say(title) if title else name

    def _value(self, name: str, value: object) -> str:
        if value is None or value in ("", [], (), {}):
            return self.localizer.say(_("none"))
        if isinstance(value, bool):
            return self._stored(value) if name == "kept" else self._yes_or_no(json.dumps(value))
        if isinstance(value, str):
            return self._known_value(name, value) or self._moment(value) or value
        if isinstance(value, Sequence) and all(isinstance(one, str | int) for one in value):
            return COMMA.say(self.localizer.language).join(map(str, value))
        return json.dumps(value, ensure_ascii=False)

    def _stored(self, is_stored: bool) -> str:
        return self.localizer.say(_("stored") if is_stored else _("not stored"))

    def _known_value(self, name: str, value: str) -> str:
        """Return a state, a level or a role in words; "" for all else."""
        if name == "role" and value in ROLE_NAMES:
            return self.localizer.say(ROLE_NAMES[value])
        title = WORDED.get(name, {}).get(value)
        return self.localizer.say(title) if title else ""

    def _moment(self, value: str) -> str:
        """Return an instant as a person reads it; "" for what is none."""
        if not re.match(r"\d{4}-\d\d-\d\dT\d\d:", value):
            return ""
        try:
            return self.localizer.moment(datetime.fromisoformat(value), self.now)
        except (ValueError, OverflowError, OSError):  # no moment in this zone, or on Windows
            return ""
