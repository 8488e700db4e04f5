"""Export definitions as a zip, and import a zip or files: show the differences first, then
bring them into force against the version that was shown. A separate process reads the upload;
packing takes seconds where there is much, so a thread does it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from starlette.responses import Response
from starlette.routing import Route

from noroshi.core.translation import _
from noroshi.definitions.archive import MOST_BYTES, MOST_PACKED, pack
from noroshi.definitions.document_content import TYPES, content
from noroshi.definitions.folder import Folder
from noroshi.operations.definition_answers import Applied, Exported, Planned
from noroshi.service import NotFoundError
from noroshi.service.definitions.apply import ApplyOperations
from noroshi.web.context import WebContext
from noroshi.web.errors import NO_SUCH_PAGE
from noroshi.web.forms.change_preview import preview
from noroshi.web.forms.definition_files import imported_definitions, read_import
from noroshi.web.pages.rename import named_here, type_and_title
from noroshi.web.view.difference import DifferenceText, sort_of
from noroshi.web.view.form_operations import (
    Outcome,
    address,
    number_in,
    permissions_of,
    query_value,
    run,
    run_reauthenticated,
)
from noroshi.web.view.page_context import Visit, page

SHOWN = 200
WHOLE = "whole"
"""The choice to remove all other definitions; otherwise they stay."""


def routes(web: WebContext) -> list[Route]:
    """Return the routes of the form and of the zip."""
    return [
        Route(
            "/settings/files", page(web, files, read_body=read_import), methods=["GET", "POST"]
        ),
        Route("/settings/files/definitions.zip", page(web, export), methods=["GET"]),
    ]


async def export(visit: Visit) -> Response:
    """Send all that is in force, as the files that `noroshi export` writes."""
    definitions = await visit.call(ApplyOperations.export)
    name = f"{visit.web.name}-version-{definitions.version}.zip"
    return Response(
        await asyncio.to_thread(pack, definitions.documents),
        media_type="application/zip",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


async def files(visit: Visit) -> Response:
    """Show the form, preview an upload, or bring it into force."""
    definitions = await visit.call(ApplyOperations.export)
    if visit.request.method == "GET":
        return await _page(visit, definitions)
    deed = visit.form.get("do", "")
    if deed not in ("look", "apply"):
        raise NotFoundError(NO_SUCH_PAGE)
    if deed == "look":
        return await _preview(visit, definitions)
    outcome = await _apply(visit, _with_others(visit, definitions))
    if outcome.answer is not None:
        return visit.redirect(address("/settings/files", did=str(outcome.ok.version)))
    return await _preview_page(visit, definitions, outcome)


async def _preview(visit: Visit, definitions: Exported) -> Response:
    if not imported_definitions(visit).has_file:
        return await _page(
            visit, definitions, reasons=(visit.say(_("No file was chosen.")),), status=400
        )
    return await _preview_page(visit, definitions, Outcome())


def _with_others(visit: Visit, definitions: Exported) -> Folder:
    """Return the uploaded definitions, with the others in force unless those are to be
    removed."""
    uploaded = imported_definitions(visit).folder
    if visit.form.get("how") == WHOLE:
        return uploaded
    names = {one.key for one in uploaded.documents}
    other_definitions = (one for one in definitions.documents if one.key not in names)
    return Folder((*other_definitions, *uploaded.documents), uploaded.problems)


async def _preview_page(
    visit: Visit, definitions: Exported, outcome: Outcome[Applied]
) -> Response:
    """Show all problems, or all differences. The upload travels on in the form, and whoever was
    overtaken sees the differences from now."""
    folder = _with_others(visit, definitions)
    faulty_keys = [one.where for one in folder.problems]
    dry_run = await run(
        visit, ApplyOperations.plan, documents=_as_json(folder), faulty=faulty_keys
    )
    difference_texts = await preview(visit, dry_run.answer)
    problems = [(one.where, visit.say(one.what)) for one in folder.problems]
    problems += dry_run.problems  # where there is so much that nothing was planned
    for one in dry_run.ok.problems if dry_run.answer else ():
        problems.append((one.where, visit.say(one.what)))
    packed = "" if problems else imported_definitions(visit).packed
    reasons = outcome.reasons or dry_run.reasons
    if not (packed or problems or reasons):
        reasons = (
            *reasons,
            visit.say(
                _(
                    "Even compressed, the files exceed the {most} MiB limit of a page. Import them in parts, "
                    "or use “noroshi apply” with a folder."
                ).fill(most=MOST_PACKED >> 20)
            ),
        )
    return await _page(
        visit,
        definitions,
        reasons=reasons,
        status=outcome.status if outcome.reasons else dry_run.status,
        plan=dry_run.answer,
        difference_texts=difference_texts,
        problems=sorted(problems),
        packed=packed,
        needs_password=outcome.needs_password,
    )


async def _apply(visit: Visit, folder: Folder) -> Outcome[Applied]:
    """Apply against the version that was in force when the differences were shown."""
    base = number_in(visit.form.get("base", ""))
    return await run_reauthenticated(
        visit,
        ApplyOperations.apply,
        documents=_as_json(folder),
        base=-1 if base is None else base,
        note=visit.form.get("note", ""),
        empty=visit.form.get("empty") == "yes",
    )


async def _page(
    visit: Visit,
    definitions: Exported,
    *,
    reasons: tuple[str, ...] = (),
    status: int = 200,
    plan: Planned | None = None,
    difference_texts: Sequence[DifferenceText] = (),
    problems: Sequence[tuple[str, str]] = (),
    packed: str = "",
    needs_password: bool = False,
) -> Response:
    applied_version = query_value(visit, "did")
    return await visit.show(
        "files.html",
        status,
        number=definitions.version,
        count=len(definitions.documents),
        names=_renamable(visit, definitions),
        types=[(one, sort_of(one)) for one in TYPES],
        plan=plan,
        differences=difference_texts,
        problems=problems[:SHOWN],
        problem_count=len(problems),
        limits={"packed": MOST_PACKED >> 20, "size": MOST_BYTES >> 20},
        packed=packed,
        needs_password=needs_password,
        why=reasons,
        form=visit.form,
        applied_version=applied_version if applied_version.isdecimal() else "",
        may=permissions_of(visit),
    )


def _renamable(visit: Visit, definitions: Exported) -> Sequence[tuple[str, str]]:
    """Return the definitions that are renamed on another page: key and title."""
    by_key = {one.key: one for one in definitions.documents}
    return [
        (key, type_and_title(visit, key, content(by_key[key]))) for key in named_here(by_key)
    ]


def _as_json(folder: Folder) -> Sequence[Mapping[str, str]]:
    return [{"key": one.key, "body": one.body} for one in folder.documents]
