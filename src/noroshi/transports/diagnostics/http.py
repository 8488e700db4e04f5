"""Routes over HTTP: as far as TLS, and for Graph one request that holds no mail."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.redaction import Masks
from noroshi.core.translation import _, pgettext, plain
from noroshi.knowledge.explanation import Explanation
from noroshi.knowledge.knowledge_files import knowledge
from noroshi.network.connection_errors import NoAnswerError
from noroshi.network.graph_errors import problem_in
from noroshi.network.http import LazyHttp, Patience, Reply
from noroshi.ports import RouteError, TransportContext
from noroshi.ports.examination import Exam, Step, StepError, StepResult
from noroshi.transports.diagnostics.connection_remedies import step_error
from noroshi.transports.diagnostics.connection_steps import (
    TLS,
    ConnectionPath,
    examine_tls,
    with_values,
)
from noroshi.transports.diagnostics.token_causes import remedy_of_person, remedy_of_token
from noroshi.transports.http.graph import Options as GraphOptions
from noroshi.transports.http.status_codes import http_rule_for
from noroshi.transports.http.webhook import Options as WebhookOptions, WebhookTransport
from noroshi.transports.smtp.token_diagnosis import cause

NO_MAIL = b"Noroshi asks, and sends nothing."
"""In the place of base64: what is no mail can be sent to nobody."""
NO_SUCH_MAIL = "ErrorMimeContentInvalid"
MOST_SAID = 300
KEPT_OUT, BAD_TOKEN = ("graph.access", "graph.refuses"), "graph.token"
SEND_MAIL, URL = plain("sendMail"), plain("URL")
MAY_SEND = _(
    "allowed to send as {user}; tested with content that is not a message, so nothing was sent"
)
NO_TLS = _("plain HTTP: no TLS")
TO_POST = _("{where} (the URL is not shown)")
NOT_POSTED = with_commands(
    _(
        "Nothing was posted. Only a real message shows whether the URL itself is right: {command}"
    ),
    command=CommandText(
        "send", pgettext("command", "--to NAME --subject Test --text Test --route {route}")
    ),
)
NO_REPLY = _("{where} accepted the request but did not answer ({kind}).")


class GraphExamination:
    """Examine a route up to Graph's own judgement of whether this mailbox may be sent from."""

    def __init__(
        self,
        options: GraphOptions,
        context: TransportContext,
        exam: Exam,
        patience: Patience = Patience(),
    ) -> None:
        self._options, self._context, self._patience = options, context, patience
        parties = options.parties
        facts = {"user": parties.user, "sender": parties.sender, "envelope": parties.envelope}
        host, port = host_of(options.graph)
        self._path = ConnectionPath(
            host, port, context, with_values(exam, **facts), patience.connect
        )
        self._exam = self._path.exam
        self._lazy_http = LazyHttp(context, (options.ca_file,), patience)

    @property
    def steps(self) -> Sequence[Step]:
        return (
            *self._path.steps,
            Step(name="tls", title=TLS, take=self._tls),
            *self._exam.sign_in,
            Step(name="sendmail", title=SEND_MAIL, take=self._ask),
        )

    async def close(self) -> None:
        self._path.close()
        await self._lazy_http.close()

    async def _tls(self) -> StepResult:
        files = (self._options.ca_file, self._context.network.ca_file)
        return await examine_tls(self._path, files, self._context, self._patience.connect)

    async def _ask(self) -> StepResult:
        """Ask Graph, which looks at token, permission and mailbox before it looks at the mail
        (sendMail: 400 ErrorMimeContentInvalidBase64String)."""
        server_name = plain(self._options.where)
        try:
            token = await self._context.token(self._options.account, False, "graph")
            reply = await self._post(token)
        except RouteError as trouble:
            raise step_error(trouble, self._exam, server_name) from None
        except NoAnswerError as error:
            message = NO_REPLY.fill(where=self._options.where, kind=error)
            raise step_error(RouteError(message), self._exam, server_name) from None
        text = problem_in(reply).text
        if reply.status == 400 and NO_SUCH_MAIL in text:
            return StepResult(MAY_SEND.fill(user=self._options.user), self._options.remarks)
        raise self._refusal(reply, text, token)

    async def _post(self, token: str) -> Reply:
        http = await self._lazy_http.open()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "text/plain"}
        return await http.post(self._options.url, NO_MAIL, headers)

    def _refusal(self, reply: Reply, text: str, token: str) -> StepError:
        masked = Masks(token).masked(" ".join(text.split()))[:MOST_SAID]
        answer = f"{reply.status} {masked}".strip()
        explanation = graph_explanation(reply.status, text)
        remedy = explanation.remedy(self._exam, answer)
        user = self._options.user
        if explanation.name in KEPT_OUT:
            remedy = remedy_of_person(token, user, self._exam, answer) or remedy
        if explanation.name == BAD_TOKEN:
            now = self._context.clocks.wall()
            token_cause = cause(token, "graph", user, now)
            remedy = remedy_of_token(token, token_cause, self._exam, answer)
        summary = f"{reply.status} {problem_in(reply).code}".strip()
        return StepError(plain(summary), remedy)


class WebhookExamination:
    """Examine a webhook as far as TLS: what is posted would be read by people."""

    def __init__(
        self,
        options: WebhookOptions,
        context: TransportContext,
        exam: Exam,
        patience: Patience = Patience(),
    ) -> None:
        self._options, self._context, self._patience = options, context, patience
        self._exam = with_values(
            exam, url_entry=options.url_entry, header_entry=options.header_entry
        )
        self._transport = WebhookTransport(options, context, patience)
        self._path = ConnectionPath("", 0, context, self._exam, patience.connect)
        self._encrypted = True

    @property
    def steps(self) -> Sequence[Step]:
        return (
            Step(name="url", title=URL, take=self._url),
            *self._path.steps,
            Step(name="tls", title=TLS, take=self._tls),
        )

    async def close(self) -> None:
        self._path.close()
        await self._transport.close()

    async def _url(self) -> StepResult:
        """Find where the URL leads, which may be the vault's: only now it is known."""
        try:
            target = await self._transport.target()
        except RouteError as trouble:
            raise step_error(trouble, self._exam, plain(self._options.where)) from None
        url = target.url.reveal()
        self._encrypted = urlsplit(url).scheme == "https"
        self._path.aim(*host_of(url))
        return StepResult(TO_POST.fill(where=self._path.address))

    async def _tls(self) -> StepResult:
        remark = NOT_POSTED.fill(route=self._exam.user_values.get("route", "ROUTE"))
        if not self._encrypted:
            return StepResult(NO_TLS, (remark,))
        files = (self._options.ca_file, self._context.network.ca_file)
        result = await examine_tls(self._path, files, self._context, self._patience.connect)
        return StepResult(result.message, (*result.remarks, remark))


def graph_explanation(status: int, text: str) -> Explanation:
    """Return the explanation of Graph's answer; without a row for it, the first digit of the
    status decides."""
    rule = http_rule_for("graph", status, text)
    if rule is not None:
        return rule.explanation
    name = "graph.busy" if status >= 500 else "mail_servers.not_known"
    return knowledge().explanations["webhooks.redirected" if status // 100 == 3 else name]


def host_of(url: str) -> tuple[str, int]:
    """Return host and port that a URL leads to; it was checked when it was saved."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
