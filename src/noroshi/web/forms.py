"""Forms drawn from a JSON schema, and what was posted turned back into a content.

Nothing is judged here: what cannot be read as the number or list that it should be stays as it
was typed, so that the check of definitions tells all problems at once, each at its place. A
field that still says what it showed keeps what the definition said before, written or not.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from noroshi.core.words import Words, paired
from noroshi.definitions.toml import value as toml
from noroshi.web.words import TEXTS

Schema = Mapping[str, Any]
Form = Mapping[str, str]
Problems = Sequence[tuple[str, str]]
"""Where (a field's name, or a place inside of it) and what, in the reader's language."""
Say = Callable[[Words], str]
ABSENT = object()
YES, NO, OWN = "yes", "no", "own"
LONG = ("text", "html_template")
"""Settings of several lines, whatever they hold now."""
SPARE, LEAST = 1, 2
"""So many empty places a list in order has, and so many places at least."""
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NOT_ASKED = ("id", "options", "limits", "group", "monitor")
"""What no field stands for: made by Noroshi, or drawn by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One setting: of which sort, what holds unless it is given, what may be chosen. `names`:
    what is chosen are names that people gave, which are shown as they are."""

    name: str
    sort: str
    default: Any = None
    needed: bool = False
    nullable: bool = False
    whole: bool = False
    names: bool = False
    choices: tuple[str, ...] = ()
    help: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One that can be chosen; `name` is its box's, where several can."""

    value: str
    label: str
    name: str = ""
    chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field as it is drawn. `code` is the setting's name in a definition; `default` what
    holds if it is left empty; `now` what is in force if somebody else changed it meanwhile."""

    name: str
    code: str
    label: str
    help: str
    sort: str
    value: str = ""
    default: str = ""
    needed: bool = False
    nullable: bool = False
    choices: tuple[Choice, ...] = ()
    places: tuple[tuple[str, str], ...] = ()
    problems: tuple[str, ...] = ()
    now: str = ""

    @property
    def id(self) -> str:
        """For labels and descriptions to point at."""
        return "f-" + "".join(c if c.isascii() and c.isalnum() else "-" for c in self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """How fields are to be drawn: in whose language, with which names to choose from (by
    setting), what was typed instead of the values, and what is in force now."""

    say: Say
    known: Mapping[str, Sequence[str]] = field(default_factory=dict)
    kind: str = ""
    typed: Form | None = None
    now: Mapping[str, Any] | None = None
    defaults: Mapping[str, Any] = field(default_factory=dict)
    readonly: frozenset[str] = frozenset()


def fields_of(
    schema: Schema,
    values: Mapping[str, Any],
    problems: Problems = (),
    *,
    drawn: Drawn,
    prefix: str = "",
    leave_out: Iterable[str] = NOT_ASKED,
) -> list[Field]:
    """A field for each setting of the schema, in its order."""
    wanted = [one for one in shapes(schema, drawn.known) if one.name not in leave_out]
    return [_field(one, values, problems, drawn, prefix) for one in wanted]


def read(
    schema: Schema,
    form: Form,
    before: Mapping[str, Any] | None = None,
    *,
    known: Mapping[str, Sequence[str]] | None = None,
    prefix: str = "",
    leave_out: Iterable[str] = NOT_ASKED,
) -> dict[str, Any]:
    """The content that a posted form describes, on top of what it was before: what was left
    empty is left out, and what was not asked for stays."""
    content = dict(before or {})
    for shape in shapes(schema, known or {}):
        name = prefix + shape.name
        if shape.name in leave_out or not _is_there(name, form):
            continue
        if typed(shape, name, form) == _before(shape, name, content):
            continue
        found = _parsed(shape, name, form)
        if found is ABSENT:
            content.pop(shape.name, None)
        else:
            content[shape.name] = found
    return content


def merged(
    schema: Schema,
    form: Form,
    before: Mapping[str, Any],
    now: Mapping[str, Any],
    *,
    known: Mapping[str, Sequence[str]] | None = None,
    prefix: str = "",
    leave_out: Iterable[str] = NOT_ASKED,
) -> dict[str, str]:
    """What was typed over what its editor saw (`before`), on top of what is in force now."""
    found = dict[str, str]()
    for shape in shapes(schema, known or {}):
        name = prefix + shape.name
        if shape.name in leave_out:
            continue
        theirs = typed(shape, name, form)
        mine = _is_there(name, form) and theirs != _before(shape, name, before)
        found |= theirs if mine else _before(shape, name, now)
    return found


def _before(shape: Shape, name: str, content: Mapping[str, Any]) -> dict[str, str]:
    """What the form showed, as a browser gives it back untouched."""
    return typed(shape, name, written(shape, name, content.get(shape.name, ABSENT)))


def elsewhere(problems: Problems, names: Iterable[str]) -> list[str]:
    """What is wrong at no field, to be told above the form."""
    own = tuple(names)
    return [
        f"{where}: {what}" if where else what
        for where, what in problems
        if not any(_at(where, name) for name in own)
    ]


def shapes(schema: Schema, known: Mapping[str, Sequence[str]]) -> list[Shape]:
    """All settings of a schema, in its order."""
    needed = frozenset(schema.get("required", ()))
    shared, known = schema.get("$defs", {}), {"days": DAYS, **known}
    return [
        _shape(name, one, shared, known.get(name), needed=name in needed)
        for name, one in schema.get("properties", {}).items()
    ]


def _shape(
    name: str, said: Schema, shared: Schema, known: Sequence[str] | None, *, needed: bool
) -> Shape:
    arms = [_resolved(one, shared) for one in said.get("anyOf", (said,))]
    nullable = any(one.get("type") == "null" for one in arms)
    main = next(one for one in arms if one.get("type") != "null")
    sort, choices = _sort(name, main, shared, known)
    if sort == "boolean" and nullable:
        sort, choices = "choice", (YES, NO)
    return Shape(
        name=name,
        sort=sort,
        default=said.get("default"),
        needed=needed,
        nullable=nullable,
        whole=main.get("type") == "integer" or main.get("items", {}).get("type") == "integer",
        names=known is not None and name != "days",
        choices=choices,
        help=paired(said.get("description", "")),
    )


def _sort(
    name: str, main: Schema, shared: Schema, known: Sequence[str] | None
) -> tuple[str, tuple[str, ...]]:
    kind = main.get("type")
    if "enum" in main:
        return "choice", tuple(main["enum"])
    if kind == "array":
        inside = _resolved(main.get("items", {}), shared)
        names = inside.get("enum") or known
        if names is not None:
            return ("order" if name == "routes" else "choices"), tuple(names)
        return ("list" if inside.get("type") in SIMPLE else "lines"), ()
    if kind == "object":
        plain = _resolved(main.get("additionalProperties") or {}, shared)
        return ("map" if plain.get("type") == "string" else "lines"), ()
    if known is not None:
        return "choice", tuple(known)
    return {"boolean": "boolean", "integer": "number", "number": "number"}.get(
        str(kind), "long" if name in LONG else "text"
    ), ()


SIMPLE = ("string", "integer", "number")


def _resolved(one: Any, shared: Schema) -> Schema:
    if not isinstance(one, Mapping):
        return {}
    ref = one.get("$ref", "")
    found: Schema = shared.get(ref.rpartition("/")[2], {}) if ref else one
    return found


def _field(
    shape: Shape, values: Mapping[str, Any], problems: Problems, drawn: Drawn, prefix: str
) -> Field:
    name = prefix + shape.name
    before = written(shape, name, values.get(shape.name, ABSENT))
    form = before if drawn.typed is None else typed(shape, name, drawn.typed)
    default = drawn.defaults.get(shape.name, shape.default)
    return Field(
        name=name,
        code=shape.name,
        label=label(shape.name, drawn.kind, drawn.say),
        help=drawn.say(shape.help),
        sort="long" if shape.sort == "text" and "\n" in form.get(name, "") else shape.sort,
        value=form.get(name, ""),
        default=_short(default),
        needed=shape.needed,
        nullable=shape.nullable,
        choices=_choices(shape, name, form, drawn.say),
        places=_places(shape, name, form),
        problems=tuple(what for where, what in problems if _at(where, name)),
        now=_now(shape, name, before, drawn),
    )


def _now(shape: Shape, name: str, before: Form, drawn: Drawn) -> str:
    """What is in force at a setting that somebody else changed meanwhile."""
    if drawn.now is None:
        return ""
    now = drawn.now.get(shape.name, ABSENT)
    if written(shape, name, now) == before:
        return ""
    told = (shape.default or "") if now is ABSENT else now
    shown = told if isinstance(told, str) else toml(told)
    return shown or drawn.say(TEXTS["form.unset"])


def label(name: str, kind: str, say: Say) -> str:
    """What a setting is called where people read; its own name if nobody gave it one."""
    words = TEXTS.get(f"field.{kind}.{name}") or TEXTS.get(f"field.{name}")
    return say(words) if words else name


def choice(value: str, name: str, say: Say) -> str:
    """What something to choose for a setting is called."""
    words = TEXTS.get(f"choice.{name}.{value}") or TEXTS.get(f"choice.{value}")
    return say(words) if words else value


def _called(shape: Shape, one: str, say: Say) -> str:
    return one if shape.names else choice(one, shape.name, say)


def _choices(shape: Shape, name: str, form: Form, say: Say) -> tuple[Choice, ...]:
    if shape.sort == "choices":
        more = [k.removeprefix(f"{name}.") for k in form if k.startswith(f"{name}.")]
        return tuple(
            Choice(
                value=one,
                label=_called(shape, one, say),
                name=f"{name}.{one}",
                chosen=f"{name}.{one}" in form,
            )
            for one in dict.fromkeys((*shape.choices, *more))
        )
    if shape.sort not in ("choice", "order"):
        return ()
    there = form.get(name, "")
    more = [there] if shape.sort == "choice" and there else [v for v in form.values() if v]
    return tuple(
        Choice(value=one, label=_called(shape, one, say), chosen=one == there)
        for one in dict.fromkeys((*shape.choices, *more))
    )


def _places(shape: Shape, name: str, form: Form) -> tuple[tuple[str, str], ...]:
    """The places of a list in order, one more than are filled."""
    if shape.sort != "order":
        return ()
    filled = [value for value in form.values() if value]
    count = max(LEAST, min(len(filled) + SPARE, len(shape.choices)), len(filled))
    return tuple(
        (f"{name}.{n + 1}", filled[n] if n < len(filled) else "") for n in range(count)
    )


def written(shape: Shape, name: str, given: Any) -> dict[str, str]:
    """A value as the form has it. ABSENT: the default where something must be chosen, else
    nothing."""
    chosen = shape.default if given is ABSENT and shape.sort in CHOSEN else given
    if shape.sort == "choices":
        boxes = {f"{name}.{one}": YES for one in _several(chosen)}
        return {name: OWN, **boxes} if not shape.nullable or _is(chosen) else {name: ""}
    if shape.sort == "order":
        return {f"{name}.{n}": one for n, one in enumerate(_several(chosen), 1)}
    return {name: _text(shape, chosen)}


CHOSEN = ("boolean", "choice", "choices")


def _text(shape: Shape, given: Any) -> str:
    if not _is(given):
        return ""
    if isinstance(given, bool):
        return YES if given else NO
    if shape.sort == "map" and isinstance(given, Mapping):
        return "\n".join(f"{key}={one}" for key, one in given.items())
    if shape.sort == "lines":
        return "\n".join(map(toml, _several(given)))
    if shape.sort == "list":
        return "\n".join(map(_plain, _several(given)))
    return _plain(given)


def typed(shape: Shape, name: str, form: Form) -> dict[str, str]:
    """The same of what was posted."""
    if shape.sort == "choices":
        if shape.nullable and form.get(name, "") != OWN:
            return {name: ""}
        boxes = {
            key: YES for key, it in form.items() if key.startswith(f"{name}.") and it == YES
        }
        return {name: OWN, **boxes}
    if shape.sort == "order":
        there = [form[key] for key in _ordered(name, form) if form[key]]
        return {f"{name}.{n}": one for n, one in enumerate(there, 1)}
    text = form.get(name, "").replace("\r\n", "\n")
    return {name: text if shape.sort == "long" else text.strip()}


def _parsed(shape: Shape, name: str, form: Form) -> Any:
    there = typed(shape, name, form)
    if shape.sort == "choices":
        if shape.nullable and there[name] != OWN:
            return ABSENT
        found = [key.removeprefix(f"{name}.") for key in there if key != name]
        return ABSENT if found == _several(shape.default) and not shape.nullable else found
    if shape.sort == "order":
        return list(there.values()) or ABSENT
    text = there[name]
    if not text or (shape.sort == "choice" and text == shape.default):
        return ABSENT
    return _of_text(shape, text)


def _of_text(shape: Shape, text: str) -> Any:
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    match shape.sort:
        case "boolean":
            return ABSENT if (text == YES) == bool(shape.default) else text == YES
        case "choice" if shape.choices == (YES, NO):
            return text == YES
        case "number":
            return number(text)
        case "list":
            return [number(line) for line in lines] if shape.whole else lines
        case "lines":
            return [_of_toml(line) for line in lines]
        case "map":
            pairs = (line.partition("=") for line in lines)
            return {key.strip(): one.strip() for key, _, one in pairs}
    return text


def number(text: str) -> Any:
    """The number that a text is; else the text, which the check then refuses at its place."""
    for kind in (int, float):
        try:
            found = kind(text)
        except ValueError:
            continue
        return found if math.isfinite(found) else text
    return text


def _of_toml(line: str) -> Any:
    try:
        return tomllib.loads(f"x = {line.rstrip(',')}")["x"]
    except (ValueError, RecursionError, KeyError):
        return line


def _is_there(name: str, form: Form) -> bool:
    return name in form or any(key.startswith(f"{name}.") for key in form)


def _ordered(name: str, form: Form) -> list[str]:
    keys = [key for key in form if key.startswith(f"{name}.")]
    return sorted(keys, key=lambda key: (len(key), key))


def _several(given: Any) -> list[Any]:
    if not _is(given):
        return []
    return list(given) if isinstance(given, list | tuple) else [given]


def _is(given: Any) -> bool:
    return given is not ABSENT and given is not None


def _plain(given: Any) -> str:
    return given if isinstance(given, str) else toml(given)


def _short(default: Any) -> str:
    """A default in the place of what was left empty."""
    if not _is(default) or default == {}:
        return ""
    return " ".join(map(_plain, _several(default)))


def _at(where: str, name: str) -> bool:
    return where == name or where.startswith(f"{name}.")
