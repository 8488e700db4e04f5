"""The first start, step by step: who is told, what is watched here, an alarm that is given back.
Each step is kept once it is done, so it can be left at any time. The way out is in first_mail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import available_timezones

from starlette.responses import Response
from starlette.routing import Route

from noroshi.core.delivery_state import SENT, DeliveryState
from noroshi.core.people import ADMIN
from noroshi.core.translation import Message, _, pgettext
from noroshi.service import ForbiddenError, NotFoundError
from noroshi.web.context import WebContext
from noroshi.web.forms.conflict import MergedForm, merged_form, refusal_lines
from noroshi.web.forms.normalize import addresses, figures
from noroshi.web.view.first_problems import StepProblems, problems_at_fields
from noroshi.web.view.form_operations import Outcome, clock, run
from noroshi.web.view.mail import attempts, names, relay
from noroshi.web.view.page_context import (
    A_YEAR,
    LANGUAGE,
    LANGUAGES,
    Visit,
    page,
    unwrap as answered,
)

STEPS: Mapping[str, Message] = {
    "administrator": _("Administrator"),
    "person": pgettext("first.person.step", "Contact"),
    "machine": _("This machine"),
    "mail": pgettext("first.mail.step", "Delivery route"),
    "alarm": _("Receive an alarm"),
}
WAYS = {"person": "contact", "machine": "instance", "mail": "ready"}
"""The field of the operation's answer that is set once the step after it can be begun."""
CONTACT = "ops"
BROKEN = (
    DeliveryState.SET_ASIDE,
    DeliveryState.HELD,
    DeliveryState.DROPPED,
    DeliveryState.CAME_BACK,
)


def routes(web: WebContext) -> list[Route]:
    """Their addresses."""
    methods = ["GET", "POST"]
    return [
        Route("/first", page(web, first), methods=methods),
        Route("/first/person", page(web, person), methods=methods),
        Route("/first/machine", page(web, machine), methods=methods),
        Route("/first/alarm", page(web, alarm), methods=methods),
        Route("/first/alarm/way", page(web, way), methods=["GET"]),
    ]


async def first(visit: Visit) -> Response:
    """To the first step that is not done; by its form the first start is put away."""
    if visit.request.method == "POST":
        await visit.call("first_end")
        return visit.to("/")
    progress = await looked(visit)
    return visit.to(next_of(progress) if progress["open"] else "/")


def next_of(progress: Mapping[str, Any]) -> str:
    """The address of the first step that is not done."""
    return f"/first/{next((step for step, it in WAYS.items() if not progress[it]), 'alarm')}"


async def looked(visit: Visit) -> Mapping[str, Any]:
    """Return how far it has come. Raises ForbiddenError for who could do none of it."""
    if visit.person is None or ADMIN not in visit.person.roles:
        raise ForbiddenError(_("Initial setup requires the administrator role."))
    found: Mapping[str, Any] = await visit.call("first_look")
    return found


async def shown(
    visit: Visit,
    step: str,
    template: str,
    progress: Mapping[str, Any],
    status: int,
    **values: Any,
) -> Response:
    """A step's page, below how far all of it has come."""
    done = {name: bool(progress[it]) for name, it in WAYS.items()}
    # A way out is no more than hoped for until a mail was taken by it.
    proved = {"mail": progress["accepted"], "alarm": bool(progress["seen"])}
    done |= {"administrator": True} | proved
    return await visit.show(
        template, status, steps=STEPS, step=step, done=done, look=progress, **values
    )


async def person(visit: Visit) -> Response:
    """Show and save who is told, in which language and by which clock; the pages speak it from
    then on."""
    progress = await looked(visit)
    key = f"contacts/{progress['contact'] or CONTACT}"
    there = await visit.call("definition_show", keys=[key])
    before = there["documents"].get(key, {})
    if visit.request.method == "GET":
        zone = before.get("zone") or (await visit.call("suggest"))["zone"]
        form = {**_texts(before), "language": before.get("language", visit.language)}
        fresh = MergedForm(form={**form, "zone": zone}, base_version=there["version"])
        return await _person(visit, progress, fresh, there["etags"][key], Outcome())
    etag = visit.form.get("etag", "")
    form = {name: visit.form.get(name, "").strip() for name in FIELDS}
    made = {**before, **{name: form[name] for name in ("title", "language", "zone")}}
    made["addresses"] = list(addresses(form["addresses"]))
    # Who has just begun writes what nobody else wrote meanwhile.
    done = await run(
        visit,
        "definition_change",
        put={key: {name: value for name, value in made.items() if value != ""}},
        etags={key: etag},
    )
    if done.why:
        again = await merged_form(
            visit, form, lambda it: _texts(it.get(key, {})), done, keys=[key]
        )
        etag = there["etags"][key] if again.overtaken else etag
        return await _person(
            visit, progress, again, etag, replace(done, why=await refusal_lines(visit, done))
        )
    answer = visit.to("/first/machine")
    if form["language"] in LANGUAGES:
        secure = visit.web.secure
        answer.set_cookie(
            LANGUAGE, form["language"], A_YEAR, httponly=True, samesite="lax", secure=secure
        )
    return answer


