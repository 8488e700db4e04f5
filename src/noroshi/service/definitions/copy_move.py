"""Operations that copy and move monitors and groups, and copy an instance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from noroshi import schema
from noroshi.core.definitions.problems import Problem
from noroshi.core.definitions.version_note import note_text
from noroshi.core.own_instance import OWN_INSTANCE
from noroshi.core.translation import Message, _
from noroshi.definitions.definition_tree import Path, copy_instance, copy_part, move_part, part
from noroshi.operations import definition_operations
from noroshi.operations.definition_answers import Applied
from noroshi.ports import Document, Version
from noroshi.service.definitions.apply import BAD_DEFINITIONS
from noroshi.service.definitions.enable_disable import PATH, EnableDisableOperations, no_part
from noroshi.service.errors import InvalidArgumentError
from noroshi.service.operation import Person, offers

COPIED = _("copy {source} to {target}")
MOVED = _("move {source} to {target}")
COPIED_AS = _("copy {source} as {target}")
Change = Callable[[tuple[Document, ...]], tuple[Document, ...]]
NOT_THERE = _(
    "specify the destination: for a monitor INSTANCE/GROUP or INSTANCE/GROUP/NAME, for a "
    "group INSTANCE or INSTANCE/NAME"
)
OWN_IS_MADE = _(
    "Noroshi creates this instance automatically; it cannot be copied, and nothing can be "
    "moved into it"
)


class CopyMoveOperations(EnableDisableOperations):
    """Copy and move parts of the tree. A copy has ids, state and history of its own; what is
    moved keeps them."""

    @offers(definition_operations.MONITOR_COPY)
    async def copy_monitor(
        self,
        person: Person,
        monitor: str,
        to: str,
        title: str = "",
        note: str = "",
        dry: bool = False,
    ) -> Applied:
        """Copy a monitor into a group, or a group into an instance; `to` may end in another
        name. The group is made if there is none. `dry`: only what it would change."""
        source, target = await self._source_and_target(monitor, to)
        version_note = note or _default_note(COPIED, source, target)

        def change(documents: tuple[Document, ...]) -> tuple[Document, ...]:
            return copy_part(documents, source, target, title)

        return await self._copy_or_move(
            person, source, change, version_note, "monitor_copy", dry=dry
        )

    @offers(definition_operations.MONITOR_MOVE)
    async def move_monitor(
        self, person: Person, monitor: str, to: str, note: str = "", dry: bool = False
    ) -> Applied:
        """Move a monitor, with the arguments of `monitor_copy`. It inherits from the new place;
        on another computer it begins anew."""
        source, target = await self._source_and_target(monitor, to)
        version_note = note or _default_note(MOVED, source, target)

        def change(documents: tuple[Document, ...]) -> tuple[Document, ...]:
            return move_part(documents, source, target)

        return await self._copy_or_move(
            person, source, change, version_note, "monitor_move", dry=dry
        )

    @offers(definition_operations.INSTANCE_COPY)
    async def copy_instance(
        self,
        person: Person,
        instance: str,
        name: str,
        title: str = "",
        address: str = "",
        stopped: bool = False,
        note: str = "",
        dry: bool = False,
    ) -> Applied:
        """Copy an instance with all groups and monitors, under another name. `stopped`: the
        copy is not monitored until somebody starts it."""
        source = await self._instance(instance)
        fields: dict[str, Any] = {"title": title, "address": address}
        new_fields = {key: value for key, value in fields.items() if value}
        # A copy of what is stopped is watched, too.
        new_fields["enabled"] = False if stopped else None

        def change(documents: tuple[Document, ...]) -> tuple[Document, ...]:
            return copy_instance(documents, instance, name, new_fields)

        version_note = note or _default_note(COPIED_AS, (instance,), (name,))
        return await self._copy_or_move(
            person, source, change, version_note, "instance_copy", dry=dry
        )

    async def _source_and_target(self, monitor: str, target_place: str) -> tuple[Path, Path]:
        """Return the path of the part and the path to put it at: under its present name where
        the target has none."""
        source = await self._group_or_monitor(monitor)
        target = tuple(target_place.split("/"))
        if len(target) == len(source) - 1:
            target = (*target, source[-1])
        if len(target) != len(source) or len(target) > PATH:
            raise InvalidArgumentError(BAD_DEFINITIONS, (Problem("to", NOT_THERE),))
        if target[0] == OWN_INSTANCE:
            raise InvalidArgumentError(BAD_DEFINITIONS, (Problem("to", OWN_IS_MADE),))
        return source, target

    async def _copy_or_move(
        self, person: Person, source: Path, change: Change, note: str, op: str, *, dry: bool
    ) -> Applied:
        async def make(current: Version) -> Applied:
            if part(current.documents, source) is None:
                raise no_part("/".join(source))
            result = await self._require_sound(
                _try_change(change, current), current, empty=False
            )
            if dry:
                return await self._dry_run(result, current)
            return await self._put_in_effect(person, result, current, note, op)

        return await self._on_newest(make)


def _default_note(words: Message, source: Path, target: Path) -> str:
    return note_text(words.fill(source="/".join(source), target="/".join(target)))


def _try_change(change: Change, current: Version) -> tuple[Document, ...]:
    try:
        return change(current.documents)
    except schema.Invalid as invalid:
        raise InvalidArgumentError(BAD_DEFINITIONS, invalid.problems) from None
