"""Show the steps of the administrator of Microsoft 365 for a route, with the user's own values
in them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from noroshi.core.definitions.problems import Problem, suggestion
from noroshi.core.mail import Route
from noroshi.core.translation import NOTHING, _, in_each_language
from noroshi.guides import MICROSOFT365, TITLES, WAYS, Step, Value, fill_places, line
from noroshi.guides.export import steps_document
from noroshi.guides.missing_values import missing_values
from noroshi.guides.setup_goal import SetupGoal, way_of
from noroshi.oauth.account import Account
from noroshi.oauth.client_certificates import describe
from noroshi.operations import sign_in_operations
from noroshi.operations.sign_in_answers import GuideShown, GuideStep
from noroshi.service.errors import ConflictError, InvalidArgumentError
from noroshi.service.operation import Person, offers
from noroshi.service.sign_in.certificates import CertificateOperations
from noroshi.vault import VaultError

NO_GUIDE = _(
    "Route “{route}” does not use Microsoft 365, and there is no guide for its provider."
)
NO_WAY = _("There is no sign-in method “{given}”{instead}.")


class GuideOperations(CertificateOperations):
    """Show the administrator's steps."""

    @offers(sign_in_operations.GUIDE_SHOW)
    async def guide(self, person: Person, route: str, way: str = "") -> GuideShown:
        """Return the steps for a way to sign in, else the one that the account says; for routes
        through Microsoft 365 alone."""
        plan, account = await self._account_of(route)
        if not account.cloud.entra:
            raise ConflictError(NO_GUIDE.fill(route=route))
        if way and way not in WAYS:
            words = NO_WAY.fill(given=way, instead=suggestion(way, WAYS))
            raise InvalidArgumentError(words, (Problem("way", words),))
        goal = goal_of(account, plan.routes[route], way)
        values = goal.values(
            certificate=f"noroshi-{account.name}.cer",
            thumbprint=await self._thumbprint(account),
        )
        steps = MICROSOFT365.steps_for(goal.case())
        return GuideShown(
            route=route,
            way=goal.way,
            steps=tuple(_step_answer(step, values) for step in steps),
            text=in_each_language(partial(steps_document, goal, steps, values)),
            missing=missing_values(steps, values),
        )

    async def _thumbprint(self, account: Account) -> str:
        """Return that of the certificate that is in use; "" if there is none yet, or none can
        be read."""
        try:
            certificate = (
                await self._vault.get(account.certificate) if account.certificate else None
            )
            return (
                describe(certificate.reveal()).thumbprints.sha1.upper() if certificate else ""
            )
        except (VaultError, ValueError):
            return ""


def goal_of(account: Account, route: Route, way: str = "") -> SetupGoal:
    """Return the present state of the setup, by which the steps are looked up."""
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
        delegated=account.is_shared,
    )


def _way_of(account: Account) -> str:
    settings = {"certificate": account.certificate, "secret": account.secret}
    return way_of(settings | {"sign_in": "app"} if account.app_only else settings)


def _step_answer(step: Step, values: Mapping[str, Value]) -> GuideStep:
    return GuideStep(
        id=step.id,
        part=TITLES[step.part],
        title=fill_places(step.title, values),
        how=tuple(fill_places(words, values) for words in step.sentences),
        lines=tuple(line(text, values) for text in step.lines),
        check=tuple(line(text, values) for text in step.check),
        shows=fill_places(step.expected_result, values)
        if step.expected_result != NOTHING
        else NOTHING,
        note=fill_places(step.note, values) if step.note != NOTHING else NOTHING,
        takes=step.delay,
        source=step.source,
    )
