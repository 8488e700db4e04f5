"""Compile the notifications of a plan: who is told of what happens to an instance or to
Noroshi."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from noroshi.core.cadence import FixedTimes
from noroshi.core.definitions.kinds import Kind
from noroshi.core.definitions.monitors import DAYS_ALONE, fixed_times
from noroshi.core.definitions.problems import Place, Problem, file_of
from noroshi.core.definitions.rules import ACTION, CONTACT, NO_WAY, NOBODY, ROUTE, own_routes
from noroshi.core.definitions.schema import Definitions, NotificationDef
from noroshi.core.definitions.value_checks import all_known, one_of, title, zone
from noroshi.core.model import Contact
from noroshi.core.notices.notice import Happening, Notification
from noroshi.core.translation import _

INSTANCE = _("instance")
NO_EVENT = _("is empty, so nobody would be notified of anything")
EVENT_TWICE = _("contains “{given}” twice")
AT_MISSING = _('all-is-well requires “at”: the time of day of the report, such as "08:00"')
AT_ALONE = _("is only for all-is-well, which is not in events")


def notifications(
    definitions: Definitions,
    actions: Mapping[str, Kind],
    contacts: Mapping[str, Contact],
    problems: list[Problem],
) -> dict[str, Notification]:
    """Return all notifications by name, with the contacts that they name; those of the hub have no
    addresses here."""
    own_contacts = {
        name: contact
        for name, contact in contacts.items()
        if not definitions.contacts[name].of_hub
    }
    return {
        name: _notification(
            definition,
            definitions,
            actions,
            own_contacts,
            file_of("notifications", name, problems),
        )
        for name, definition in definitions.notifications.items()
    }


def _notification(
    definition: NotificationDef,
    definitions: Definitions,
    actions: Mapping[str, Kind],
    contacts: Mapping[str, Contact],
    place: Place,
) -> Notification:
    _check_events(definition.events, place.at("events"))
    one_of(definition.contacts, contacts, CONTACT, NOBODY, place.at("contacts"))
    one_of(definition.routes, own_routes(definitions), ROUTE, NO_WAY, place.at("routes"))
    all_known(definition.instances, definitions.instances, INSTANCE, place.at("instances"))
    if definition.action not in actions:
        place.at("action").no_such(ACTION, definition.action, actions)
    title(definition.title, place)
    return Notification(
        id=definition.name,
        title=definition.title,
        events=frozenset(map(Happening, definition.events)),
        contacts=tuple(contacts[name] for name in definition.contacts if name in contacts),
        routes=definition.routes,
        instances=frozenset(definition.instances),
        action=definition.action,
        report_times=_at(definition, place),
    )


def _check_events(events: Collection[str], place: Place) -> None:
    if not events:
        place.say(NO_EVENT)
    for event in {event for event in events if list(events).count(event) > 1}:
        place.say(EVENT_TWICE, given=event)


def _at(definition: NotificationDef, place: Place) -> FixedTimes | None:
    """Return when a report is told; only a notification of all-is-well has such times."""
    zone(definition.zone, place)
    if Happening.WELL.value not in definition.events:
        if definition.at:
            place.at("at").say(AT_ALONE)
        elif definition.days:
            place.at("days").say(AT_ALONE)
        return None
    if not definition.at:
        place.say(AT_MISSING)
        if definition.days:
            place.at("days").say(DAYS_ALONE)
        return None
    return fixed_times(definition, definition.zone, place)
