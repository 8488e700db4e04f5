"""Lead through the first start, step by step: a contact, this machine, a route, a test
alarm. Each step is saved once it is done, so it can be left at any time. The route is in
first_mail."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import available_timezones

from starlette.responses import Response
from starlette.routing import Route

from noroshi.core.delivery_state import SENT, DeliveryState
from noroshi.core.roles import ADMIN
from noroshi.core.translation import Message, _, list_names, pgettext
from noroshi.guides.setup_flow import SENDING, SetupFact, SetupStep, first_start, next_step
from noroshi.operations.mail_answers import Letter
from noroshi.operations.setup_answers import FirstLook
from noroshi.service import ForbiddenError, NotFoundError
from noroshi.service.definitions.edit import EditOperations
from noroshi.service.mail.queue import QueueOperations
from noroshi.service.monitors.history import HistoryOperations
from noroshi.service.setup.first_steps import FirstStepOperations
from noroshi.service.setup.inventory import DiscoveryOperations
from noroshi.web.context import WebContext
from noroshi.web.forms.conflict import MergedForm, merged_form, refusal_lines
from noroshi.web.forms.normalize import addresses, figures
from noroshi.web.view.first_problems import StepProblems, problems_at_fields
from noroshi.web.view.form_operations import Outcome, clock, run
from noroshi.web.view.mail import attempts, load_titles, progress_of, relay
from noroshi.web.view.page_context import A_YEAR, LANGUAGE, LANGUAGES, Visit, page

STEPS: Mapping[str, Message] = {
    "administrator": _("Administrator"),
    "person": pgettext("first.person.step", "Contact"),
    "machine": _("This computer"),
    "mail": pgettext("first.mail.step", "Delivery route"),
    "alarm": _("Receive an alarm"),
}
PAGES: Mapping[SetupStep, str] = {
    SetupStep.CONTACT: "person",
    SetupStep.MACHINE: "machine",
    SetupStep.SENDER: "mail",
    SetupStep.CERTIFICATE: "mail",
    SetupStep.REGISTRATION: "mail",
    SetupStep.CREDENTIAL: "mail",
    SetupStep.SIGN_IN: "sign-in",
    SetupStep.PERMISSION: "sign-in",
    SetupStep.TEST_MAIL: "alarm",
    SetupStep.ARRIVAL: "alarm",
}
"""The page of each step of a setup."""
PROOFS: Mapping[str, SetupFact] = {
    "person": SetupFact.RECIPIENT,
    "machine": SetupFact.INSTANCE,
    "mail": SetupFact.ACCEPTANCE,
    "alarm": SetupFact.RECEIPT,
}
"""The fact that proves the step of a page: a route counts only once a mail was accepted by
it."""
CONTACT = "ops"
BROKEN = (
    DeliveryState.SET_ASIDE,
    DeliveryState.HELD,
    DeliveryState.DROPPED,
    DeliveryState.CAME_BACK,
)


def routes(web: WebContext) -> list[Route]:
    """Return the routes of the steps."""
    methods = ["GET", "POST"]
    return [
        Route("/first", page(web, first), methods=methods),
        Route("/first/person", page(web, person), methods=methods),
        Route("/first/machine", page(web, machine), methods=methods),
        Route("/first/alarm", page(web, alarm), methods=methods),
        Route("/first/alarm/way", page(web, way), methods=["GET"]),
    ]


async def first(visit: Visit) -> Response:
    """Redirect to the first step that is not done; a POST dismisses the first start."""
    if visit.request.method == "POST":
        await visit.call(FirstStepOperations.first_end)
        return visit.redirect("/")
    progress = await load_progress(visit)
    return visit.redirect(next_of(progress) if progress.open else "/")


def next_of(progress: FirstLook) -> str:
    """Return the address of the first step that is not done."""
    return page_after(_known_facts(progress))


def page_after(known_facts: Collection[SetupFact], route: Sequence[SetupFact] = SENDING) -> str:
    """Return the address of the step that comes next, by a route that needs these facts."""
    following = next_step(first_start(route), known_facts)
    return f"/first/{PAGES[following or SetupStep.ARRIVAL]}"


def _known_facts(progress: FirstLook) -> Collection[SetupFact]:
    facts = {
        SetupFact.RECIPIENT: progress.contact,
        SetupFact.INSTANCE: progress.instance,
        SetupFact.MAILBOX: progress.ready,
        SetupFact.ACCEPTANCE: progress.accepted,
        SetupFact.RECEIPT: progress.seen,
    }
    return frozenset(fact for fact, is_found in facts.items() if is_found)


async def load_progress(visit: Visit) -> FirstLook:
    """Return the progress of the first start. Raises ForbiddenError for all but
    administrators."""
    if visit.person is None or ADMIN not in visit.person.roles:
        raise ForbiddenError(_("Initial setup requires the administrator role."))
    return await visit.call(FirstStepOperations.first_look)


async def step_page(
    visit: Visit, step: str, template: str, progress: FirstLook, status: int, **values: Any
) -> Response:
    """Return a step's page, below the progress of all steps."""
    known_facts = _known_facts(progress)
    steps_done = {"administrator": True}
    steps_done |= {name: fact in known_facts for name, fact in PROOFS.items()}
    return await visit.show(
        template, status, steps=STEPS, step=step, done=steps_done, progress=progress, **values
    )


