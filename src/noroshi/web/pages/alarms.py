"""All open alarms: who has each, how far it has come; acknowledging, silencing, commenting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from noroshi.service import NotFound
from noroshi.web.alarmed import Wanted, fragments, view
from noroshi.web.doing import address, asked, attempt, may, typed
from noroshi.web.house import House
from noroshi.web.live import LATELY, Live
from noroshi.web.tongue import TONGUES
from noroshi.web.visit import Visit, page
from noroshi.web.words import TEXTS

Answer = Mapping[str, Any]
HERE = "/alarms"
MOST_PLACES = 300
NOBODY = "nobody"
"""Which of them: those that nobody has."""
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
        return await _moved(visit, live)

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
    seen = await live.now()  # first: what moves from here on is told by the stream
    found, log = await visit.need("alarms"), await visit.need("log", last=LATELY)
    tongue, wanted = TONGUES[visit.language], _wanted(visit)
    shown = view(seen.with_alarms(found, log), wanted, may(visit), tongue)
    return visit.page(
        "alarms.html",
        status,
        lamp=seen.ledger["sum"],
        serial=seen.serial,
        found=found,
        v=shown,
        parts=fragments(shown, tongue),
        changed=address(f"{HERE}/changed", show=wanted.show, find=wanted.find),
        places=_places(seen.status["monitors"]),
        where=visit.form.get("place", "") or asked(visit, "place") or _place_of(wanted.picked),
        lengths=[(one, _length(visit, one)) for one in LENGTHS],
        form=typed(visit, "words", "length", "until", "reason"),
        did=did,
        why=why,
    )


async def _moved(visit: Visit, live: Live) -> Response:
    """The same for a page that stays open. What many look at is asked and written once, so that
    the watch is not late just when an alarm comes."""
    seen, known = await live.alarms()
    wanted, allowed, tongue = _wanted(visit), may(visit), TONGUES[visit.language]

    def written() -> tuple[Mapping[str, Any], Mapping[str, str]]:
        shown = view(known, wanted, allowed, tongue)
        return shown, fragments(shown, tongue)

    alike = (visit.language, allowed["act"], wanted.show)
    own = wanted.find or wanted.picked
    if own:
        with live.counted():
            shown, parts = written()
    else:
        shown, parts = seen.once(alike, written)
    return visit.page("alarms_changed.html", v=shown, parts=parts)


def _wanted(visit: Visit) -> Wanted:
    show = asked(visit, "show")
    return Wanted(
        show=show if show == NOBODY else "",
        find=asked(visit, "find").strip(),
        picked=_picked(visit),
    )


def _picked(visit: Visit) -> frozenset[str]:
    """Chosen by a link from elsewhere, in a form that was not taken, or on a page that asks
    what moved meanwhile."""
    sent = (*visit.form.items(), *visit.request.query_params.items())
    picked = {one for name, one in sent if name.startswith(PICK)}
    return frozenset(picked | {asked(visit, "at", 2000)} - {""})


def _place_of(picked: frozenset[str]) -> str:
    """Where what was chosen is, if it is one place."""
    places = {one.partition(" ")[0] for one in picked}
    return places.pop() if len(places) == 1 else ""


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
