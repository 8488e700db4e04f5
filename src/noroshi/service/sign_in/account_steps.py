"""Examine a route's account: the sign-in server, a new token, and the token's claims."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from noroshi.core.instruction import InstructionKind, with_instruction
from noroshi.core.translation import NOTHING, Message, _, ngettext, pgettext, plain, sentence
from noroshi.knowledge.knowledge_files import knowledge
from noroshi.network.connection_errors import NoAnswerError
from noroshi.network.http import Patience, Reply, open_http
from noroshi.oauth.account import Account
from noroshi.oauth.errors.error_explanation import cure_of, refusals_at
from noroshi.oauth.high_volume import is_high_volume
from noroshi.oauth.http_session import NOT_OAUTH
from noroshi.oauth.jwt_claims import (
    AUDIENCES,
    GRAPH,
    NAMES,
    audience_of,
    claims_in,
    named_in,
    scopes_in,
)
from noroshi.oauth.provider import SignInError, UnreachableError
from noroshi.oauth.tokens import SignInState, TokenSource
from noroshi.ports import Resource, RouteError, StoreError, TransportContext
from noroshi.ports.examination import (
    Cure,
    Exam,
    Step,
    StepError,
    StepResult,
    fill_places,
    literal,
)
from noroshi.transports.diagnostics.connection_remedies import step_error
from noroshi.transports.diagnostics.connection_steps import clock_remarks, with_values
from noroshi.transports.smtp import token_diagnosis
from noroshi.vault import VaultError

PATIENCE = Patience(connect=15, answer=15)
WELL_KNOWN = "/v2.0/.well-known/openid-configuration"
TELL_BEFORE = 60
"""Days before the end of a secret or certificate from which it is remarked."""
LONGEST = 200
SERVER, TOKEN = (pgettext("sign_in.account_steps", "Sign-in"), _("Token"))
CLAIMS = _("Claims")
ANSWERS = _("{host} answers")
BY_PERSON = ngettext(
    "renewed with the refresh token, {lasts}{user} signed in {days} day ago",
    "renewed with the refresh token, {lasts}{user} signed in {days} days ago",
    by="days",
)
BY_PERSON_TODAY = _("renewed with the refresh token, {lasts}{user} signed in today")
BY_APP = _("obtained with {kind}, {lasts}app-only sign-in")
SECRET, CERTIFICATE = (_("the client secret"), _("the certificate"))
LASTS = _("valid for {minutes} min; ")
SOMEBODY = _("someone")
ENDS = ngettext(
    "The client secret or certificate expires on {at}, in {days} day. Add the next one "
    "before that day (secret_next, certificate_next).",
    "The client secret or certificate expires on {at}, in {days} days. Add the next one "
    "before that day (secret_next, certificate_next).",
    by="days",
)
NOT_WRITTEN_DOWN = _(
    "No provider reports when a client secret expires. Enter its expiry date in secret_ends "
    "of accounts/{account}.toml, or on the route's page, to be warned in advance."
)
BY_NEXT = _("The second of two secrets or certificates is in use: the first one was refused.")
ANOTHER = with_instruction(
    _(
        "{person} signed in, but the route sends from {user}. This is fine if {person} may open "
        "that mailbox, or if both names belong to one person; the next stages show whether that "
        "is so. If someone else was meant to sign in, sign in again in a private browser window "
        "({instruction})."
    ),
    InstructionKind.SIGN_IN_PLACE,
)
FOR = _("for {aud}: {rights}; {who}")
OPAQUE = _("opaque; only the mail server can validate it")
REPLY = "{error}{codes}{correlation}"


class SignInSteps:
    """Steps that look at one account, for what one route needs it for."""

    def __init__(
        self,
        account: Account,
        resource: Resource,
        tokens: TokenSource,
        context: TransportContext,
        exam: Exam,
    ) -> None:
        self._account, self._resource, self._tokens = account, resource, tokens
        self._context = replace(context, network=account.network)
        host, port = server_of(account)
        network = account.network
        facts = {
            "network": network.name,
            "proxy_password": network.proxy_password,
            "ca_place": ca_place(account),
            "permission": _permission(account, resource),
            **_scopes(account, resource),
        }
        self._host = host
        self._exam = with_values(exam, **facts, host=host, port=str(port))
        self._token = self._person = ""

    @property
    def steps(self) -> tuple[Step, ...]:
        first_steps = (
            Step(name="sign-in", title=SERVER, take=self._server),
            Step(name="token", title=TOKEN, take=self._new_token),
        )
        if not self._account.cloud.entra:
            return first_steps  # other servers have claims of their own
        return (*first_steps, Step(name="claims", title=CLAIMS, take=self._claims))

    async def _server(self) -> StepResult:
        """Fetch one page of the sign-in server without any secret; the date of the reply shows
        if our clock is wrong."""
        page, host = page_of(self._account), plain(self._host)
        try:
            reply = await fetch_page(page, self._account, self._context)
        except RouteError as trouble:
            raise step_error(trouble, self._exam, host) from None
        except NoAnswerError as error:
            words = NOT_OAUTH.fill(host=self._host, status=error)
            raise StepError(host, _no_server().remedy(words, self._exam)) from None
        if _is_other_program(reply, self._account):
            words = NOT_OAUTH.fill(host=self._host, status=reply.status)
            cure = _no_server(page)
            raise StepError(plain(f"HTTP {reply.status}"), cure.remedy(words, self._exam))
        now = self._context.clocks.wall()
        return StepResult(
            ANSWERS.fill(host=self._host), clock_remarks(reply.date, now, self._host)
        )

    async def _new_token(self) -> StepResult:
        """Get a new token, whatever is at hand: one that is still good proves no secret."""
        try:
            token = await self._tokens.force_new(self._account, self._resource)
            state = await self._tokens.state(self._account, self._resource)
        except SignInError as failure:
            raise self._refusal(failure) from None
        except UnreachableError as error:
            cure = _no_server(page_of(self._account))
            raise StepError(
                plain(self._host), cure.remedy(sentence(error.words), self._exam)
            ) from None
        except VaultError as error:
            raise self._failure(error.words, "settings.vault") from None
        except StoreError as error:
            raise self._failure(error.words, "settings.store") from None
        self._token, self._person = token.reveal(), state.user
        return StepResult(self._token_text(state), tuple(self._remarks(state)))

    async def _claims(self) -> StepResult:
        claims = claims_in(self._token)
        if claims is None:
            return StepResult(OPAQUE, self._other_person_remarks(self._person))
        now = self._context.clocks.wall()
        is_shared = self._account.is_shared
        bulk = is_high_volume(self._exam.user_values.get("route_host", ""))
        diagnoses = token_diagnosis.faults(
            claims, self._resource, self._user, now, is_shared=is_shared, bulk=bulk
        )
        faults = tuple(
            fault.words for fault in diagnoses if fault.name != token_diagnosis.OTHER_PERSON
        )
        return StepResult(
            _claims_text(claims, self._resource),
            (
                *faults,
                *self._other_person_remarks(token_diagnosis.person_in(claims, self._user)),
            ),
        )

    @property
    def _user(self) -> str:
        """Return the mailbox that the route opens."""
        return self._exam.user_values.get("user") or self._account.mailbox

    def _other_person_remarks(self, person: str) -> tuple[Message, ...]:
        """Return that it is not the mailbox of whoever signed in: that may be meant so, and is
        if the account says so."""
        if self._account.is_shared:
            return ()
        causes = token_diagnosis.other_person(person, self._resource, self._user)
        return tuple(
            fill_places(ANOTHER, with_values(self._exam, **one.user_values)) for one in causes
        )

    def _refusal(self, failure: SignInError) -> StepError:
        codes = "".join(f" {code}" for code in failure.code_names)
        correlation = f" (correlation ID {failure.correlation_id})"
        reply = REPLY.format(
            error=failure.error,
            codes=codes,
            correlation=correlation if failure.correlation_id else "",
        )
        cure = cure_of(failure, self._account)
        if failure.description and not codes:
            reply = f"{reply}: {failure.description}"
        server_reply = reply if codes or failure.description else ""
        remedy = cure.remedy(sentence(failure.words), self._exam, server_reply)
        is_own_error = failure.error in refusals_at(
            self._account.cloud
        )  # a name of our own says nothing to a person
        return StepError(
            plain(codes.strip() or ("" if is_own_error else failure.error)), remedy
        )

    def _failure(self, words: Message, cure: str) -> StepError:
        remedy = knowledge().cures[cure].remedy(sentence(words), self._exam)
        return StepError(NOTHING, remedy)

    def _token_text(self, state: SignInState) -> Message:
        now = self._context.clocks.wall()
        ends = (claims_in(self._token) or {}).get("exp")
        lifetime = NOTHING
        if isinstance(ends, int | float):
            lifetime = LASTS.fill(minutes=max(round((ends - now.timestamp()) / 60), 0))
        if self._account.app_only:
            kind = CERTIFICATE if self._account.certificate else SECRET
            return BY_APP.fill(kind=kind, lasts=lifetime)
        days = (now - state.changed_at).days if state.changed_at is not None else 0
        words = BY_PERSON if days else BY_PERSON_TODAY
        return words.fill(lasts=lifetime, user=state.user or SOMEBODY, days=days)

    def _remarks(self, state: SignInState) -> Iterator[Message]:
        if state.by_next:
            yield BY_NEXT
        # At Entra, and of an app, the claims say it.
        if not self._account.cloud.entra and not self._account.app_only:
            claims = claims_in(self._token) or {}
            yield from self._other_person_remarks(state.user or named_in(claims, self._user))
        if state.ends is not None:
            days = (state.ends - self._context.clocks.wall().date()).days
            if days <= TELL_BEFORE:
                yield ENDS.fill(at=state.ends.isoformat(), days=days)
        elif self._account.secret and self._account.cloud.entra:
            yield fill_places(NOT_WRITTEN_DOWN, self._exam)


def _no_server(*pages: str) -> Cure:
    """Return the remedy where another program answers in the sign-in server's place."""
    return replace(knowledge().cures["connections.no_server"], lines=tuple(map(literal, pages)))


