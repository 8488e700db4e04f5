"""Operations of the first start: how far it has come, and an alarm that somebody gives back the
number of."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from noroshi import schema
from noroshi.actions.trial_alarm import trial_alarm
from noroshi.core.definitions.problems import Problem, suggestion
from noroshi.core.mail import Envelope, Lane
from noroshi.core.model import Contact
from noroshi.core.own_instance import OWN_INSTANCE
from noroshi.core.translation import _
from noroshi.definitions.compilation import Plan
from noroshi.operations import setup_operations
from noroshi.operations.setup_answers import AlarmSent, FirstLook
from noroshi.ports import NOTHING_QUEUED, Document
from noroshi.service.errors import ConflictError, InvalidArgumentError, NotFoundError
from noroshi.service.mail.compose import routes_of
from noroshi.service.operation import Person, note, offers
from noroshi.service.operation_context import OperationGroup
from noroshi.service.setup.proofs import confirm_arrival
from noroshi.service.sign_in.authorization import NO_ROUTE as NO_SUCH_ROUTE

FIRST, TEST = "first", "test"
"""The note of how far the first start has come; the middle of a test alarm's id."""
NO_CONTACT = _("There is no contact “{given}”{instead}. An alarm needs a recipient.")
NO_CONTACT_YET = _("There is no contact yet. An alarm needs a recipient.")
NO_ROUTE = _("There is no route yet, so nothing can be sent.")
NO_TEST = _("No test alarm has been sent yet, so there is no number to enter.")
WRONG_NUMBER = _(
    "This is not the number of the last test alarm. Use the newest message: each message has "
    "a different number."
)
TOO_OFTEN = _("Five wrong numbers. Send another test alarm and enter its number.")
MOST_WRONG, LEAST, MOST = 5, 1000, 9999


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstStart:
    """The note of the first start: the last test alarm, and who entered the number in it."""

    mail: str = ""
    contact: str = ""
    to: tuple[str, ...] = ()
    number: str = ""
    wrong: int = 0
    sent: datetime | None = None
    seen: datetime | None = None
    by: str = ""
    ended: bool = False


class FirstStepOperations(OperationGroup):
    """Lead from an empty node to a received alarm."""

    @offers(setup_operations.FIRST_LOOK)
    async def first_look(self, person: Person) -> FirstLook:
        """Return the progress of the first start, by definitions, sign-ins, and whether the
        number of an alarm was entered."""
        version, plan = await self._context.current()
        progress, instances = await self._first_start(), _instances(version.documents)
        routes = await self._context.routes(plan, NOTHING_QUEUED)
        ready = [one for one in routes if one.state == "well"]
        proven = [one for one in ready if one.accepted]
        first = next(iter((*proven, *ready, *routes)), None)
        return FirstLook(
            open=not (progress and (progress.seen or progress.ended))
            and (progress is not None or not instances),
            contact=next(iter(plan.contacts), ""),
            instance=next(iter(instances), ""),
            route=first.name if first else "",
            ready=bool(ready),
            accepted=bool(proven),
            mail=progress.mail if progress else "",
            to=progress.to if progress else (),
            sent=progress.sent if progress else None,
            seen=progress.seen if progress else None,
            by=progress.by if progress else "",
        )

    @offers(setup_operations.FIRST_END)
    async def first_end(self, person: Person) -> str:
        """End the first start: the pages no longer speak of it, though no number was
        entered."""
        await self._save_first_start(
            replace(await self._first_start() or FirstStart(), ended=True)
        )
        return FIRST

    @offers(setup_operations.TEST_ALARM)
    async def test_alarm(
        self, person: Person, contact: str = "", routes: tuple[str, ...] = ()
    ) -> AlarmSent:
        """Send a test alarm to that contact, else to the first one, through the queue as every
        alarm; the number in the mail proves that somebody received it."""
        _, plan = await self._context.current()
        recipient = _contact(plan, contact)
        route_names = routes_of(plan, recipient, routes)
        if not route_names:
            raise ConflictError(NO_ROUTE)
        if unknown := [one for one in route_names if one not in plan.routes]:
            near = suggestion(unknown[0], plan.routes)
            raise NotFoundError(NO_SUCH_ROUTE.fill(given=unknown[0], instead=near))
        number, now = str(LEAST + secrets.randbelow(MOST - LEAST + 1)), self._clocks.wall()
        id = f"{self._context.new_id()}/{TEST}/{recipient.id}"
        await self._store.post(
            Envelope(
                id=id,
                routes=route_names,
                contact=recipient.id,
                to=recipient.addresses,
                order=id,
                alarms=(id,),
                payload=trial_alarm(recipient, number, self._context.name, now),
                action="mail",
                born=now,
                lane=Lane.CRITICAL,
            )
        )
        first_start = await self._first_start() or FirstStart()
        await self._save_first_start(
            replace(
                first_start,
                mail=id,
                contact=recipient.id,
                to=recipient.addresses,
                number=number,
                wrong=0,
                sent=now,
            )
        )
        note(new_state={"mail": id, "to": recipient.addresses})
        return AlarmSent(id, recipient.id, recipient.addresses)

    @offers(setup_operations.TEST_ALARM_SEEN)
    async def test_alarm_seen(self, person: Person, number: str) -> FirstLook:
        """Take the number of the last one: who gave it back and when is kept, as proof that it
        arrived."""
        progress = await self._first_start()
        if progress is None or not progress.mail:
            raise ConflictError(NO_TEST)
        if progress.wrong >= MOST_WRONG:
            raise ConflictError(TOO_OFTEN)
        if not secrets.compare_digest(number.strip().encode(), progress.number.encode()):
            await self._save_first_start(replace(progress, wrong=progress.wrong + 1))
            raise InvalidArgumentError(WRONG_NUMBER, (Problem("number", WRONG_NUMBER),))
        if not _is_known(progress):
            progress = replace(progress, seen=self._clocks.wall(), by=person.name)
            await self._save_first_start(progress)
        if progress.seen is not None:
            await confirm_arrival(self._store, progress.mail, progress.by, progress.seen)
        note(new_state={"mail": progress.mail, "to": progress.to, "seen": progress.seen})
        return await self.first_look(person)

    async def _first_start(self) -> FirstStart | None:
        text = (await self._store.get_values()).get(FIRST)
        try:
            return None if text is None else schema.value(FirstStart, text)
        except schema.Unreadable:  # of a version to come
            return FirstStart(ended=True)

    async def _save_first_start(self, progress: FirstStart) -> None:
        await self._store.put_value(FIRST, schema.text(progress))


def _is_known(progress: FirstStart) -> bool:
    """Tell whether the number of the last mail, not of an earlier one, was given back
    before."""
    return (
        progress.seen is not None
        and progress.sent is not None
        and progress.seen > progress.sent
    )


def _instances(documents: Iterable[Document]) -> Collection[str]:
    names = [one.key.partition("/")[2] for one in documents if one.key.startswith("instances/")]
    return [name for name in names if name != OWN_INSTANCE]


def _contact(plan: Plan, name: str) -> Contact:
    contact = plan.contacts.get(name or next(iter(plan.contacts), ""))
    if contact is None and not name:
        raise NotFoundError(NO_CONTACT_YET)
    if contact is None:
        raise NotFoundError(
            NO_CONTACT.fill(given=name, instead=suggestion(name, plan.contacts))
        )
    return contact
