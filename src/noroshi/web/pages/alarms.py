"""All open alarms: who has each, how far it has come; acknowledging, silencing, commenting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from noroshi.core.model import Level
from noroshi.service import NotFound
from noroshi.web.doing import address, asked, attempt, may, typed
from noroshi.web.house import House
from noroshi.web.live import NEWEST, Live
from noroshi.web.seen import relay_of
from noroshi.web.tongue import TONGUES, Tongue
from noroshi.web.visit import Visit, page
from noroshi.web.words import TEXTS

Answer = Mapping[str, Any]
HERE = "/alarms"
MOST_SHOWN, MOST_PLACES, EVENTS = 200, 300, 300
DAY = timedelta(days=1)
PICK = "pick"
"""How the names of the boxes begin that choose alarms."""
DEEDS = {
    "acknowledge": "alarm_acknowledge",
    "back": "alarm_unacknowledge",
    "comment": "alarm_comment",
}
LENGTHS = ("1h", "2h", "4h", "8h", "1d")
TOMORROW, MOMENT = "tomorrow", "moment"


def routes(house: House, live: Live) -> list[Route]:
    """Their addresses."""

    async def alarms(visit: Visit) -> Response:
        if visit.request.method == "GET":
            return await _shown(visit, live, did=asked(visit, "did"))
        deed = visit.form.get("do", "")
        why, status = await _done(visit, deed)
        if why:
            return await _shown(visit, live, why=why, status=status)
        live.changed()
        back = visit.form.get("back", "")
        return visit.to(f"/monitor/{back}?said={deed}" if back else address(HERE, did=deed))

    async def changed(visit: Visit) -> Response:
        return visit.page("alarms_changed.html")

    return [
        Route(HERE, page(house, alarms), methods=["GET", "POST"]),
        Route(f"{HERE}/changed", page(house, changed), methods=["GET"]),
    ]


# what was sent


async def _done(visit: Visit, deed: str) -> tuple[tuple[str, ...], int]:
    """Why it was not done, if so."""
    if deed in DEEDS:
        return await _on_picked(visit, deed)
    if deed == "silence":
        done = await attempt(visit, "silence_add", **_silence(visit))
    elif deed == "end":
        done = await attempt(visit, "silence_end", silence=visit.form.get("silence", ""))
    else:
        raise NotFound(TEXTS["error.not_there"])
    return done.why, done.status


async def _on_picked(visit: Visit, deed: str) -> tuple[tuple[str, ...], int]:
    picked = [one for name, one in sorted(visit.form.items()) if name.startswith(PICK)]
    if not picked:
        return (visit.text("alarms.none_picked"),), 400
    words = visit.form.get("words", "")
    said = {"text": words} if deed == "comment" else {"comment": words}
    why, status = list[str](), 200
    for one in picked:
        path, _, item = one.partition(" ")
        done = await attempt(visit, DEEDS[deed], monitor=path, item=item, **said)
        why += [f"{path} {item}: {text}" for text in done.why]
        status = max(status, done.status)
    return tuple(why), status


def _silence(visit: Visit) -> Mapping[str, str]:
    given = {name: visit.form.get(name, "") for name in ("place", "reason")}
    length = visit.form.get("length", "")
    if length in LENGTHS:
        return {**given, "length": length}
    if length == TOMORROW:
        return {**given, "until": "tomorrow 08:00"}
    return {**given, "until": visit.form.get("until", "")}


# what is shown


async def _shown(
    visit: Visit, live: Live, did: str = "", why: tuple[str, ...] = (), status: int = 200
) -> Response:
    found = await visit.need("alarms")
    ledger = await visit.need("ledger", last=NEWEST)
    log = await visit.need("log", last=EVENTS)
    tongue, now, wanted = TONGUES[visit.language], found["at"], _wanted(visit)
    rows = [row for row in found["rows"] if _fits(row, wanted)]
    nobody = sum(row["acknowledged"] is None for row in found["rows"])
    picked = _picked(visit)
    seen = await live.now()
    return visit.page(
        "alarms.html",
        status,
        lamp=ledger["sum"],
        serial=seen.serial,
        found=found,
        count=len(found["rows"]),
        nobody=nobody,
        rows=[_row(one, ledger["rows"], now, tongue) for one in rows[:MOST_SHOWN]],
        more=max(0, len(rows) - MOST_SHOWN),
        recovered=list(_recovered(log["events"], now)),
        wanted=wanted,
        picked=picked,
        places=_places(seen.status["monitors"]),
        where=visit.form.get("place", "") or asked(visit, "place") or _place_of(picked),
        lengths=[(one, _length(visit, one)) for one in LENGTHS],
        form=typed(visit, "words", "length", "until", "reason"),
        at=lambda instant: tongue.moment(instant, now),
        exact=lambda instant: tongue.moment(instant, now, seconds=True),
        level=tongue.level,
        may=may(visit),
        did=did,
        why=why,
    )


def _wanted(visit: Visit) -> Mapping[str, str]:
    return {"show": asked(visit, "show"), "find": asked(visit, "find").strip()}


def _fits(row: Answer, wanted: Mapping[str, str]) -> bool:
    if wanted["show"] == "nobody" and row["acknowledged"]:
        return False
    holder = row["acknowledged"]["who"] if row["acknowledged"] else ""
    text = f"{row['path']} {row['title']} {row['item']} {holder}".lower()
    return all(part in text for part in wanted["find"].lower().split())


def _picked(visit: Visit) -> frozenset[str]:
    """Chosen by a link from elsewhere, or in a form that was not taken."""
    sent = {one for name, one in visit.form.items() if name.startswith(PICK)}
    return frozenset(sent | {asked(visit, "at", 2000)} - {""})


def _place_of(picked: frozenset[str]) -> str:
    """Where what was chosen is, if it is one place."""
    places = {one.partition(" ")[0] for one in picked}
    return places.pop() if len(places) == 1 else ""


def _row(row: Answer, ledger: Sequence[Answer], now: str, tongue: Tongue) -> Mapping[str, Any]:
    """An alarm with how far its newest mail has come."""
    names = row["path"].split("/", 2)
    its = next((one for one in ledger if _is_of(one, row)), None)
    posts = tuple(relay_of(its, now, tongue)) if its else ()
    last = [one for one in posts if one.state]
    return {
        **row,
        "key": f"{row['path']} {row['item']}",
        "name": " › ".join(filter(None, (names[0], row["title"] or names[2], row["item"]))),
        "posts": posts,
        "far": f"{last[-1].name} {last[-1].told}".strip() if last else "",
        "because": _because(row["told"]),
    }


def _is_of(one: Answer, row: Answer) -> bool:
    return bool(one["path"] == row["path"] and one["item"] == row["item"])


def _because(told: Sequence[Answer]) -> Answer | None:
    """Why nobody was told, if nobody was."""
    if any(one["at"] for one in told):
        return None
    return next((one["because"] for one in told if one["reason"]), None)


def _recovered(events: Sequence[Answer], now: str) -> Iterator[Mapping[str, Any]]:
    """What was bad and is well since less than a day, the newest first, each item once."""
    seen, since = set[tuple[str, str]](), datetime.fromisoformat(now) - DAY
    for one in events:
        key = (one["path"], one["item"])
        if key in seen or datetime.fromisoformat(one["at"]) < since:
            continue
        seen.add(key)
        if one["after"] == Level.OK.value and one["before"] != Level.OK.value:
            yield {**one, "name": _name(one)}


def _name(one: Answer) -> str:
    names = one["path"].split("/", 2)
    return " › ".join(filter(None, (names[0], names[-1], one["item"])))


def _places(monitors: Sequence[Answer]) -> Sequence[str]:
    """Instances and groups, to choose from."""
    steps = (one["path"].split("/") for one in monitors)
    found = dict.fromkeys("/".join(path[:n]) for path in steps for n in (1, 2))
    return list(found)[:MOST_PLACES]


def _length(visit: Visit, length: str) -> str:
    if length == "1h":
        return visit.text("silence.hour")
    if length == "1d":
        return visit.text("silence.day")
    return visit.text("silence.hours", n=length.removesuffix("h"))
