"""Tell what the administrator of Microsoft 365 does for a route, with the user's own values in
it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from noroshi.core.definitions.problems import Problem, suggestion
from noroshi.core.mail import Route
from noroshi.core.translation import NOTHING, Message, _, in_each_language
from noroshi.guides import MICROSOFT365, TITLES, WAYS, Step, Value, filled, line
from noroshi.guides.export import handed
from noroshi.guides.setup_goal import SetupGoal
from noroshi.oauth.account import Account
from noroshi.oauth.client_certificates import describe
from noroshi.service.errors import ConflictError, InvalidArgumentError
from noroshi.service.operation import ADMIN, Person, operation
from noroshi.service.sign_in.certificates import CertificateOperations
from noroshi.vault import VaultError

NO_GUIDE = _(
    "Route {route} does not use Microsoft 365, and there is no guide for its provider."
)
NO_WAY = _("There is no sign-in method {given}{instead}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideStep:
    """One thing to do. `lines` are to be run as they stand; `check` shows whether it is done, as
    `shows` says; `takes` is how long it is until it acts, `source` the provider's own page."""

    id: str
    part: Message
    title: Message
    how: tuple[Message, ...]
    lines: tuple[str, ...]
    check: tuple[str, ...]
    shows: Message
    note: Message
    takes: Message
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideShown:
    """The steps of one way to sign in, in their order; `text` is all of them to be handed on."""

    route: str
    way: str
    steps: tuple[GuideStep, ...]
    text: Message


class GuideOperations(CertificateOperations):
    """The administrator's steps."""

    @operation(role=ADMIN, changes=False, help=_("Show the administrator's steps for a route."))
    async def guide_show(self, who: Person, route: str, way: str = "") -> GuideShown:
        """For a way to sign in, else the one that the account says; for routes through Microsoft
        365 alone."""
        plan, account = await self._account_of(route)
        if not account.cloud.entra:
            raise ConflictError(NO_GUIDE.fill(route=route))
        if way and way not in WAYS:
            words = NO_WAY.fill(given=way, instead=suggestion(way, WAYS))
            raise InvalidArgumentError(words, (Problem("way", words),))
        wanted = wanted_of(account, plan.routes[route], way)
        values = wanted.values(
            certificate=f"noroshi-{account.name}.cer",
            thumbprint=await self._thumbprint(account),
        )
        steps = MICROSOFT365.of(wanted.case())
        return GuideShown(
            route=route,
            way=wanted.way,
            steps=tuple(_shown(step, values) for step in steps),
            text=in_each_language(partial(handed, wanted, steps, values)),
        )

    async def _thumbprint(self, account: Account) -> str:
        """Of the certificate that is in use; "" if there is none yet, or none can be read."""
        try:
            kept = await self._vault.get(account.certificate) if account.certificate else None
            return describe(kept.reveal()).thumbprints.sha1.upper() if kept else ""
        except (VaultError, ValueError):
            return ""


def wanted_of(account: Account, route: Route, way: str = "") -> SetupGoal:
    """Return what is set up already, as the steps are looked up by it."""
    return SetupGoal(
        account=account.name,
        route=route.name,
        kind="graph" if route.kind == "graph" else "smtp",
        cloud=account.cloud.name,
        tenant=account.tenant,
        client_id=account.client_id,
        mailbox=account.mailbox,
        way=way or _way_of(account),
        secret=bool(account.secret),
        redirect=account.redirect,
        delegated=account.shared,
    )


def _way_of(account: Account) -> str:
    if account.app_only:
        return "app-certificate" if account.certificate else "app-secret"
    return "person-paste" if account.secret else "person-device"


def _shown(step: Step, values: Mapping[str, Value]) -> GuideStep:
    return GuideStep(
        id=step.id,
        part=TITLES[step.part],
        title=filled(step.title, values),
        how=tuple(filled(words, values) for words in step.how),
        lines=tuple(line(text, values) for text in step.lines),
        check=tuple(line(text, values) for text in step.check),
        shows=filled(step.shows, values) if step.shows != NOTHING else NOTHING,
        note=filled(step.note, values) if step.note != NOTHING else NOTHING,
        takes=step.takes,
        source=step.source,
    )
