"""Operations on blueprints: which there are, and adding one's monitors to an instance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from noroshi import schema
from noroshi.core.definitions.problems import suggestion
from noroshi.core.definitions.version_note import note_text
from noroshi.core.translation import _
from noroshi.definitions.blueprints import Blueprint, add, blueprints
from noroshi.operations import definition_operations
from noroshi.operations.definition_answers import Applied
from noroshi.operations.kind_answers import BlueprintRow
from noroshi.service.definitions.apply import BAD_DEFINITIONS, ApplyOperations
from noroshi.service.errors import InvalidArgumentError, NotFoundError
from noroshi.service.operation import Person, offers

NO_BLUEPRINT = _("There is no blueprint “{given}”{instead}.")
NOTE = _("blueprint “{name}” for {instance}")


class BlueprintOperations(ApplyOperations):
    """List the blueprints, and add the monitors of one."""

    @offers(definition_operations.BLUEPRINTS)
    async def list(self, person: Person) -> tuple[BlueprintRow, ...]:
        """Return ours and those of the definitions."""
        current = await self._store.current()
        return tuple(_row(one) for one in blueprints(current.documents).values())

    @offers(definition_operations.BLUEPRINT_ADD)
    async def add(
        self,
        person: Person,
        blueprint: str,
        instance: str,
        values: Mapping[str, str] | None = None,
        address: str = "",
        zone: str = "",
        rules: tuple[str, ...] = (),
        base: int | None = None,
        dry: bool = False,
        language: str = "en",
    ) -> Applied:
        """Add them to that instance, as a new version, with titles in that language; address and zone are for an
        instance that is made by it, the rules also for what would have none. `dry`: only what it would change."""
        current = await self._store.current()
        available = blueprints(current.documents)
        if blueprint not in available:
            near = suggestion(blueprint, available)
            raise NotFoundError(NO_BLUEPRINT.fill(given=blueprint, instead=near))
        options: dict[str, Any] = {"address": address, "zone": zone, "rules": list(rules)}
        extras = {name: value for name, value in options.items() if value}
        try:
            extended = add(
                current.documents,
                available[blueprint],
                instance,
                values or {},
                extras,
                language,
            )
        except schema.Invalid as invalid:
            raise InvalidArgumentError(BAD_DEFINITIONS, invalid.problems) from None
        note = note_text(NOTE.fill(name=blueprint, instance=instance))
        if dry:
            return await self._dry_run(
                await self._require_sound(extended, current, empty=False), current
            )
        base_version = current.number if base is None else base
        return await self.apply(person, documents=extended, base=base_version, note=note)


def _row(one: Blueprint) -> BlueprintRow:
    return BlueprintRow(
        name=one.name,
        title=one.title,
        help=one.help,
        asks=one.inputs,
        monitors=tuple(
            f"{group.get('name')}/{monitor.get('name')} ({monitor.get('kind')})"
            for group in one.groups
            for monitor in group.get("monitor", ())
        ),
        groups=one.groups,
    )
