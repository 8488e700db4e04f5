"""Operations on definitions."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from noroshi import ports, schema
from noroshi.core.words import Words
from noroshi.definitions import Plan, compile_plan, differences, give_ids, try_templates
from noroshi.ports import Document, Version
from noroshi.service.answers import Applied, Exported, Planned
from noroshi.service.desk import Desk
from noroshi.service.offer import ADMIN, Conflict, Invalid, Person, operation

BAD_DEFINITIONS = Words(
    en="The definitions cannot be used; nothing was changed.",
    ja="定義に誤りがあります。何も変更していません。",
)
NO_SUCH_BASE = Words(
    en="The current version is {number}, not {base}. See: noroshi plan DIR",
    ja="現在の版は {base} ではなく {number} です。noroshi plan で確かめてください。",
)
NOT_THIS_VERSION = Words(
    en="{who} applied version {number} meanwhile. See what differs now: noroshi plan",
    ja="先に {who} が版 {number} を取り込みました。noroshi plan で違いを確かめてください。",
)


class Defining(Desk):
    """Shown, tried, brought into force."""

    @operation(
        role=ADMIN,
        help=Words(
            en="What definitions would change.", ja="定義を取り込むと何が変わるかを調べます。"
        ),
    )
    async def plan(self, who: Person, documents: tuple[Document, ...]) -> Planned:
        """Differences and problems; nothing is kept."""
        current = await self._store.current()
        try:
            given = give_ids(documents, current.documents, self._new_id)
            await self._checked(given)
        except schema.Invalid as invalid:
            return Planned(base=current.number, differences=(), problems=invalid.problems)
        return Planned(
            base=current.number, differences=_differ(current.documents, given), problems=()
        )

    @operation(
        role=ADMIN,
        news=True,
        help=Words(en="Bring definitions into force.", ja="定義を有効にします。"),
    )
    async def apply(
        self,
        who: Person,
        documents: tuple[Document, ...],
        base: int | None = None,
        note: str = "",
    ) -> Applied:
        """All of them or, with one mistake, nothing. The same ones again make no version."""
        current = await self._store.current()
        if base is not None and base > current.number:
            raise Conflict(NO_SUCH_BASE.fill(number=current.number, base=base))
        if base is not None and base != current.number:
            raise _overtaken(current)
        try:
            given = give_ids(documents, current.documents, self._new_id)
            plan = await self._checked(given)
        except schema.Invalid as invalid:
            raise Invalid(BAD_DEFINITIONS, invalid.problems) from None
        changed = _differ(current.documents, given)
        if not changed:
            return Applied(version=current.number, differences=())
        version = Version(
            number=current.number + 1,
            documents=given,
            who=who.name,
            at=self._clocks.wall(),
            note=note,
        )
        try:
            number = await self._store.publish(version, list(plan.monitors), current.number)
        except ports.Conflict:
            raise _overtaken(await self._store.current()) from None
        return Applied(version=number, differences=changed)

    @operation(
        role=ADMIN, help=Words(en="The definitions in force.", ja="有効な定義を取り出します。")
    )
    async def export(self, who: Person) -> Exported:
        """The current version's documents."""
        current = await self._store.current()
        return Exported(current.number, current.documents)

    async def _checked(self, documents: tuple[Document, ...]) -> Plan:
        """The plan, its templates tried. Off the loop: 5,000 monitors take a while to read."""
        plan = await asyncio.to_thread(compile_plan, documents, self._plugins)
        if problems := await try_templates(plan, self._plugins):
            raise schema.Invalid(tuple(problems))
        return plan


def _differ(old: Sequence[Document], new: Sequence[Document]) -> tuple[Words, ...]:
    return tuple(difference.words for difference in differences(tuple(old), tuple(new)))


def _overtaken(current: Version) -> Conflict:
    return Conflict(NOT_THIS_VERSION.fill(who=current.who or "?", number=current.number))