LABELS: Mapping[str, Message] = {
    "language": _("Language"),
    "title": _("Name"),
    "addresses": _("Mail addresses"),
    "zone": _("Time zone"),
}
FIELDS = tuple(LABELS)


def _texts(contact: Mapping[str, Any]) -> Mapping[str, str]:
    """A contact as the form shows it."""
    texts = {name: str(contact.get(name) or "") for name in FIELDS}
    return texts | {"addresses": ", ".join(contact.get("addresses", ()))}


async def _person(
    visit: Visit, progress: Mapping[str, Any], merged: MergedForm, etag: str, done: Outcome
) -> Response:
    return await shown(
        visit,
        "person",
        "first_person.html",
        progress,
        done.status,
        form=merged.form,
        merged=merged,
        etag=etag,
        told=problems_at_fields(
            visit, done, {name: visit.say(LABELS[name]) for name in FIELDS}, {}
        ),
        zones=sorted(available_timezones()),
    )


async def machine(visit: Visit) -> Response:
    """Show what was found on this computer, to be chosen from."""
    progress, done = await looked(visit), Outcome()
    if visit.request.method == "POST":
        wanted = [name.removeprefix("take.") for name in visit.form if name[:5] == "take."]
        title = visit.form.get("title", "").strip()
        done = await run(
            visit, "suggest_take", wanted=wanted, language=visit.language, title=title
        )
        if not done.why:
            return visit.to("/first/mail")
    found = await visit.call("suggest")
    return await shown(
        visit,
        "machine",
        "first_machine.html",
        progress,
        done.status,
        found=found,
        form=visit.form,
        told=_chosen_wrongly(visit, done),
    )


def _chosen_wrongly(visit: Visit, done: Outcome) -> StepProblems:
    """Tell what is wrong: of what was chosen something may have ended since it was shown."""
    if any(where == "wanted" for where, what in done.problems if what != done.why[0]):
        return StepProblems(
            (
                visit.say(
                    _(
                        "Part of your selection is no longer found: it may have stopped in the meantime. Select "
                        "again from what is found now."
                    )
                ),
            )
        )
    return problems_at_fields(visit, done, {"title": visit.say(_("Name of this machine"))}, {})


async def alarm(visit: Visit) -> Response:
    """A test alarm, how far it has come, and the number that proves it."""
    progress, done = await looked(visit), Outcome()
    deed = visit.form.get("do", "")
    if visit.request.method == "POST":
        if deed == "test_alarm":
            done = await run(visit, deed, contact=visit.form.get("contact", ""))
        else:
            done = await run(
                visit, "test_alarm_seen", number=figures(visit.form.get("number", ""))
            )
        if not done.why:
            return visit.to("/first/alarm")
    contacts, its_way = await visit.call("contacts"), await _way(visit, progress)
    progress = progress if its_way["state"] else {**progress, "mail": ""}
    return await shown(
        visit,
        "alarm",
        "first_alarm.html",
        progress,
        done.status,
        told=StepProblems(done.why),
        contacts=[
            (one["name"], one["title"] or one["name"], ", ".join(one["addresses"]))
            for one in contacts
        ],
        seen=clock(visit, progress["seen"]),
        polled=False,
        **its_way,
    )


async def way(visit: Visit) -> Response:
    """Show how far the test alarm has come, alone: asked for again until it is taken, or
    stopped."""
    progress = await looked(visit)
    return visit.page(
        "first_way.html", look=progress, polled=True, **await _way(visit, progress)
    )


async def _way(visit: Visit, progress: Mapping[str, Any]) -> Mapping[str, Any]:
    """The relay's posts of the last test alarm, and what the other side said."""
    answer = (
        await visit.call_json("queue_show", id=progress["mail"]) if progress["mail"] else {}
    )
    if not answer or answer.get("error") == NotFoundError.kind:  # none yet, or long forgotten
        none = dict.fromkeys(("because", "state"), "") | dict.fromkeys(
            ("goes_on", "taken"), False
        )
        return {"posts": (), "tries": (), "route": progress["route"], **none}
    letter = answered(answer)
    queued = letter["queued"]
    flat = [
        {**one, "at": tried["at"], "route": tried["route"], "provider_id": tried["provider_id"]}
        for tried in letter["tried"]
        for one in tried["said"]
    ]
    state = queued["state"]
    it = {"state": state, "queued": queued["born"], "tried": flat, "arrived": letter["arrived"]}
    return {
        "posts": relay(visit, (_("Raised"), queued["born"]), it)[:4],
        "tries": list(attempts(visit, flat, await names(visit))),
        "because": visit.say(queued["because"]),
        "state": state,
        "goes_on": state not in (*SENT, *BROKEN),
        "taken": state in SENT,
        "route": flat[-1]["route"] if flat else progress["route"],
    }