async def fetch_page(page: str, account: Account, context: TransportContext) -> Reply:
    """Fetch one page of an account's sign-in server, over the account's network. Raises
    RouteError, NoAnswerError."""
    http = await open_http(context, (account.cloud.ca_file,), PATIENCE)
    try:
        return await http.get(page, {"Accept": "application/json"})
    finally:
        await http.close()


def server_of(account: Account) -> tuple[str, int]:
    """Return host and port of the account's sign-in server."""
    parts = urlsplit(account.cloud.token_endpoint or account.cloud.authority)
    return parts.hostname or "", parts.port or 443


def values_of(account: Account) -> Mapping[str, str]:
    """Return the values of an account that are filled into remedies; none of them is a
    secret."""
    return {
        "account": account.name,
        "tenant": account.tenant,
        "client_id": account.client_id,
        "mailbox": account.mailbox,
        "secret": account.secret or "NAME",
        "redirect": account.redirect,
        "cloud": account.cloud.name,
        "app_role": account.app_role,
        "graph": account.cloud.graph,
        **_scopes(account, "smtp"),
    }


def _scopes(account: Account, resource: Resource) -> Mapping[str, str]:
    """Return the scopes that a person and an app ask for at the server."""
    cloud = account.cloud
    return {
        "scope": cloud.scope_for(resource, app_only=False, is_shared=account.is_shared),
        "app_scope": cloud.scope_for(resource, app_only=True),
    }


