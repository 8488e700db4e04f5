"""Compile the notifications of a plan: who is told of what happens to an instance or to
Noroshi."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from noroshi.core.cadence import At
from noroshi.core.definitions.kinds import Kind
from noroshi.core.definitions.monitors import DAYS_ALONE, fixed_times
from noroshi.core.definitions.problems import Place, Problem, file_of
from noroshi.core.definitions.rules import ACTION, CONTACT, NO_WAY, NOBODY, ROUTE
from noroshi.core.definitions.schema import Definitions, NotificationDef
from noroshi.core.definitions.value_checks import all_known, one_of, title, zone
from noroshi.core.model import Contact
from noroshi.core.notices.notice import Happening, Notification
from noroshi.core.translation import _

INSTANCE = _("instance")
NO_EVENT = _("has no event, so nobody would be notified of anything")
EVENT_TWICE = _("contains {given} twice")
AT_MISSING = _('all-is-well requires at: the time of day of the report, as in "08:00"')
AT_ALONE = _("is only for all-is-well, which is not in events")


def notifications(
    definitions: Definitions,
    actions: Mapping[str, Kind],
    contacts: Mapping[str, Contact],
    found: list[Problem],
) -> dict[str, Notification]:
    """Return all notifications by name, with the contacts that they name."""
    return {
        name: _notification(
            said, definitions, actions, contacts, file_of("notifications", name, found)
        )
        for name, said in definitions.notifications.items()
    }


def _notification(
    said: NotificationDef,
    definitions: Definitions,
    actions: Mapping[str, Kind],
    contacts: Mapping[str, Contact],
    place: Place,
) -> Notification:
    _check_events(said.events, place.at("events"))
    one_of(said.contacts, contacts, CONTACT, NOBODY, place.at("contacts"))
    one_of(said.routes, definitions.routes, ROUTE, NO_WAY, place.at("routes"))
    all_known(said.instances, definitions.instances, INSTANCE, place.at("instances"))
    if said.action not in actions:
        place.at("action").no_such(ACTION, said.action, actions)
    title(said.title, place)
    return Notification(
        id=said.name,
        title=said.title,
        events=frozenset(map(Happening, said.events)),
        contacts=tuple(contacts[name] for name in said.contacts if name in contacts),
        routes=said.routes,
        instances=frozenset(said.instances),
        action=said.action,
        at=_at(said, place),
    )


def _check_events(given: Collection[str], place: Place) -> None:
    if not given:
        place.say(NO_EVENT)
    for event in {event for event in given if list(given).count(event) > 1}:
        place.say(EVENT_TWICE, given=event)


def _at(said: NotificationDef, place: Place) -> At | None:
    """Return when a report is told; only a notification of all-is-well has such times."""
    zone(said.zone, place)
    if Happening.WELL.value not in said.events:
        if said.at:
            place.at("at").say(AT_ALONE)
        elif said.days:
            place.at("days").say(AT_ALONE)
        return None
    if not said.at:
        place.say(AT_MISSING)
        if said.days:
            place.at("days").say(DAYS_ALONE)
        return None
    return fixed_times(said, said.zone, place)