async def person(visit: Visit) -> Response:
    """Show and save the first contact; the pages then use the contact's language."""
    progress = await load_progress(visit)
    key = f"contacts/{progress.contact or CONTACT}"
    definitions = await visit.call(EditOperations.read, keys=[key])
    base = definitions.documents.get(key, {})
    if visit.request.method == "GET":
        zone = base.get("zone") or (await visit.call(DiscoveryOperations.suggest)).zone
        form = {**_contact_texts(base), "language": base.get("language", visit.language)}
        merged = MergedForm(form={**form, "zone": zone}, base_version=definitions.version)
        return await _person(visit, progress, merged, definitions.etags[key], Outcome())
    etag = visit.form.get("etag", "")
    form = {name: visit.form.get(name, "").strip() for name in FIELDS}
    contact = {**base, **{name: form[name] for name in ("title", "language", "zone")}}
    contact["addresses"] = list(addresses(form["addresses"]))
    # Who has just begun writes what nobody else wrote meanwhile.
    outcome = await run(
        visit,
        EditOperations.change,
        put={key: {name: value for name, value in contact.items() if value != ""}},
        etags={key: etag},
    )
    if outcome.reasons:
        merged_again = await merged_form(
            visit,
            form,
            lambda documents: _contact_texts(documents.get(key, {})),
            outcome,
            keys=[key],
        )
        etag = definitions.etags[key] if merged_again.is_overtaken else etag
        return await _person(
            visit,
            progress,
            merged_again,
            etag,
            replace(outcome, reasons=await refusal_lines(visit, outcome)),
        )
    answer = visit.redirect("/first/machine")
    if form["language"] in LANGUAGES:
        secure = visit.web.secure
        answer.set_cookie(
            LANGUAGE, form["language"], A_YEAR, httponly=True, samesite="lax", secure=secure
        )
    return answer


LABELS: Mapping[str, Message] = {
    "language": _("Language"),
    "title": _("Name"),
    "addresses": _("Email addresses"),
    "zone": _("Time zone"),
}
FIELDS = tuple(LABELS)


def _contact_texts(contact: Mapping[str, Any]) -> Mapping[str, str]:
    """Return a contact as the form shows it."""
    texts = {name: str(contact.get(name) or "") for name in FIELDS}
    return texts | {"addresses": ", ".join(contact.get("addresses", ()))}


async def _person(
    visit: Visit, progress: FirstLook, merged: MergedForm, etag: str, outcome: Outcome[object]
) -> Response:
    return await step_page(
        visit,
        "person",
        "first_person.html",
        progress,
        outcome.status,
        form=merged.form,
        merged=merged,
        etag=etag,
        problems=problems_at_fields(
            visit, outcome, {name: visit.say(LABELS[name]) for name in FIELDS}, {}
        ),
        zones=sorted(available_timezones()),
    )


