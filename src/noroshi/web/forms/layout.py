"""Read, merge and draw the parts of a page's form: settings, options of a kind, limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from noroshi.web.forms import limits
from noroshi.web.forms.edit_session import Edit
from noroshi.web.forms.field_values import Form
from noroshi.web.forms.fields import Drawing, Field, fields_of, merged, read
from noroshi.web.forms.limits import Kind, LimitRow
from noroshi.web.forms.location import Content
from noroshi.web.forms.schema import Schema
from noroshi.web.view.page_context import Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Hold the settings of one schema; `table` is the table of the content that has them, by a
    dotted name if it lies in another one. `kind` is that by which its settings are called, if not
    the outline's."""

    schema: Schema
    table: str = ""
    leave_out: tuple[str, ...] = ()
    kind: str = ""

    @property
    def prefix(self) -> str:
        """Return the prefix of the names of the part's fields."""
        return f"{self.table}." if self.table else ""

    def own_part(self, content: Content) -> Content:
        """Return the content of this part alone."""
        for name in self.table.split(".") if self.table else ():
            inner = content.get(name) or {}
            content = inner if isinstance(inner, Mapping) else {}
        return content


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Hold the limits of one kind as they are drawn; `open`: some are set."""

    kind: Kind
    rows: Sequence[LimitRow]
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """Hold the parts of a form. `kinds` are those whose limits the form has; `by_kind`: each
    kind has its own table. `kind` is the kind whose options the form has; `start` are the
    settings of a new part; the rest as in `Drawn`."""

    parts: tuple[Part, ...]
    kinds: tuple[Kind, ...] = ()
    by_kind: bool = False
    kind: str = ""
    names_by_setting: Mapping[str, Sequence[str]] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    start: Mapping[str, Any] = field(default_factory=dict)

    def content(self, form: Form, base: Content) -> dict[str, Any]:
        """Put the posted settings on top of the old content."""
        content = {**self.start, **base}
        base = content
        for part in self.parts:
            settings = read(
                part.schema,
                form,
                part.own_part(base),
                names_by_setting=self.names_by_setting,
                prefix=part.prefix,
                leave_out=part.leave_out,
            )
            content = (
                _with_table_at(content, part.table.split("."), settings)
                if part.table
                else {**settings}
            )
        for kind, prefix in self._kinds_with_prefixes():
            names, kind_limits = limits.names_of(kind), self._limits_of(base, kind)
            kind_limits = limits.read(form, kind_limits, names, prefix=prefix)
            content = self._with_limits(content, kind, kind_limits)
        return content

    def merged_fields(self, form: Form, base: Content, now: Content) -> dict[str, str]:
        """Merge the typed changes against what was seen into the values in force now."""
        fields = dict[str, str]()
        for part in self.parts:
            fields |= merged(
                part.schema,
                form,
                part.own_part(base),
                part.own_part(now),
                names_by_setting=self.names_by_setting,
                prefix=part.prefix,
                leave_out=part.leave_out,
            )
        for kind, prefix in self._kinds_with_prefixes():
            base_limits = self._limits_of(base, kind)
            current_limits = self._limits_of(now, kind)
            fields |= limits.merged(
                form, base_limits, current_limits, limits.names_of(kind), prefix=prefix
            )
        return fields

    def fields(self, visit: Visit, edit: Edit) -> dict[str, Field]:
        """Return all fields but those of the limits, by name."""
        fields = dict[str, Field]()
        for part in self.parts:
            drawing = self._drawing_context(visit, edit, part.own_part(edit.current))
            if part.table:
                drawing = replace(drawing, defaults={}, kind=part.kind or self.kind)
            else:  # what a kind calls its own name or time-out is not what ours are called
                drawing = replace(drawing, defaults=self.defaults, kind=edit.spot.type)
            for one in fields_of(
                part.schema,
                part.own_part({**self.start, **edit.base_content}),
                edit.problems,
                drawing=drawing,
                prefix=part.prefix,
                leave_out=part.leave_out,
            ):
                fields[one.name] = one
        return fields

    def blocks(self, visit: Visit, edit: Edit) -> list[Block]:
        """Return the limits, by kind."""
        blocks = list[Block]()
        for kind, prefix in self._kinds_with_prefixes():
            drawing = self._drawing_context(visit, edit, self._limits_of(edit.current, kind))
            kind_limits = self._limits_of(edit.base_content, kind)
            rows = limits.rows_of(kind, kind_limits, edit.problems, drawing, prefix)
            is_filled = any(row.has_own_limits or row.problems or row.now for row in rows)
            blocks.append(Block(kind=kind, rows=rows, open=is_filled or not self.by_kind))
        return blocks

    def _drawing_context(self, visit: Visit, edit: Edit, now: Content) -> Drawing:
        typed_form: Form | None = None
        if visit.request.method == "POST":
            typed_form = visit.form
            if edit.is_overtaken:
                typed_form = self.merged_fields(visit.form, edit.base_content, edit.current)
        return Drawing(
            say=visit.say,
            names_by_setting=self.names_by_setting,
            titles=_titles(edit.definitions.documents),
            labels=self.labels,
            kind=self.kind,
            typed_form=typed_form,
            now=now if edit.is_overtaken else None,
        )

    def _kinds_with_prefixes(self) -> Iterator[tuple[Kind, str]]:
        for kind in self.kinds:
            yield kind, f"limits.{kind.name}." if self.by_kind else "limits."

    def _limits_of(self, content: Content, kind: Kind) -> limits.Limits:
        all_limits = content.get("limits") or {}
        kind_limits: limits.Limits = (
            all_limits.get(kind.name) or {} if self.by_kind else all_limits
        )
        return kind_limits

    def _with_limits(
        self, content: Content, kind: Kind, kind_limits: limits.Limits
    ) -> dict[str, Any]:
        if not self.by_kind:
            return _with_table(content, "limits", kind_limits)
        all_limits = _with_table(content.get("limits") or {}, kind.name, kind_limits)
        return _with_table(content, "limits", all_limits)


def _with_table_at(content: Content, names: Sequence[str], table: Content) -> dict[str, Any]:
    """Return the content with that table put where the names lead to."""
    name, *inner_names = names
    if inner_names:
        outer = content.get(name)
        outer = outer if isinstance(outer, Mapping) else {}
        table = _with_table_at(outer, inner_names, table)
    return _with_table(content, name, table)


def _with_table(content: Content, name: str, table: Content) -> dict[str, Any]:
    """Return the content with that table; an empty one that was not there before is left
    out."""
    new_content = dict(content)
    if table or name in content:
        new_content[name] = table
    if name in new_content and not new_content[name] and content.get(name):
        del new_content[name]  # it was emptied just now
    return new_content


def _titles(documents: Mapping[str, Content]) -> Mapping[str, str]:
    return {key: str(one["title"]) for key, one in documents.items() if one.get("title")}
