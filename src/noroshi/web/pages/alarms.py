"""Show all open alarms: the person who has each, and the progress of the mail; acknowledge,
silence, comment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from noroshi.core.translation import _, ngettext
from noroshi.operations.alarm_answers import AlarmRemarked, SilenceShown
from noroshi.operations.status_answers import with_titles_in
from noroshi.service import NotFoundError
from noroshi.service.alarms.acknowledgements import AlarmOperations
from noroshi.service.alarms.bulk import BulkAlarmOperations
from noroshi.service.alarms.silences import SilenceOperations
from noroshi.service.monitors.history import HistoryOperations
from noroshi.service.monitors.status import StatusOperations
from noroshi.web.api.endpoints import STATUS
from noroshi.web.context import WebContext
from noroshi.web.errors import NO_SUCH_PAGE
from noroshi.web.view.alarms import MOST_SHOWN, AlarmQuery, fragments, key_of, view
from noroshi.web.view.form_operations import (
    Outcome,
    address,
    number_in,
    permissions_of,
    query_value,
    refused_input,
    run,
)
from noroshi.web.view.language import LOCALIZERS
from noroshi.web.view.live_updates import LATELY, Live
from noroshi.web.view.page_context import Visit, page
from noroshi.web.view.search import labels_of, require_place

HERE = "/alarms"
MOST_PLACES = 300
NOBODY = "nobody"
"""The choice of those that nobody has."""
PICK = "pick"
"""The beginning of the names of the boxes that choose alarms."""
DEEDS = {"acknowledge": "acknowledged", "back": "taken back", "comment": "comment"}
"""The actions of a form, and the sort of remark that each is."""
TOO_LATE = ("conflict", "not found")
"""Refusals of an alarm that is not there any more, or that somebody else has."""
LENGTHS = ("1h", "2h", "4h", "8h", "1d")
TOMORROW, MOMENT = "tomorrow", "moment"


def routes(web: WebContext, live: Live) -> list[Route]:
    """Return the routes of the page and of the live part."""

    async def alarms(visit: Visit) -> Response:
        if visit.request.method == "GET":
            ended_count = query_value(visit, "over", 4)
            return await _page(
                visit,
                live,
                deed_done=query_value(visit, "did"),
                ended_count=number_in(ended_count) or 0,
            )
        deed = visit.form.get("do", "")
        result = await _perform(visit, deed)
        live.expire()  # also where something was refused: what was picked may be over
        if result.reasons or not result.done_count:
            return await _page(visit, live, result)
        monitor_path = visit.form.get("back", "")
        ended_count = str(result.ended_count or "")
        target = address(HERE, did=deed, over=ended_count)
        return visit.redirect(
            f"/monitor/{monitor_path}?said={deed}" if monitor_path else target
        )

    async def changed_parts(visit: Visit) -> Response:
        return await _changed_parts(visit, live)

    return [
        Route(HERE, page(web, alarms), methods=["GET", "POST"]),
        Route(f"{HERE}/changed", page(web, changed_parts), methods=["GET"]),
    ]


# what was sent


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmActionResult:
    """Hold the result of a form: how many alarms it was done for (`done_count`), how many had ended
    before (`ended_count`), the `reasons` why it was not done for others, and the alarms that are
    left to choose from (None: all that were chosen)."""

    done_count: int = 0
    ended_count: int = 0
    reasons: tuple[str, ...] = ()
    status: int = 200
    remaining_alarms: frozenset[str] | None = None
    wrong_fields: frozenset[str] = frozenset()
    """The fields of a silence that are wrong."""


async def _perform(visit: Visit, deed: str) -> AlarmActionResult:
    if deed in DEEDS:
        return await _remark_on_picked(visit, deed)
    if deed == "silence":
        outcome = await _add_silence(visit)
    elif deed == "end":
        silence = visit.form.get("silence", "")
        outcome = await run(visit, SilenceOperations.end, silence=silence)
    else:
        raise NotFoundError(NO_SUCH_PAGE)
    return AlarmActionResult(
        done_count=int(not outcome.reasons),
        reasons=outcome.reasons,
        status=outcome.status,
        wrong_fields=outcome.wrong_fields,
    )


async def _remark_on_picked(visit: Visit, deed: str) -> AlarmActionResult:
    names = (name for name in sorted(visit.form) if name.startswith(PICK))
    picked = list(dict.fromkeys(visit.form[name] for name in names))
    if not picked:
        return AlarmActionResult(
            reasons=(visit.say(_("Select at least one alarm in the list first.")),), status=400
        )
    if len(picked) > MOST_SHOWN:
        words = visit.say(
            ngettext(
                "{count} alarm is selected, but at most {most} can be handled at once. Nothing was "
                "changed. The first {most} remain selected.",
                "{count} alarms are selected, but at most {most} can be handled at once. Nothing was "
                "changed. The first {most} remain selected.",
            ).fill(count=len(picked), most=MOST_SHOWN)
        )
        return AlarmActionResult(reasons=(words,), status=400)
    places = [one.partition(" ") for one in picked]
    outcome = await run(
        visit,
        BulkAlarmOperations.remark,
        sort=DEEDS[deed],
        alarms=[{"monitor": path, "item": item} for path, _space, item in places],
        words=visit.form.get("words", ""),
    )
    if outcome.answer is None:
        return AlarmActionResult(reasons=outcome.reasons, status=outcome.status)
    outcomes = zip(picked, outcome.answer, strict=True)
    return await _result(visit, deed, {key: _outcome(visit, one) for key, one in outcomes})


def _outcome(visit: Visit, one: AlarmRemarked) -> Outcome[AlarmRemarked]:
    """Return the outcome of one of them, as if it had been asked for alone."""
    if not one.kind:
        return Outcome(one)
    return Outcome(None, (visit.say(one.refused),), STATUS[one.kind], kind=one.kind)


async def _result(
    visit: Visit, deed: str, outcomes: Mapping[str, Outcome[AlarmRemarked]]
) -> AlarmActionResult:
    """Sum up the outcomes. An alarm that ended meanwhile needs nobody any more: that is no
    failure."""
    refusals = {key: one for key, one in outcomes.items() if one.reasons}
    ended_keys = await _ended_among(visit, deed, refusals)
    not_done = {key: one for key, one in refusals.items() if key not in ended_keys}
    done_count = len(outcomes) - len(refusals)
    reasons = [f"{key}: {text}" for key, one in not_done.items() for text in one.reasons]
    if reasons and (done_count or ended_keys):
        reasons.insert(
            0,
            visit.say(
                ngettext(
                    "{count} alarm selected: {done} changed, {over} already ended. The others could not be "
                    "changed:",
                    "{count} alarms selected: {done} changed, {over} already ended. The others could not be "
                    "changed:",
                ).fill(count=len(outcomes), done=done_count, over=len(ended_keys))
            ),
        )
    status = max((one.status for one in refusals.values()), default=200)
    return AlarmActionResult(
        done_count=done_count,
        ended_count=len(ended_keys),
        reasons=tuple(reasons),
        status=status,
        remaining_alarms=frozenset(not_done),
    )


async def _ended_among(
    visit: Visit, deed: str, refusals: Mapping[str, Outcome[AlarmRemarked]]
) -> frozenset[str]:
    """Return the refused ones that are not open any more; a comment that was not saved is
    reported as such."""
    too_late = frozenset(key for key, one in refusals.items() if one.kind in TOO_LATE)
    if deed == "comment" or not too_late:
        return frozenset()
    alarms = await visit.call(AlarmOperations.list)
    return too_late - {key_of(row.path, row.item) for row in alarms.rows}


async def _add_silence(visit: Visit) -> Outcome[SilenceShown]:
    monitors = (await visit.call(StatusOperations.status)).monitors
    labels = labels_of([with_titles_in(one, visit.language) for one in monitors])
    place, refusal = require_place(visit, visit.form.get("place", ""), labels)
    if not place:
        return refusal
    return await run(visit, SilenceOperations.add, **_silence(visit, place))


def _silence(visit: Visit, place: str) -> Mapping[str, str]:
    silence = {"place": place, "reason": visit.form.get("reason", "")}
    length = visit.form.get("length", "")
    if length in LENGTHS:
        return {**silence, "length": length}
    if length == TOMORROW:
        return {**silence, "until": "tomorrow 08:00"}
    return {**silence, "until": visit.form.get("until", "")}


NO_RESULT = AlarmActionResult()


# what is shown


async def _page(
    visit: Visit,
    live: Live,
    result: AlarmActionResult = NO_RESULT,
    deed_done: str = "",
    ended_count: int = 0,
) -> Response:
    # First: what moves from here on is told by the stream.
    snapshot = (await live.now()).read_in(visit.language)
    alarms = await visit.call(AlarmOperations.list)
    log = await visit.call(HistoryOperations.log, last=LATELY)
    localizer, query = LOCALIZERS[visit.language], _query(visit, result.remaining_alarms)
    with live.count_time():
        open_alarms = snapshot.with_alarms(alarms, log)
        context = view(open_alarms, query, permissions_of(visit), localizer)
        parts = fragments(context, localizer)
    return visit.page(
        "alarms.html",
        result.status,
        ledger_sum=snapshot.ledger.sum,
        serial=snapshot.serial,
        alarms=alarms,
        v=context,
        parts=parts,
        changed_address=address(f"{HERE}/changed", show=query.show, find=query.find),
        places=list(labels_of(snapshot.status.monitors).items())[:MOST_PLACES],
        typed_place=visit.form.get("place", "")
        or query_value(visit, "place")
        or _place_of(query.selection),
        lengths=[(one, _length(visit, one)) for one in LENGTHS],
        form=refused_input(visit, "words", "length", "until", "reason"),
        deed_done=deed_done,
        ended_count=ended_count or (0 if result.reasons else result.ended_count),
        why=result.reasons,
        bad=result.wrong_fields,
    )


async def _changed_parts(visit: Visit, live: Live) -> Response:
    """Return the parts for a page that stays open. Parts that many look at are made once, so
    that monitoring is not late just when an alarm comes."""
    snapshot, open_alarms = await live.alarms()
    query, allowed, localizer = _query(visit), permissions_of(visit), LOCALIZERS[visit.language]

    open_alarms = replace(open_alarms, tree=snapshot.read_in(visit.language).tree)

    def render() -> tuple[Mapping[str, Any], Mapping[str, str]]:
        context = view(open_alarms, query, allowed, localizer)
        return context, fragments(context, localizer)

    cache_key = (visit.language, allowed["act"], query.show)
    is_own_view = query.find or query.selection
    if is_own_view:
        with live.count_time():
            context, parts = render()
    else:
        context, parts = snapshot.value_for(cache_key, render)
    return visit.page("alarms_changed.html", v=context, parts=parts)


def _query(visit: Visit, not_done: frozenset[str] | None = None) -> AlarmQuery:
    show = query_value(visit, "show")
    return AlarmQuery(
        show=show if show == NOBODY else "",
        find=query_value(visit, "find").strip(),
        selection=_picked(visit) if not_done is None else not_done,
    )


def _picked(visit: Visit) -> frozenset[str]:
    """Return the alarms chosen by a link, in a refused form, or on an open page that asks for
    changes."""
    sent_fields = (*visit.form.items(), *visit.request.query_params.items())
    picked = dict.fromkeys(one for name, one in sent_fields if name.startswith(PICK))
    return frozenset({*list(picked)[:MOST_SHOWN], query_value(visit, "at", 2000)} - {""})


def _place_of(picked: frozenset[str]) -> str:
    """Return the place of the chosen alarms, if it is one place."""
    places = {one.partition(" ")[0] for one in picked}
    return places.pop() if len(places) == 1 else ""


def _length(visit: Visit, length: str) -> str:
    if length == "1h":
        return visit.say(_("1 hour"))
    if length == "1d":
        return visit.say(_("1 day"))
    return visit.say(ngettext("{n} hour", "{n} hours", by="n").fill(n=length.removesuffix("h")))
