"""Draw forms from a JSON schema, and turn a posted form back into a content.

Nothing is judged here: text that is not the number or list it should be stays as typed, so that
the check of definitions reports all problems at once, each at its place. A field that was not
changed keeps what the definition had before, written or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from noroshi.core.translation import _
from noroshi.definitions.toml import value as toml
from noroshi.web.forms.field_values import (
    ABSENT,
    Form,
    as_list,
    from_fields,
    has_value,
    is_there,
    plain,
    posted_fields,
    rows_of,
    to_fields,
)
from noroshi.web.forms.location import at_setting
from noroshi.web.forms.schema import Schema, Shape, shapes
from noroshi.web.forms.table import (
    Cell,
    Choice,
    HelpNames,
    Say,
    cells_of,
    choice,
    columns_of,
    help_of,
    label,
)
from noroshi.web.view.difference import value_in_words
from noroshi.web.view.problem_text import problems_at
from noroshi.web.view.setting_names import CLOUD_NAMES
from noroshi.web.view.tree import STEP

Problems = Sequence[tuple[str, str]]
"""Problems as pairs: the place (a field's name, or a place inside the field) and the text."""
SPARE, LEAST, SPARE_ROWS = 1, 2, 2
"""The numbers of empty places in an ordered list, of the least places in one, and of empty rows
in a list of tables."""
EACH = ("list", "map", "lines")
"""The sorts of fields whose values are typed one to a line."""
NOT_ASKED = ("id", "options", "limits", "group", "monitor")
"""Settings that no field stands for: made by Noroshi, or drawn by themselves."""
NEVER_ASKED = ("of_hub", "hub_id")
"""Settings that Noroshi alone sets: no form asks for them, whatever else it leaves out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Hold one field as it is drawn. `code` is the setting's name in a definition; `default`
    holds if the field is left empty; `places` of an ordered list are name and value, `rows`
    name, chosen setting and text, `columns` label and help; `now` is the value in force if
    somebody else changed it. `unset` says what an empty list means where nothing can be
    inherited."""

    name: str
    code: str
    label: str
    help: str
    sort: str
    value: str = ""
    default: str = ""
    is_required: bool = False
    nullable: bool = False
    unset: str = ""
    choices: tuple[Choice, ...] = ()
    places: tuple[tuple[str, str], ...] = ()
    rows: tuple[tuple[str, str, str], ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    entries: tuple[tuple[Cell, ...], ...] = ()
    problems: tuple[str, ...] = ()
    now: str = ""

    @property
    def id(self) -> str:
        """Return the element's id, for labels and descriptions."""
        return "f-" + "".join(c if c.isascii() and c.isalnum() else "-" for c in self.name)

    @property
    def item_sort(self) -> str:
        """Return as what each of several is typed; addresses may stand as they were copied."""
        return self.sort if self.sort in EACH and self.code != "addresses" else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """Hold the context in which fields are drawn: the language, the names to choose from (by
    setting), the typed text in place of values, and the values in force now."""

    say: Say
    names_by_setting: Mapping[str, Sequence[str]] = field(default_factory=dict)
    kind: str = ""
    typed_form: Form | None = None
    now: Mapping[str, Any] | None = None
    defaults: Mapping[str, Any] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    """The titles of definitions, by key: they stand before the names to choose from."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Texts shown in place of a name to choose from, by SETTING/NAME."""


def fields_of(
    schema: Schema,
    values: Mapping[str, Any],
    problems: Problems = (),
    *,
    drawing: Drawing,
    prefix: str = "",
    leave_out: Iterable[str] = NOT_ASKED,
) -> list[Field]:
    """Return a field for each setting of the schema, in the order of the schema."""
    drawn_shapes = list(_asked_shapes(schema, drawing.names_by_setting, leave_out))
    names = {prefix + one.name for one in drawn_shapes}
    placed_problems = [(at_setting(place, text, names), text) for place, text in problems]
    return [_field(one, values, placed_problems, drawing, prefix) for one in drawn_shapes]


def read(
    schema: Schema,
    form: Form,
    base: Mapping[str, Any] | None = None,
    *,
    names_by_setting: Mapping[str, Sequence[str]] | None = None,
    prefix: str = "",
    leave_out: Iterable[str] = NOT_ASKED,
) -> dict[str, Any]:
    """Return the content that a posted form describes, on top of the one before: empty settings
    are left out, settings without a field stay."""
    content = dict(base or {})
    for shape in _asked_shapes(schema, names_by_setting or {}, leave_out):
        name = prefix + shape.name
        if not is_there(name, form):
            continue
        if posted_fields(shape, name, form) == _shown_fields(shape, name, content):
            continue
        value = from_fields(shape, name, form)
        if value is ABSENT:
            content.pop(shape.name, None)
        else:
            content[shape.name] = value
    return content


def merged(
    schema: Schema,
    form: Form,
    base: Mapping[str, Any],
    now: Mapping[str, Any],
    *,
    names_by_setting: Mapping[str, Sequence[str]] | None = None,
    prefix: str = "",
    leave_out: Iterable[str] = NOT_ASKED,
) -> dict[str, str]:
    """Merge the typed changes against `base`, which the editor saw, into the values in force
    `now`."""
    fields = dict[str, str]()
    for shape in _asked_shapes(schema, names_by_setting or {}, leave_out):
        name = prefix + shape.name
        posted_texts = posted_fields(shape, name, form)
        is_changed = is_there(name, form) and posted_texts != _shown_fields(shape, name, base)
        fields |= posted_texts if is_changed else _shown_fields(shape, name, now)
    return fields


def _asked_shapes(
    schema: Schema, names_by_setting: Mapping[str, Sequence[str]], leave_out: Iterable[str]
) -> Iterator[Shape]:
    """Yield the settings for which a form has a field, in the order of the schema."""
    hidden_names = {*NEVER_ASKED, *leave_out}
    for shape in shapes(schema, names_by_setting):
        if shape.name not in hidden_names:
            yield shape


def _shown_fields(shape: Shape, name: str, content: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields that the form showed, as a browser posts them back untouched."""
    return posted_fields(shape, name, to_fields(shape, name, content.get(shape.name, ABSENT)))


def problems_elsewhere(problems: Problems, names: Iterable[str], language: str) -> list[str]:
    """Return the problems without a field, to be shown above the form."""
    field_names = tuple(names)
    return [
        problems_at(place, text, language)
        for place, text in problems
        if not any(_is_at(at_setting(place, text, field_names), name) for name in field_names)
    ]


def _field(
    shape: Shape, values: Mapping[str, Any], problems: Problems, drawing: Drawing, prefix: str
) -> Field:
    name = prefix + shape.name
    base_form = to_fields(shape, name, values.get(shape.name, ABSENT))
    form = (
        base_form
        if drawing.typed_form is None
        else posted_fields(shape, name, drawing.typed_form)
    )
    default = drawing.defaults.get(shape.name, shape.default)
    help_names = HelpNames(kind=drawing.kind, setting=shape.name, choices=shape.choices)
    return Field(
        name=name,
        code=shape.name,
        label=label(shape.name, drawing.kind, drawing.say, shape.label),
        help=help_of(shape.help, help_names, drawing.say),
        sort="long" if shape.sort == "text" and "\n" in form.get(name, "") else shape.sort,
        value=form.get(name, ""),
        default=_default_text(default),
        is_required=shape.is_required,
        nullable=shape.nullable or (shape.names and shape.default == ""),
        choices=_choices(shape, name, form, drawing),
        places=_places(shape, name, form),
        rows=_rows(shape, name, form),
        columns=columns_of(shape, drawing.say),
        entries=cells_of(shape, name, form, drawing.say),
        problems=tuple(
            _located(shape, place.removeprefix(name), text, drawing.say)
            for place, text in problems
            if _is_at(place, name)
        ),
        now=_current_text(shape, name, base_form, drawing),
    )


def _current_text(shape: Shape, name: str, base_form: Form, drawing: Drawing) -> str:
    """Return the value in force of a setting that somebody else changed."""
    if drawing.now is None:
        return ""
    now = drawing.now.get(shape.name, ABSENT)
    if to_fields(shape, name, now) == base_form:
        return ""
    current = (shape.default or "") if now is ABSENT else now
    if not has_value(current) or current in ("", []):
        return drawing.say(_("—"))
    words = value_in_words(current, shape.name)
    return drawing.say(words) if words else toml(current)


def _choice_label(shape: Shape, one: str, drawing: Drawing) -> str:
    """Return the label of a choice; for a definition the title comes before the name."""
    if not shape.names:
        return choice(one, shape.name, drawing.say)
    if name_label := drawing.labels.get(f"{shape.name}/{one}"):
        return name_label
    if title := drawing.titles.get(f"{shape.name}/{one}"):
        return f"{title} ({one})"
    built_in = CLOUD_NAMES.get(one) if shape.name == "cloud" else None
    return drawing.say(built_in) if built_in else one


def _choices(shape: Shape, name: str, form: Form, drawing: Drawing) -> tuple[Choice, ...]:
    if shape.sort == "choices":
        extra = [k.removeprefix(f"{name}.") for k in form if k.startswith(f"{name}.")]
        return tuple(
            Choice(
                value=one,
                label=_choice_label(shape, one, drawing),
                name=f"{name}.{one}",
                is_chosen=f"{name}.{one}" in form,
            )
            for one in dict.fromkeys((*shape.choices, *extra))
        )
    if shape.sort == "rows":
        return tuple(
            Choice(value=v, label=_choice_label(shape, v, drawing)) for v in shape.choices
        )
    if shape.sort not in ("choice", "order"):
        return ()
    current = form.get(name, "")
    extra = [current] if shape.sort == "choice" and current else [v for v in form.values() if v]
    return tuple(
        Choice(value=one, label=_choice_label(shape, one, drawing), is_chosen=one == current)
        for one in dict.fromkeys((*shape.choices, *extra))
    )


def _places(shape: Shape, name: str, form: Form) -> tuple[tuple[str, str], ...]:
    """Return the places of a list in order, one more than are filled."""
    if shape.sort != "order":
        return ()
    filled_values = [value for value in form.values() if value]
    count = max(LEAST, min(len(filled_values) + SPARE, len(shape.choices)), len(filled_values))
    return tuple(
        (f"{name}.{n + 1}", filled_values[n] if n < len(filled_values) else "")
        for n in range(count)
    )


def _rows(shape: Shape, name: str, form: Form) -> tuple[tuple[str, str, str], ...]:
    """Return the rows of a list of tables, some more than are filled."""
    if shape.sort != "rows":
        return ()
    filled_rows = rows_of(name, form)
    empty = [(shape.choices[0], "")] * SPARE_ROWS
    return tuple((f"{name}.{n}", *row) for n, row in enumerate([*filled_rows, *empty], 1))


def _located(shape: Shape, inner_path: str, text: str, say: Say) -> str:
    """Say of what is wrong inside of a field of several rows in which, and in which column."""
    if not inner_path or shape.sort not in ("rows", "table", "lines", "map"):
        return text
    row, *columns = inner_path.lstrip(".").split(".")
    own_labels = {column.name: column.label for column in shape.columns}
    labels = (label(one, shape.name, say, own_labels.get(one)) for one in columns)
    return f"{STEP.join((row, *labels))}: {text}"


def _default_text(default: Any) -> str:
    """Return the default as the text of an empty field."""
    if not has_value(default) or default == {}:
        return ""
    return " ".join(map(plain, as_list(default)))


def _is_at(place: str, name: str) -> bool:
    return place == name or place.startswith(f"{name}.")