async def machine(visit: Visit) -> Response:
    """Show the suggestions for this computer, and add the chosen ones."""
    progress, outcome = await load_progress(visit), Outcome[object]()
    if visit.request.method == "POST":
        picked = [name.removeprefix("take.") for name in visit.form if name[:5] == "take."]
        title = visit.form.get("title", "").strip()
        outcome = await run(
            visit,
            DiscoveryOperations.suggest_take,
            wanted=picked,
            language=visit.language,
            title=title,
        )
        if not outcome.reasons:
            return visit.redirect("/first/mail")
    suggestions = await visit.call(DiscoveryOperations.suggest)
    return await step_page(
        visit,
        "machine",
        "first_machine.html",
        progress,
        outcome.status,
        suggestions=suggestions,
        form=visit.form,
        problems=_selection_problems(visit, outcome),
    )


def _selection_problems(visit: Visit, outcome: Outcome[object]) -> StepProblems:
    """Return the problems: some of the selection may have ended since it was shown."""
    if any(place == "wanted" for place, text in outcome.problems if text != outcome.reasons[0]):
        return StepProblems(
            (
                visit.say(
                    _(
                        "Some of what you selected can no longer be found: it may have stopped since the list "
                        "was shown. Select again from the list below."
                    )
                ),
            )
        )
    return problems_at_fields(
        visit, outcome, {"title": visit.say(_("Name of this computer"))}, {}
    )


async def alarm(visit: Visit) -> Response:
    """Send a test alarm, show the progress, and take the number that proves the receipt."""
    progress, outcome = await load_progress(visit), Outcome[object]()
    deed = visit.form.get("do", "")
    if visit.request.method == "POST":
        if deed == "test_alarm":
            outcome = await run(
                visit, FirstStepOperations.test_alarm, contact=visit.form.get("contact", "")
            )
        else:
            outcome = await run(
                visit,
                FirstStepOperations.test_alarm_seen,
                number=figures(visit.form.get("number", "")),
            )
        if not outcome.reasons:
            return visit.redirect("/first/alarm")
    contacts = await visit.call(HistoryOperations.contacts)
    relay_context = await _relay_context(visit, progress)
    progress = progress if relay_context["state"] else replace(progress, mail="")
    return await step_page(
        visit,
        "alarm",
        "first_alarm.html",
        progress,
        outcome.status,
        problems=StepProblems(outcome.reasons),
        contacts=[
            (one.name, one.title or one.name, visit.say(list_names(one.addresses)))
            for one in contacts
        ],
        confirmed_at=clock(visit, progress.seen),
        polled=False,
        **relay_context,
    )


async def way(visit: Visit) -> Response:
    """Show the progress of the test alarm alone: fetched again until it is accepted, or
    stopped."""
    progress = await load_progress(visit)
    return visit.page(
        "first_way.html",
        progress=progress,
        polled=True,
        **await _relay_context(visit, progress),
    )


async def _relay_context(visit: Visit, progress: FirstLook) -> Mapping[str, Any]:
    """Return the relay of the last test alarm, and the replies of the other side."""
    letter = await _test_mail(visit, progress.mail) if progress.mail else None
    if letter is None:  # none yet, or long forgotten
        empty_context = dict.fromkeys(("because", "state"), "") | dict.fromkeys(
            ("goes_on", "taken"), False
        )
        return {"posts": (), "tries": (), "route": progress.route, **empty_context}
    state, delivery = letter.queued.state, progress_of(letter)
    last_route = delivery.attempts[-1].route if delivery.attempts else progress.route
    return {
        "posts": relay(visit, (_("Raised"), letter.queued.born), delivery)[:4],
        "tries": list(attempts(visit, delivery.attempts, await load_titles(visit))),
        "because": visit.say(letter.queued.because),
        "state": state,
        "goes_on": state not in (*SENT, *BROKEN),
        "taken": state in SENT,
        "route": last_route,
    }


async def _test_mail(visit: Visit, id: str) -> Letter | None:
    """Return a mail of the queue; None if it is long forgotten."""
    try:
        return await visit.call(QueueOperations.show, id=id)
    except NotFoundError:
        return None
