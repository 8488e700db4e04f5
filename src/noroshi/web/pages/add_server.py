"""Add a server: the line to paste there, and how far it has come."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from noroshi.core.translation import Message, _, pgettext
from noroshi.link.fingerprint_words import fingerprint_digits, fingerprint_words
from noroshi.operations.agent_answers import (
    AgentInvited,
    AgentRow,
    InvitationRow,
    InvitationState,
)
from noroshi.operations.listener_answers import AgentsListener
from noroshi.people import random_keys
from noroshi.service import NotFoundError
from noroshi.service.agents.agents import AgentOperations
from noroshi.service.agents.listener import ListenerOperations
from noroshi.web.context import WebContext
from noroshi.web.errors import NO_SUCH_PAGE
from noroshi.web.forms.normalize import typed_number
from noroshi.web.pages.add_ssh_server import ssh_form
from noroshi.web.pages.add_winrm_server import EXAM, exam, winrm_form
from noroshi.web.pages.login_form import LoginForm
from noroshi.web.view.control_escape import Page
from noroshi.web.view.form_operations import (
    Outcome,
    clock,
    permissions_of,
    query_value,
    refusal_texts,
    require_administrator,
    run,
    run_reauthenticated,
)
from noroshi.web.view.live_updates import Live
from noroshi.web.view.mail import RelayPost
from noroshi.web.view.page_context import Visit, page
from noroshi.web.view.server_rows import ADD, watch_page_over_ssh
from noroshi.web.view.servers import agent_on_page
from noroshi.web.view.templates import templates

WAYS = (AGENT, SSH_WAY, WINRM_WAY, NETWORK_WAY) = ("agent", "ssh", "winrm", "network")
LOGIN_FORMS: Mapping[str, Callable[[Visit], Awaitable[LoginForm]]] = {
    SSH_WAY: ssh_form,
    WINRM_WAY: winrm_form,
}
INVITE, WITHDRAW = "agent_invite", "agent_uninvite"
LISTEN, STOP = "agents_listen", "agents_listen_stop"
SHOWN_AGAIN = ("servers", "host", "port", "address")
"""The fields of the forms that are shown again where a form was refused."""
STATES: Mapping[InvitationState, Message] = {
    InvitationState.OPEN: pgettext("invitation", "open"),
    InvitationState.USED: pgettext("invitation", "used"),
    InvitationState.EXPIRED: pgettext("invitation", "expired"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationOnPage:
    """Hold an invitation, in words. `is_open`: servers may still join by it."""

    row: InvitationRow
    state: str
    is_open: bool
    created_at: str
    expires_at: str


def routes(web: WebContext, live: Live) -> list[Route]:
    """Return the routes of the page and of the fragment that shows how far it has come."""

    async def add_server(visit: Visit) -> Response:
        return await _add_server(visit, live)

    return [
        Route(ADD, page(web, add_server), methods=["GET", "POST"]),
        Route(f"{ADD}/progress", page(web, progress), methods=["GET"]),
        Route(EXAM, page(web, exam), methods=["GET"]),
    ]


async def _add_server(visit: Visit, live: Live) -> Response:
    """Show the ways to measure a server. The line of a new invitation stands in the answer to the
    form: it is shown once."""
    require_administrator(visit)
    deed, outcome, way = visit.form.get("do", ""), Outcome[object](), query_value(visit, "way")
    forms: dict[str, LoginForm] = {}
    if way in LOGIN_FORMS:
        form = forms[way] = await LOGIN_FORMS[way](visit)
        outcome = form.outcome
        if form.is_added:
            live.expire()
            return visit.redirect(watch_page_over_ssh(form.instance))
    elif visit.request.method == "POST":
        outcome = await _run(visit, deed)
    listener = await visit.call(ListenerOperations.show)
    return await visit.show(
        "add_server.html",
        outcome.status,
        way=way if way in WAYS else AGENT,
        listener=listener,
        **forms,
        place_words=_words(visit, listener.pin),
        digits=_digits(listener.pin),
        next_key_start=clock(visit, listener.next_key.used_from) if listener.next_key else "",
        former_until=clock(visit, listener.former_until),
        invited=await _invited(visit, outcome),
        invitations=await _invitations(visit),
        **_form_context(visit, deed, outcome, listener),
    )


async def _run(visit: Visit, deed: str) -> Outcome[object]:
    form = visit.form
    texts = {name: form.get(name, "").strip() for name in SHOWN_AGAIN}
    if deed == INVITE:
        servers = typed_number(texts["servers"] or "1")
        return await run(
            visit,
            AgentOperations.invite,
            servers=servers,
            language=visit.language,
            updates=bool(form.get("updates")),
        )
    if deed == WITHDRAW:
        return await run(visit, AgentOperations.uninvite, id=form.get("id", ""))
    if deed == LISTEN:
        place = {"host": texts["host"], "address": texts["address"]}
        return await run_reauthenticated(
            visit, ListenerOperations.listen, port=typed_number(texts["port"]), **place
        )
    if deed == STOP:
        return await run_reauthenticated(visit, ListenerOperations.stop)
    raise NotFoundError(NO_SUCH_PAGE)


def _form_context(
    visit: Visit, deed: str, outcome: Outcome[object], listener: AgentsListener
) -> dict[str, Any]:
    is_refused = outcome.answer is None
    form = {
        name: visit.form.get(name, "") if is_refused else "" for name in ("do", *SHOWN_AGAIN)
    }
    host = listener.host or next(iter(listener.hosts), "")
    proposals = {
        "servers": "1",
        "host": host,
        "port": str(listener.free_port),
        "address": listener.address,
    }
    return {
        "deed": "" if is_refused else deed,
        "form": {name: form[name] or proposals.get(name, "") for name in form},
        "why": refusal_texts(visit, outcome),
        "bad": outcome.wrong_fields,
        "needs_password": outcome.needs_password,
        "may": permissions_of(visit),
    }


async def _invited(visit: Visit, outcome: Outcome[object]) -> dict[str, Any] | None:
    """Return the line of a new invitation, and how far it has come; None if none was created."""
    answer = outcome.answer
    if not isinstance(answer, AgentInvited):
        return None
    return {
        "line": answer.line,
        "install_line": answer.install_line,
        "python_line": answer.python_line,
        "windows_line": answer.windows_line,
        "powershell_line": answer.powershell_line,
        "powershell_problem": answer.powershell_problem,
        "install_problem": answer.install_problem,
        "servers": answer.servers,
        "until": clock(visit, answer.expires_at),
        "words": _words(visit, answer.pin),
        "digits": _digits(answer.pin),
        "progress": await _progress(visit, answer.id),
    }


async def _invitations(visit: Visit) -> Sequence[InvitationOnPage]:
    return [
        InvitationOnPage(
            row=one,
            state=visit.say(STATES[one.state]),
            is_open=one.state is InvitationState.OPEN,
            created_at=clock(visit, one.created_at),
            expires_at=clock(visit, one.expires_at),
        )
        for one in await visit.call(AgentOperations.invitations)
    ]


async def progress(visit: Visit) -> Response:
    """Show how far the servers of an invitation have come."""
    template = templates(visit.language).get_template("servers_parts.html")
    module: Any = template.make_module({"csrf": random_keys.csrf_of(visit.key)})
    return Page(str(module.progress(await _progress(visit, query_value(visit, "id")))))


async def _progress(visit: Visit, id: str) -> dict[str, Any]:
    """Return the posts of an invitation, and the agents that joined by it; `over`: nothing more
    will come."""
    invitations = await visit.call(AgentOperations.invitations)
    invitation = next((one for one in invitations if one.id == id), None)
    rows = [one for one in await visit.call(AgentOperations.list) if one.invitation == id]
    agents = [agent_on_page(visit, one, {}) for one in rows]
    is_open = invitation is not None and invitation.state is InvitationState.OPEN
    all_heard = all(one.last_contact for one in rows)
    return {
        "posts": _posts(visit, invitation, rows),
        "agents": agents,
        "open": is_open,
        "until": clock(visit, invitation.expires_at) if invitation else "",
        "left": invitation.servers - invitation.uses if invitation else 0,
        "several": invitation is not None and invitation.servers > 1,
        "over": not is_open and all_heard,
        "next": f"{ADD}/progress?id={id}",
    }


def _posts(
    visit: Visit, invitation: InvitationRow | None, rows: Sequence[AgentRow]
) -> Sequence[RelayPost]:
    """Return the three posts; one is lit once the hub has the proof. Of several servers, for the
    first of them."""
    joined_at = min((one.joined_at for one in rows), default=None)
    heard_at = min((one.last_contact for one in rows if one.last_contact), default=None)
    times = (
        (_("Invited"), invitation.created_at if invitation else None),
        (pgettext("agent", "Joined"), joined_at),
        (_("First contact"), heard_at),
    )
    next_number = next((n for n, (_name, at) in enumerate(times) if at is None), len(times))
    return [
        RelayPost(_look(n, next_number), visit.say(name), clock(visit, at))
        for n, (name, at) in enumerate(times)
    ]


def _look(number: int, next_number: int) -> str:
    if number < next_number:
        return "is-lit"
    return "is-none is-now" if number == next_number else "is-none"


def _words(visit: Visit, pin: str) -> Sequence[str]:
    return fingerprint_words(bytes.fromhex(pin), visit.language)


def _digits(pin: str) -> str:
    return fingerprint_digits(bytes.fromhex(pin))
