"""One thing being edited: what its editor saw, what is in force, and the change between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from noroshi.core.definitions.value_syntax import is_name
from noroshi.core.translation import _
from noroshi.definitions.stable_ids import TYPES_WITH_ID
from noroshi.service import NotFoundError
from noroshi.web.errors import NO_SUCH_PAGE
from noroshi.web.forms.location import Content, Problems, Spot, stand_in
from noroshi.web.view.form_operations import (
    Outcome,
    reauthenticate_from_form,
    run,
    run_with_form,
)
from noroshi.web.view.page_context import Visit

LONGEST_NUMBER, LONGEST_NOTE = 9, 200
TAKEN = _("this name is already in use")
NO_NAME = _(
    "is not a valid name: use a-z, 0-9, - and _, at most 64 characters, beginning with a "
    "letter or digit"
)
PREVIEW, REMOVE = "preview", "remove"


@dataclass(kw_only=True)
class Edit:
    """`seen` is the document as its editor saw it, `now` as it is in force; None: not there.
    `etag` and `version` are of what was seen."""

    spot: Spot
    seen: Content | None
    etag: str
    version: int
    shown: Mapping[str, Any]
    outcome: Outcome = field(default_factory=Outcome)
    own: Problems = ()
    tried: Mapping[str, Any] | None = None
    problem_spot: Spot | None = None
    """Under which name problems tell of it, if not under the one that it has."""
    lost: Content | None = None
    """What it was, of one that somebody else removed or renamed and whose editor was told so:
    saved all the same, it is made again."""
    beside: Callable[[str], Mapping[str, Content]] = lambda name: {}
    """What else is put into force with it, once its name is known."""

    @property
    def now(self) -> Content | None:
        """The document in force."""
        found: Content | None = self.shown["documents"].get(self.spot.key)
        return found

    @property
    def before(self) -> Content:
        """Return what its editor saw."""
        return self.spot.found(self.seen) or self.lost or {}

    @property
    def current(self) -> Content:
        """Return what is in force; of one that is gone, what it was."""
        found = self.spot.found(self.now)
        return self.before if found is None else found

    @property
    def gone(self) -> bool:
        """Return whether it was there, and nothing of its name is in force any more."""
        return not self.spot.new and self.spot.found(self.now) is None

    @property
    def stranded(self) -> bool:
        """Return whether even that is gone in which it stood, so that it cannot be made again."""
        return self.gone and not self.spot.fits(self.now)

    @property
    def overtaken(self) -> bool:
        """Return whether somebody else changed it meanwhile."""
        return self.outcome.kind == "conflict" and bool(self.outcome.problems)

    @property
    def done(self) -> bool:
        """Return whether it was saved."""
        return self.outcome.ok is not None and self.tried is None

    @property
    def problems(self) -> Problems:
        """All that is wrong, by its place in the form."""
        if self.overtaken:
            return ()
        return (*self.own, *(self.problem_spot or self.spot).within(self.outcome.problems))

    def to_send(self) -> tuple[str, int]:
        """Etag and version that the form carries: once its editor has been told of another
        version, the next try is made against that. Of one that is gone, the version in which
        it was, so that what the form does not show is made again with it."""
        if not self.overtaken or self.stranded:
            return self.etag, self.version
        version: int = self.version if self.gone else self.shown["version"]
        return self.shown["etags"].get(self.spot.key, ""), version


async def opened(visit: Visit, spot: Spot, *, may_lack: bool = False) -> Edit:
    """Open a definition as its editor saw it: after a GET what is in force, else the version
    that the form names. Raises NotFoundError if it is nowhere, unless it `may_lack`."""
    shown = await visit.call("definition_show")
    etag, seen = shown["etags"].get(spot.key, ""), shown["documents"].get(spot.key)
    if spot.new and spot.is_whole:  # there may be one that is really called as the stand-in is
        etag, seen = "", None
    edit = Edit(spot=spot, seen=seen, etag=etag, version=shown["version"], shown=shown)
    if visit.request.method == "POST":
        await _as_seen(visit, edit)
    there = edit.lost or any(spot.found(one) is not None for one in (edit.seen, edit.now))
    if not (there or spot.new or may_lack):
        raise NotFoundError(NO_SUCH_PAGE)
    return edit


async def _as_seen(visit: Visit, edit: Edit) -> None:
    """Return what the form's editor saw. If nothing of that was changed since, what others
    changed elsewhere in the same document is no conflict."""
    base = _number(visit.form.get("version", ""))
    if edit.spot.new:  # it stands beside whatever is there
        return
    if base == edit.version:
        edit.etag = visit.form.get("etag", "")
        return
    key, spot = edit.spot.key, edit.spot
    told = await visit.call("definition_show", keys=[key], version=base)
    seen = told["documents"].get(key)
    if (
        spot.found(edit.now) is None
        and visit.form.get("etag") == edit.etag
        and spot.fits(edit.now)
    ):
        edit.lost, edit.version = _left_of(edit, spot.found(seen)), base  # told of, and meant
        return
    whole = visit.form.get("do") == REMOVE
    if _own(spot, spot.found(seen), whole=whole) != _own(
        spot, spot.found(edit.now), whole=whole
    ):
        edit.seen, edit.etag, edit.version = seen, visit.form.get("etag", ""), base


def _left_of(edit: Edit, lost: Content | None) -> Content | None:
    """Return what it was, without the id that went on under another name: made again, it is
    another."""
    if lost is None or edit.spot.type not in TYPES_WITH_ID:
        return lost
    places = ((Spot(key), its) for key, its in edit.shown["documents"].items())
    taken = {its.get("id") or at.name for at, its in places if at.type == edit.spot.type}
    return without(lost, "id") if lost.get("id") in taken else lost


def _own(spot: Spot, content: Content | None, *, whole: bool) -> Content | None:
    """Return what its form is about: not what stands below it, unless that goes with it."""
    if content is None or whole or spot.monitor or spot.type != "instances":
        return content
    return without(content, "monitor" if spot.group else "group")


async def submitted(
    visit: Visit, edit: Edit, content: Content | None, *, empty: bool = False
) -> Edit:
    """The edit with what came of it. `content` None: it is removed. What has a name that it
    cannot have is checked under another one, so that all problems are told at once."""
    why = await reauthenticate_from_form(visit)
    if why:
        edit.outcome = Outcome(None, (why,), 403, needs_password=True, kind="password")
        return edit
    if content is not None and (not edit.spot.is_whole or "name" in visit.form):
        content = named(visit, edit, content)
    only_try = visit.form.get("do") == PREVIEW
    # The form has a field for the password, the one that removes it has none.
    change = run if content is None else run_with_form
    outcome = await change(
        visit,
        "definition_change",
        **_change(edit, content),
        note=visit.form.get("note", "")[:LONGEST_NOTE],
        dry=only_try or bool(edit.own),
        empty=empty,
    )
    if edit.own and outcome.ok is not None:
        outcome = Outcome(
            None,
            (visit.say(_("Not saved. Correct the marked fields first.")),),
            400,
            kind="invalid",
        )
    edit.outcome, edit.tried = outcome, outcome.ok if only_try else None
    if edit.done and edit.spot.is_whole and edit.problem_spot:
        edit.spot = edit.problem_spot
    if edit.overtaken:
        edit.shown = await visit.call("definition_show")
    return edit


def named(visit: Visit, edit: Edit, content: Content) -> Content:
    """It under the name that was typed, or under one that stands in for it; what is wrong with
    the name is told at its field."""
    spot, name = edit.spot, visit.form.get("name", "").strip()
    taken = spot.siblings(edit.seen, edit.shown["documents"])
    taken -= set() if spot.new else {spot.name}
    wrong = NO_NAME if not is_name(name) else TAKEN if name in taken else None
    edit.own = [] if wrong is None else [("name", visit.say(wrong))]
    edit.problem_spot = spot.named(stand_in(name, taken))
    if spot.new:
        edit.spot = edit.problem_spot
    return content if spot.is_whole else {**content, "name": edit.problem_spot.name}


def _change(edit: Edit, content: Content | None) -> dict[str, Any]:
    spot, seen = edit.spot, edit.seen
    made = spot.without_it(seen or {}) if content is None else spot.with_it(seen, content)
    beside = edit.beside(spot.name)
    etags = {key: edit.shown["etags"].get(key, "") for key in beside} | {spot.key: edit.etag}
    if made is None:
        return {"put": beside, "remove": [spot.key], "etags": etags}
    names = {spot.key: edit.problem_spot.name} if spot.is_whole and edit.problem_spot else {}
    told = {key: name for key, name in names.items() if name != spot.name}
    return {"put": {**beside, spot.key: made}, "etags": etags, "rename": told}


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER):
        raise NotFoundError(NO_SUCH_PAGE)
    return int(text)


def without(content: Content, *names: str) -> dict[str, Any]:
    """The content but for some settings."""
    return {key: one for key, one in content.items() if key not in names}
