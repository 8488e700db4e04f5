"""Show and change one's own account: password, and the second step with its QR code."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.responses import Response
from starlette.routing import Route

from noroshi.core.translation import _
from noroshi.imports import ONE_AT_A_TIME
from noroshi.operations.people_answers import SecondStep
from noroshi.people import AuthenticationError
from noroshi.service import InvalidArgumentError, NotFoundError
from noroshi.service.people.own_account import OwnAccountOperations
from noroshi.web.context import WebContext
from noroshi.web.errors import NO_SUCH_PAGE
from noroshi.web.view.form_operations import Outcome, permissions_of, run
from noroshi.web.view.page_context import Visit, page

DEEDS: Mapping[str, tuple[Callable[..., Awaitable[object]], tuple[str, ...]]] = {
    "own_password": (OwnAccountOperations.change_password, ("old", "new")),
    "own_totp": (OwnAccountOperations.begin_own_totp, ("password",)),
    "own_totp_on": (OwnAccountOperations.enable_own_totp, ("code",)),
    "own_totp_off": (OwnAccountOperations.disable_own_totp, ("password",)),
}
"""The operations of the page, and the arguments that the forms give."""
SEED_IN, LONGEST_ADDRESS = "otpauth://totp/", 500
"""The beginning of an authenticator's address."""
QUIET, DARK = 4, re.compile(rb"\x01+")
"""Cells left light around the code, as the standard has it; a run of dark ones."""
ENDS_SESSIONS = ("own_password", "own_totp_on", "own_totp_off")


def routes(web: WebContext) -> list[Route]:
    """Return the route of the page."""
    return [Route("/settings/me", page(web, me), methods=["GET", "POST"])]


async def me(visit: Visit) -> Response:
    """Show somebody's own account. Seed and recovery codes, which are shown once, stand in the
    answer to the form."""
    outcome, deed = Outcome[object](), visit.form.get("do", "")
    if visit.request.method == "POST":
        if deed not in DEEDS:
            raise NotFoundError(NO_SUCH_PAGE)
        outcome = await _perform(visit, deed)
    account, step = await visit.call(OwnAccountOperations.show), step_shown(visit, outcome)
    return await visit.show(
        "me.html",
        outcome.status,
        account=account,
        deed=deed if outcome.answer is not None else "",
        retry=deed == "own_totp_on" and outcome.kind == InvalidArgumentError.kind,
        done=outcome.answer,
        step=step,
        picture=_picture(step.address) if step else None,
        why=outcome.reasons,
        may=permissions_of(visit),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedShown:
    """Hold the data for an authenticator: the address with the seed in it, and the seed
    alone."""

    address: str = field(repr=False)
    seed: str = field(repr=False)


def step_shown(visit: Visit, outcome: Outcome[object]) -> SeedShown | None:
    """Return the address that an authenticator reads, with the seed in it: a fresh one, or
    after a wrong code the one of the form. Nobody gets it who did not have it."""
    fresh_step = outcome.answer if isinstance(outcome.answer, SecondStep) else None
    address = fresh_step.address if fresh_step else visit.form.get("address", "")
    if outcome.answer and not fresh_step:
        return None
    if not address.startswith(SEED_IN) or len(address) > LONGEST_ADDRESS:
        return None
    seed = parse_qs(urlsplit(address).query).get("secret", [""])[0]
    return SeedShown(address=address, seed=seed)


async def _perform(visit: Visit, deed: str) -> Outcome[object]:
    form = visit.form
    if deed == "own_password" and form.get("new") != form.get("again"):
        return Outcome(None, (visit.say(_("The passwords do not match.")),), 400)
    operation, arguments = DEEDS[deed]
    outcome = await run(visit, operation, **{name: form.get(name, "") for name in arguments})
    if outcome.answer is not None and deed in ENDS_SESSIONS:
        await _reopen_session(visit)
    return outcome


async def _reopen_session(visit: Visit) -> None:
    """Open a fresh session for this browser, as the change ended all sessions of this
    person."""
    assert visit.person is not None
    try:
        session = await visit.web.people.reopen_session(visit.person.name, visit.address)
    except AuthenticationError:  # removed at the same moment: the next page asks for a log-in
        return
    visit.key = visit.session_key = session.key
    visit.device_key = session.device_key


def _picture(address: str) -> Mapping[str, Any]:
    """Return an address as a QR code (ISO/IEC 18004): a square of `size`, and the path of the
    dark cells, row by row."""
    with ONE_AT_A_TIME:
        import segno  # only now: most processes never ask

    rows = [bytes(row) for row in segno.make(address, error="m").matrix_iter(border=QUIET)]
    path = "".join(
        f"M{run.start()} {y}h{run.end() - run.start()}v1h{run.start() - run.end()}z"
        for y, row in enumerate(rows)
        for run in DARK.finditer(row)
    )
    return {"size": len(rows), "path": path}
