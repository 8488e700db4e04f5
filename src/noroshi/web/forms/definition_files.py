"""Definition files that somebody uploads: a separate process (`definition_files_reader`) splits, unpacks
and reads them, together with the fields of the form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from noroshi.core.definitions.problems import Problem
from noroshi.core.people import ADMIN
from noroshi.core.translation import bilingual
from noroshi.definitions import Folder
from noroshi.ports import Document
from noroshi.service import ForbiddenError
from noroshi.service.large_requests import sender
from noroshi.web.http.authentication import NOT_OURS
from noroshi.web.http.multipart import boundary_of
from noroshi.web.http.request_body import Body
from noroshi.web.http.request_form import LONGEST_IMPORT, sent
from noroshi.web.view.page_context import Visit

READER = Path(__file__).with_name("definition_files_reader.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """The definitions that were handed in, as far as they can be read, and packed as the form with
    the differences carries them on: "" if that is too much. `given`: any file came at all."""

    given: bool
    folder: Folder
    packed: str = ""


NOTHING = Imported(given=False, folder=Folder((), ()))


def imported(visit: Visit) -> Imported:
    """Return what was handed in with this form."""
    found: Imported | None = visit.imported
    return found or NOTHING


async def hear(visit: Visit) -> None:
    """Take the form that was sent. Only an administrator's files are looked at."""
    request, person = visit.request, visit.person
    boundary = boundary_of(request.headers.get("content-type", ""))
    if not boundary or person is None or ADMIN not in person.roles:
        visit.form, visit.files = await sent(request, stranger=person is None)
        return
    there: Sequence[str] = [one["key"] for one in (await visit.call("export"))["documents"]]
    head = {"boundary": boundary, "there": there}
    body = Body(request, LONGEST_IMPORT)
    judges = visit.web.service.judges
    told = await judges.read(READER, head, body.parts(), sender(person))
    if told is None:  # what no browser sends
        raise ForbiddenError(NOT_OURS)
    visit.form = told["fields"]
    visit.imported = Imported(
        given=told["given"],
        folder=Folder(
            tuple(Document(**one) for one in told["documents"]),
            tuple(Problem(one["where"], bilingual(**one["what"])) for one in told["problems"]),
        ),
        packed=told["packed"],
    )
