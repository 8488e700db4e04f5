"""Edit one definition: the version that the editor saw, the one in force, and the change
between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from noroshi.core.definitions.value_syntax import is_name
from noroshi.core.translation import _
from noroshi.definitions.rename import NAME_IN_USE, NO_NAME
from noroshi.definitions.stable_ids import TYPES_WITH_ID
from noroshi.operations.definition_answers import Applied, DefinitionsShown
from noroshi.service import NotFoundError
from noroshi.service.definitions.edit import EditOperations
from noroshi.web.errors import NO_SUCH_PAGE
from noroshi.web.forms.location import Content, Problems, Spot, stand_in
from noroshi.web.view.form_operations import (
    Outcome,
    number_in,
    reauthenticate_from_form,
    run,
    run_with_form,
)
from noroshi.web.view.page_context import Visit

LONGEST_NOTE = 200
PREVIEW, REMOVE = "preview", "remove"


@dataclass(kw_only=True)
class Edit:
    """Hold an edit. `base_document` is the document as the editor saw it, `now` the one in
    force; None: not there. `etag` and `version` are those of the base."""

    spot: Spot
    base_document: Content | None
    etag: str
    version: int
    definitions: DefinitionsShown
    outcome: Outcome[Applied] = field(default_factory=Outcome[Applied])
    name_problems: Problems = ()
    dry_run: Applied | None = None
    problem_spot: Spot | None = None
    """The spot whose place problems name, if the name was replaced for the check."""
    removed_content: Content | None = None
    """The last content of one that somebody else removed or renamed, whose editor knows that:
    saved all the same, it is made again."""
    related_documents: Callable[[str], Mapping[str, Content]] = lambda name: {}
    """The documents that are put into force with the edited one, by its name."""

    @property
    def now(self) -> Content | None:
        """Return the document in force."""
        document: Content | None = self.definitions.documents.get(self.spot.key)
        return document

    @property
    def base_content(self) -> Content:
        """Return the content that the editor saw."""
        return self.spot.content_in(self.base_document) or self.removed_content or {}

    @property
    def current(self) -> Content:
        """Return the content in force; of a removed one, the last."""
        content = self.spot.content_in(self.now)
        return self.base_content if content is None else content

    @property
    def is_gone(self) -> bool:
        """Return True if the edited part existed and is no longer in force under that name."""
        return not self.spot.new and self.spot.content_in(self.now) is None

    @property
    def is_stranded(self) -> bool:
        """Return True if the parent is gone as well, so that the part cannot be made again."""
        return self.is_gone and not self.spot.has_parent_in(self.now)

    @property
    def is_overtaken(self) -> bool:
        """Return True if somebody else changed it first."""
        return self.outcome.kind == "conflict" and bool(self.outcome.problems)

    @property
    def is_saved(self) -> bool:
        """Return True if it was saved."""
        return self.outcome.answer is not None and self.dry_run is None

    @property
    def problems(self) -> Problems:
        """Return all problems, by place in the form."""
        if self.is_overtaken:
            return ()
        return (
            *self.name_problems,
            *(self.problem_spot or self.spot).problems_within(self.outcome.problems),
        )

    def to_send(self) -> tuple[str, int]:
        """Return the etag and the version that the form carries: once the editor knows of
        another version, the next attempt is made against that one. For a removed definition it
        is the last version that had it, so that settings which the form does not show are
        restored too."""
        if not self.is_overtaken or self.is_stranded:
            return self.etag, self.version
        version = self.version if self.is_gone else self.definitions.version
        return self.definitions.etags.get(self.spot.key, ""), version


async def open_edit(visit: Visit, spot: Spot, *, may_lack: bool = False) -> Edit:
    """Open a definition as the editor saw it: on a GET the one in force, else the version that
    the form names. Raises NotFoundError if there is none, unless it `may_lack`."""
    definitions = await visit.call(EditOperations.read)
    etag = definitions.etags.get(spot.key, "")
    document = definitions.documents.get(spot.key)
    if spot.new and spot.is_whole:  # there may be one that is really called as the stand-in is
        etag, document = "", None
    edit = Edit(
        spot=spot,
        base_document=document,
        etag=etag,
        version=definitions.version,
        definitions=definitions,
    )
    if visit.request.method == "POST":
        await _restore_base(visit, edit)
    exists = edit.removed_content or any(
        spot.content_in(one) is not None for one in (edit.base_document, edit.now)
    )
    if not (exists or spot.new or may_lack):
        raise NotFoundError(NO_SUCH_PAGE)
    return edit


async def _restore_base(visit: Visit, edit: Edit) -> None:
    """Set the base to the version that the form's editor saw. Changes by others elsewhere in
    the same document are no conflict, so the base stays the one in force unless this part was
    changed."""
    base_version = version_number(visit.form.get("version", ""))
    if edit.spot.new:  # it stands beside whatever is there
        return
    if base_version == edit.version:
        edit.etag = visit.form.get("etag", "")
        return
    key, spot = edit.spot.key, edit.spot
    base_answer = await visit.call(EditOperations.read, keys=[key], version=base_version)
    base_document = base_answer.documents.get(key)
    if (
        spot.content_in(edit.now) is None
        and visit.form.get("etag") == edit.etag
        and spot.has_parent_in(edit.now)
    ):
        # Its editor was told of it, and means it.
        edit.removed_content = _without_moved_id(edit, spot.content_in(base_document))
        edit.version = base_version
        return
    is_removal = visit.form.get("do") == REMOVE
    if _edited_part(spot, spot.content_in(base_document), is_whole=is_removal) != _edited_part(
        spot, spot.content_in(edit.now), is_whole=is_removal
    ):
        edit.base_document, edit.version = base_document, base_version
        edit.etag = visit.form.get("etag", "")


def _without_moved_id(edit: Edit, removed: Content | None) -> Content | None:
    """Drop the id of a removed definition that lives on under another name: made again, it is
    another one."""
    if removed is None or edit.spot.type not in TYPES_WITH_ID:
        return removed
    contents = ((Spot(key), content) for key, content in edit.definitions.documents.items())
    ids = {
        content.get("id") or at.name for at, content in contents if at.type == edit.spot.type
    }
    return without_keys(removed, "id") if removed.get("id") in ids else removed


def _edited_part(spot: Spot, content: Content | None, *, is_whole: bool) -> Content | None:
    """Return the part that the form is about, without what stands below it, unless that goes
    with it."""
    if content is None or is_whole or spot.monitor or spot.type != "instances":
        return content
    return without_keys(content, "monitor" if spot.group else "group")


async def submit(
    visit: Visit, edit: Edit, content: Content | None, *, empty: bool = False
) -> Edit:
    """Make the change and return the edit with the outcome. `content` None: remove the part. A
    name that is not allowed is replaced for the check, so that all problems are reported at
    once."""
    refusal = await reauthenticate_from_form(visit)
    if refusal:
        edit.outcome = Outcome(None, (refusal,), 403, needs_password=True, kind="password")
        return edit
    if content is not None and (not edit.spot.is_whole or "name" in visit.form):
        content = with_typed_name(visit, edit, content)
    only_try = visit.form.get("do") == PREVIEW
    # The form has a field for the password, the one that removes it has none.
    change = run if content is None else run_with_form
    outcome = await change(
        visit,
        EditOperations.change,
        **_change(edit, content),
        note=visit.form.get("note", "")[:LONGEST_NOTE],
        dry=only_try or bool(edit.name_problems),
        empty=empty,
    )
    if edit.name_problems and outcome.answer is not None:
        outcome = Outcome(
            None,
            (visit.say(_("Not saved. Correct the marked fields first.")),),
            400,
            kind="invalid",
        )
    edit.outcome, edit.dry_run = outcome, outcome.answer if only_try else None
    if edit.is_saved and edit.spot.is_whole and edit.problem_spot:
        edit.spot = edit.problem_spot
    if edit.is_overtaken:
        edit.definitions = await visit.call(EditOperations.read)
    return edit


def with_typed_name(visit: Visit, edit: Edit, content: Content) -> Content:
    """Give the content the typed name, or a stand-in if that is not allowed; report a problem
    of the name at the field of the name."""
    spot, name = edit.spot, visit.form.get("name", "").strip()
    siblings = spot.siblings(edit.base_document, edit.definitions.documents)
    siblings -= set() if spot.new else {spot.name}
    fault = NO_NAME if not is_name(name) else NAME_IN_USE if name in siblings else None
    edit.name_problems = [] if fault is None else [("name", visit.say(fault))]
    edit.problem_spot = spot.with_name(stand_in(name, siblings))
    if spot.new:
        edit.spot = edit.problem_spot
    return content if spot.is_whole else {**content, "name": edit.problem_spot.name}


def _change(edit: Edit, content: Content | None) -> dict[str, Any]:
    spot, base_document = edit.spot, edit.base_document
    document = (
        spot.without_it(base_document or {})
        if content is None
        else spot.with_it(base_document, content)
    )
    related = edit.related_documents(spot.name)
    etags = {key: edit.definitions.etags.get(key, "") for key in related} | {
        spot.key: edit.etag
    }
    if document is None:
        return {"put": related, "remove": [spot.key], "etags": etags}
    typed_names = (
        {spot.key: edit.problem_spot.name} if spot.is_whole and edit.problem_spot else {}
    )
    new_names = {key: name for key, name in typed_names.items() if name != spot.name}
    return {"put": {**related, spot.key: document}, "etags": etags, "rename": new_names}


def version_number(text: str) -> int:
    """Return the number of a version. Raises NotFoundError if the text is none."""
    number = number_in(text)
    if number is None:
        raise NotFoundError(NO_SUCH_PAGE)
    return number


def without_keys(content: Content, *names: str) -> dict[str, Any]:
    """Return the content but for some settings."""
    return {key: one for key, one in content.items() if key not in names}
