"""Operations on earlier versions of the definitions: listed, compared, taken back."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from noroshi.agent.enrolment import configuration_in
from noroshi.agent.hub_documents import with_given_documents
from noroshi.core.definitions.problems import suggestion
from noroshi.core.definitions.version_note import note_text, note_words
from noroshi.core.instruction import InstructionKind, followed_by
from noroshi.core.translation import _
from noroshi.definitions.changes import FirstDifferences, first_differences
from noroshi.definitions.stable_ids import as_it_was
from noroshi.operations import definition_operations
from noroshi.operations.definition_answers import Applied, OneVersion, VersionRow
from noroshi.ports import Version
from noroshi.service.definitions.apply import ApplyOperations
from noroshi.service.errors import NotFoundError
from noroshi.service.operation import Person, offers

NO_VERSION = followed_by(
    _("There is no version {number}{instead}."), InstructionKind.SHOW_VERSIONS
)
BACK_TO = _("rollback to version {number}")
MOST_LISTED = 1000


class VersionOperations(ApplyOperations):
    """Earlier versions, and going back to one."""

    @offers(definition_operations.VERSIONS)
    async def list(self, person: Person, last: int = 20) -> tuple[VersionRow, ...]:
        """List the newest ones, newest first; the first is in force."""
        rows = await self._store.versions(max(1, min(last, MOST_LISTED)))
        return tuple(_row(version) for version in rows)

    @offers(definition_operations.VERSION_SHOW)
    async def show(self, person: Person, number: int) -> OneVersion:
        """Return the differences of a version from the one before it, and from the one in
        force."""
        version = await self._version(number)
        previous_version = await self._store.version(number - 1) or Version(number=0)
        current = await self._store.current()
        documents = as_it_was(version.documents, current.documents)
        changes = await _differ(previous_version, version)
        changes_back = await _differ(current, replace(version, documents=documents))
        return OneVersion(
            row=_row(version),
            changed=changes.words,
            back=changes_back.words,
            current=current.number,
            changed_values=changes.first,
            back_values=changes_back.first,
            more_changed=changes.more_count,
            more_back=changes_back.more_count,
        )

    @offers(definition_operations.TAKE_BACK)
    async def take_back(
        self, person: Person, number: int, base: int | None = None, note: str = ""
    ) -> Applied:
        """Bring a version into force again, as a new version: nothing of what came since is
        lost."""
        version, current = await self._version(number), await self._store.current()
        version_note = note or note_text(BACK_TO.fill(number=number))
        documents = as_it_was(version.documents, current.documents)
        given_keys = configuration_in(await self._store.get_values()).keys
        documents = with_given_documents(documents, current.documents, given_keys)
        return await self.apply(
            person, documents=documents, base=base, note=version_note, empty=True
        )

    async def _version(self, number: int) -> Version:
        version = await self._store.version(number)
        if version is None:
            numbers = [str(one.number) for one in await self._store.versions(MOST_LISTED)]
            near = suggestion(str(number), numbers)
            raise NotFoundError(NO_VERSION.fill(number=number, instead=near))
        return version


def _row(version: Version) -> VersionRow:
    note = note_words(version.note)
    return VersionRow(number=version.number, at=version.saved_at, who=version.author, note=note)


async def _differ(old: Version, new: Version) -> FirstDifferences:
    return await asyncio.to_thread(first_differences, old.documents, new.documents)
