"""Find a definition that somebody else gave another name, or another place, while it was edited.
Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from noroshi.web.forms.location import Content, Problems, Spot
from noroshi.web.view.form_operations import address

PAGES: Mapping[str, str] = {
    "contacts": "/settings/contact",
    "rules": "/settings/rule",
    "notifications": "/settings/notification",
}
BY_MAIL = ("routes", "accounts", "networks")
PLACES = ("/settings/instance", "/settings/group", "/settings/monitor")


def find_moved(
    spot: Spot,
    base_document: Content | None,
    documents: Mapping[str, Content],
    problems: Problems,
) -> Spot | None:
    """Find the new spot of a part by the ids of the monitors in it; else as the refusal says.
    None if it is nowhere, or in several places."""
    base_places, now = _ids({spot.key: base_document or {}}), _ids(documents)
    own_ids = [id for id, place in base_places.items() if _is_in(place, spot)]
    spots = {_enclosing(spot, now[id]) for id in own_ids if id in now}
    if not own_ids and spot.is_whole:
        spots = {Spot(key) for key, _ in problems if key in documents}
    return spots.pop() if len(spots) == 1 and spot not in spots else None


def page_of(spot: Spot) -> str:
    """Return the address of the settings page of a spot."""
    if spot.type in BY_MAIL:
        return address("/mail/edit", key=spot.key)
    if spot.type in PAGES:
        return address(PAGES[spot.type], name=spot.name)
    query = {"in": spot.document if spot.group else "", "group": ""}
    if spot.monitor:
        query["group"] = spot.group
    return address(PLACES[bool(spot.group) + bool(spot.monitor)], **query, name=spot.name)


def _ids(documents: Mapping[str, Content]) -> Mapping[str, Spot]:
    return {str(one["id"]): place for place, one in _monitors(documents) if one.get("id")}


def _monitors(documents: Mapping[str, Content]) -> Iterator[tuple[Spot, Mapping[str, Any]]]:
    for key, content in documents.items():
        for group in content.get("group", ()) if key.startswith("instances/") else ():
            for one in group.get("monitor", ()):
                yield Spot(key, str(group.get("name")), str(one.get("name"))), one


def _is_in(place: Spot, spot: Spot) -> bool:
    return _enclosing(spot, place) == spot


def _enclosing(spot: Spot, place: Spot) -> Spot:
    """Return the instance, the group or the monitor at a monitor's place, at the level of
    `spot`."""
    return Spot(
        place.key, place.group if spot.group else "", place.monitor if spot.monitor else ""
    )
