"""Receive definition files that somebody uploads: a separate process
(`definition_files_reader`) splits, unpacks and reads them, together with the fields of the
form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from noroshi.core.definitions.problems import Problem
from noroshi.core.roles import ADMIN
from noroshi.core.translation import bilingual
from noroshi.definitions.folder import Folder
from noroshi.ports import Document
from noroshi.service import ForbiddenError
from noroshi.service.definitions.apply import ApplyOperations
from noroshi.service.large_requests import sender
from noroshi.web.http.authentication import NOT_OURS
from noroshi.web.http.multipart import boundary_of
from noroshi.web.http.request_body import Body
from noroshi.web.http.request_form import LONGEST_IMPORT, read_form
from noroshi.web.view.page_context import Visit

READER = Path(__file__).with_name("definition_files_reader.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedDefinitions:
    """Hold the uploaded definitions, as far as they can be read, and packed for the form that
    shows the differences: "" if that is too much. `has_file`: the form had a file."""

    has_file: bool
    folder: Folder
    packed: str = ""


NOTHING = ImportedDefinitions(has_file=False, folder=Folder((), ()))


def imported_definitions(visit: Visit) -> ImportedDefinitions:
    """Return the definitions that were uploaded with this form."""
    definitions: ImportedDefinitions | None = visit.imported_definitions
    return definitions or NOTHING


async def read_import(visit: Visit) -> None:
    """Take the form that was sent. Only an administrator's files are looked at."""
    request, person = visit.request, visit.person
    boundary = boundary_of(request.headers.get("content-type", ""))
    if not boundary or person is None or ADMIN not in person.roles:
        visit.form, visit.files = await read_form(request, stranger=person is None)
        return
    known_keys: Sequence[str] = [
        one.key for one in (await visit.call(ApplyOperations.export)).documents
    ]
    head = {"boundary": boundary, "there": known_keys}
    body = Body(request, LONGEST_IMPORT)
    judges = visit.web.service.judges
    answer = await judges.read(READER, head, body.parts(), sender(person))
    if answer is None:  # what no browser sends
        raise ForbiddenError(NOT_OURS)
    visit.form = answer["fields"]
    visit.imported_definitions = ImportedDefinitions(
        has_file=answer["given"],
        folder=Folder(
            tuple(Document(**one) for one in answer["documents"]),
            tuple(
                Problem(one["where"], bilingual(**one["what"])) for one in answer["problems"]
            ),
        ),
        packed=answer["packed"],
    )