def ca_place(account: Account) -> str:
    """Return the setting that names a CA file for the account's sign-in server."""
    if account.network.name:
        return f"networks/{account.network.name}.toml"
    if account.cloud.ca_file:
        return f"clouds/{account.cloud.name}.toml"
    return f'networks/NAME.toml; network = "NAME" in accounts/{account.name}.toml'


def _permission(account: Account, resource: Resource) -> str:
    """Return the delegated permission that a person's route needs, as the portal lists it."""
    if resource == "graph":
        return "Mail.Send.Shared" if account.is_shared else "Mail.Send"
    return {"smtp": "SMTP.Send", "inbox": "Mail.Read"}[resource]


def page_of(account: Account) -> str:
    """Return the URL of what anybody may read there."""
    cloud = account.cloud
    if cloud.entra:
        return f"{account.authority}{WELL_KNOWN}"
    if cloud.token_endpoint:
        return account.at_tenant(cloud.token_endpoint)
    return f"{account.authority.rstrip('/')}/.well-known/openid-configuration"


def _is_other_program(reply: Reply, account: Account) -> bool:
    """Tell whether a proxy or a log-in page answered: a token endpoint may answer a GET as it
    likes."""
    if 300 <= reply.status < 400:
        return True
    html = reply.text.lstrip()[:1] == "<"
    return html and not account.cloud.token_endpoint and reply.status < 500


def _claims_text(claims: Mapping[str, Any], resource: Resource) -> Message:
    aud, _ = audience_of(claims, AUDIENCES.get(resource, ()))
    # By its number Graph's audience says nothing to a person.
    audience = (
        NAMES["graph"]
        if aud in GRAPH
        else token_diagnosis.shorten(aud).removeprefix("https://")
    )
    roles = claims.get("roles")
    rights = roles if isinstance(roles, list) else scopes_in(claims)
    subject = (
        claims.get("upn") or claims.get("preferred_username") or claims.get("appid") or "-"
    )
    rights_text = ", ".join(map(token_diagnosis.shorten, rights))[:LONGEST] or "-"
    return FOR.fill(
        aud=audience or "-", rights=rights_text, who=token_diagnosis.shorten(subject)
    )
