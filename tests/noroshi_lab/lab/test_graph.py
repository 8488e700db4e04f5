"""Microsoft Graph in the lab: mail handed over and found again, and all that it refuses."""

from __future__ import annotations

import asyncio
import base64
import io
import json
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from noroshi_lab.lab.directory import SHARED, Mailbox, User
from noroshi_lab.lab.graph.errors import ERRORS
from noroshi_lab.lab.lab import Lab
from noroshi_lab.lab.scopes import GRAPH, read_scopes
from tests.noroshi_lab.lab.lab_clients import Client, Clock
from tests.noroshi_lab.lab.test_exchange import SUBJECT, mail
from tests.noroshi_lab.lab.test_faults import run
from tests.noroshi_lab.lab.test_policies import turn

USER, OPS = "alerts@contoso.example", "ops@contoso.example"
OUTSIDE = "aki@elsewhere.example"
ALL = "Mail.Send Mail.ReadWrite"


class Caller:
    """A program that calls Graph with a token; without a scope it is the app by itself."""

    def __init__(self, client: Client, scopes: str = ALL, upn: str = USER) -> None:
        self.lab, self.session = client.lab, client.session
        self.base = f"{client.lab.address.graph}/v1.0"
        tenant, app = self.lab.directory.tenants[0], self.lab.board.app
        user = replace(self.lab.board.user, upn=upn)
        if scopes:
            asked = read_scopes(" ".join(f"{GRAPH}/{each}" for each in scopes.split()))
            self.token = self.lab.grants.access_token(tenant, app, user, asked)
        else:
            self.token = self.lab.grants.scribe.for_app(tenant, app, GRAPH)

    async def ask(
        self, method: str, path: str, kind: str = "", body: bytes | None = None
    ) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= {"Content-Type": kind} if kind else {}
        url = path if path.startswith("https:") else self.base + path
        data = None if body is None else io.BytesIO(body)
        async with self.session.request(method, url, data=data, headers=headers) as answer:
            self.headers = answer.headers
            text = await answer.text()
            return answer.status, json.loads(text) if text.startswith("{") else text

    async def send(self, content: bytes, whose: str = "/me") -> tuple[int, Any]:
        """By MIME."""
        body = base64.encodebytes(content)
        return await self.ask("POST", f"{whose}/sendMail", "text/plain", body)

    async def post(self, told: Any, whose: str = "/me") -> tuple[int, Any]:
        """By JSON."""
        body = json.dumps(told).encode()
        return await self.ask("POST", f"{whose}/sendMail", "application/json", body)


@pytest.fixture
def caller(client: Client) -> Caller:
    return Caller(client)


@pytest.fixture
def app(client: Client) -> Caller:
    """The app by itself, with an administrator's consent."""
    turn(client.lab, "graph-send", "consented")
    turn(client.lab, "graph-read", "read-write")
    return Caller(client, "")


def message(*to: str, **more: Any) -> dict[str, Any]:
    people = [{"emailAddress": {"address": each}} for each in to or (OPS,)]
    told = {
        "subject": SUBJECT,
        "body": {"contentType": "Text", "content": "使用率 95.2 %"},
        "toRecipients": people,
    }
    return {"message": told | more}


async def test_a_mail_as_mime_lies_in_the_mailbox_and_in_sent_items(caller: Caller) -> None:
    assert await caller.send(mail()) == (202, "")
    [kept] = caller.lab.mailboxes.mails()
    assert (kept.mailbox, kept.subject) == (OPS, SUBJECT)
    assert kept.message_id == "<01J.17@contoso.example>"
    assert "Microsoft Graph" in kept.received
    [sent] = caller.lab.mailboxes.mails(USER, "sentitems")
    assert sent.message_id == kept.message_id


async def test_a_hidden_copy_is_sent_and_its_header_taken_out(caller: Caller) -> None:
    hidden = f"Bcc: {OUTSIDE},\r\n boss@elsewhere.example\r\n".encode()
    assert (await caller.send(hidden + mail()))[0] == 202
    kept = caller.lab.mailboxes.mails()
    assert {each.mailbox for each in kept} == {OPS, OUTSIDE, "boss@elsewhere.example"}
    assert all(b"bcc" not in each.raw.lower() for each in kept)


async def test_what_the_mail_lacks_is_added(caller: Caller) -> None:
    assert (await caller.send(f"To: {OPS}\nSubject: s\n\nt\n".encode()))[0] == 202
    [kept] = caller.lab.mailboxes.mails()
    assert kept.from_ == USER and kept.date and kept.message_id.endswith("@contoso.example>")


async def test_a_mail_as_json_is_composed(caller: Caller) -> None:
    file = {
        "@odata.type": "#microsoft.graph.fileAttachment",
        "name": "ログ.txt",
        "contentType": "text/plain",
        "contentBytes": base64.b64encode("行\n".encode()).decode(),
    }
    told = message(
        internetMessageHeaders=[{"name": "x-noroshi", "value": "1"}],
        attachments=[file],
        bccRecipients=[{"emailAddress": {"address": OUTSIDE, "name": 'Aki, "A"'}}],
    )
    assert (await caller.post(told | {"saveToSentItems": False}))[0] == 202
    kept = caller.lab.mailboxes.mails()
    assert [each.mailbox for each in kept] == [OPS, OUTSIDE]
    assert kept[0].subject == SUBJECT and kept[0].text.strip() == "使用率 95.2 %"
    assert b"x-noroshi: 1" in kept[0].raw and b"filename" in kept[0].raw
    assert caller.lab.mailboxes.mails(USER, "sentitems") == ()


@pytest.mark.parametrize(
    ("kind", "body", "status", "code"),
    [
        pytest.param(
            "text/plain", b"!", 400, "ErrorMimeContentInvalidBase64String", id="no base64"
        ),
        pytest.param(
            "text/plain",
            base64.b64encode(b"Subject: s\r\n\r\nt"),
            400,
            "ErrorInvalidRecipients",
            id="to nobody",
        ),
        pytest.param("application/json", b"{", 400, "BadRequest", id="no JSON"),
        pytest.param("application/json", b"{}", 400, "BadRequest", id="no message"),
        pytest.param(
            "application/json",
            json.dumps(message("not an address")).encode(),
            400,
            "ErrorInvalidRecipients",
            id="no address",
        ),
        pytest.param(
            "application/json",
            json.dumps(
                message(internetMessageHeaders=[{"name": "In-Reply-To", "value": "<1@a>"}])
            ).encode(),
            400,
            "InvalidInternetMessageHeader",
            id="a header that JSON may not set",
        ),
        pytest.param("text/html", b"x", 415, "UnsupportedMediaType", id="another type"),
        pytest.param(
            "text/plain", b"A" * (4 * 1024 * 1024 + 1), 413, "RequestEntityTooLarge", id="size"
        ),
    ],
)
async def test_what_cannot_be_sent_is_refused_in_graphs_envelope(
    caller: Caller, kind: str, body: bytes, status: int, code: str
) -> None:
    found, told = await caller.ask("POST", "/me/sendMail", kind, body)
    assert (found, told["error"]["code"]) == (status, code)
    assert told["error"]["message"]
    inner = told["error"]["innerError"]
    assert inner["request-id"] == caller.headers["request-id"]
    assert inner["date"] == "2026-11-25T01:02:03"
    assert caller.lab.mailboxes.mails() == ()


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        pytest.param("/users/nobody@contoso.example", 404, "ErrorInvalidUser", id="no user"),
        pytest.param(
            "/users/boss@contoso.example", 404, "MailboxNotEnabledForRESTAPI", id="no mailbox"
        ),
        pytest.param("/me", 400, "BadRequest", id="an app is nobody"),
        pytest.param("/groups/x", 400, "BadRequest", id="no such segment"),
    ],
)
async def test_a_mailbox_that_is_not_there_is_told_from_one_that_is_closed(
    app: Caller, path: str, status: int, code: str
) -> None:
    boss = User(upn="boss@contoso.example", password="x", oid="o-9", name="Boss")
    app.lab.directory.tenants[0].users[boss.upn] = boss
    found, told = await app.send(mail(), path)
    assert (found, told["error"]["code"]) == (status, code)


async def test_an_app_sends_from_every_mailbox_until_the_tenant_closes_one(app: Caller) -> None:
    for name in (USER, "o-1"):
        assert (await app.send(mail(), f"/users/{name}"))[0] == 202
    assert (await app.send(mail(sender=OPS), f"/users/{OPS}"))[0] == 202
    turn(app.lab, "graph-mailbox", "closed")
    status, told = await app.send(mail(), f"/users/{USER}")
    assert (status, told["error"]["code"]) == (403, "ErrorAccessDenied")
    assert "AccessPolicy" in told["error"]["message"]


async def test_without_consent_an_app_is_denied(client: Client) -> None:
    status, told = await Caller(client, "").send(mail(), f"/users/{USER}")
    assert (status, told["error"]["code"]) == (403, "ErrorAccessDenied")


async def test_what_a_token_must_be_is_told_with_401(
    client: Client, clock: Clock, caller: Caller
) -> None:
    found = []
    for token in ("", "no.jwt", _for_smtp(client.lab), caller.token):
        caller.token = token
        status, told = await caller.send(mail())
        found.append((status, told["error"]["code"] if told else ""))
    assert found == [(401, "InvalidAuthenticationToken")] * 3 + [(202, "")]
    clock.move(hours=2)
    status, told = await caller.send(mail())
    assert status == 401 and "expired" in told["error"]["message"]
    assert caller.headers["WWW-Authenticate"].startswith("Bearer")


def _for_smtp(lab: Lab) -> str:
    scopes = read_scopes("https://outlook.office.com/SMTP.Send")
    return lab.grants.access_token(
        lab.directory.tenants[0], lab.board.app, lab.board.user, scopes
    )


@pytest.mark.parametrize(
    ("scopes", "sends", "reads", "deletes"),
    [
        ("Mail.Send", 202, 403, 403),
        ("Mail.Read", 403, 200, 403),
        ("Mail.ReadBasic", 403, 200, 403),
        ("Mail.ReadWrite", 403, 200, 204),
    ],
)
async def test_each_permission_reaches_as_far_as_it_says(
    client: Client, caller: Caller, scopes: str, sends: int, reads: int, deletes: int
) -> None:
    await caller.send(mail(), "/me")
    _, told = await caller.ask("GET", "/me/messages")
    [sent] = told["value"]
    limited = Caller(client, scopes)
    assert (await limited.send(mail()))[0] == sends
    assert (await limited.ask("GET", "/me/messages"))[0] == reads
    assert (await limited.ask("DELETE", f"/me/messages/{sent['id']}"))[0] == deletes


async def test_a_shared_mailbox_wants_the_permission_for_shared_ones(client: Client) -> None:
    boxes = client.lab.directory.tenants[0].mailboxes
    boxes[OPS] = replace(boxes[OPS], open_to=frozenset({USER}))
    path = f"/users/{OPS}"
    assert (await Caller(client, "Mail.Send").send(mail(sender=OPS), path))[0] == 403
    assert (await Caller(client, "Mail.Send.Shared").send(mail(sender=OPS), path))[0] == 202


async def test_a_delegate_may_lose_the_rights_to_a_shared_mailbox(client: Client) -> None:
    boxes = client.lab.directory.tenants[0].mailboxes
    boxes[SHARED] = Mailbox(address=SHARED, open_to=frozenset({USER}))
    path, caller = f"/users/{SHARED}", Caller(client, "Mail.Send.Shared Mail.Read.Shared")
    assert (await caller.send(mail(sender=SHARED), path))[0] == 202
    assert (await caller.ask("GET", f"{path}/messages"))[0] == 200
    turn(client.lab, "delegate", "missing")
    status, told = await caller.send(mail(sender=SHARED), path)
    assert (status, told["error"]["code"]) == (403, "ErrorAccessDenied")


@pytest.mark.parametrize(
    ("switch", "value", "status", "code"),
    [
        pytest.param("sender", "blocked", 403, "ErrorMessageSubmissionBlocked", id="spam"),
        pytest.param("mailbox-quota", "0.0001", 507, "ErrorQuotaExceeded", id="mailbox full"),
        pytest.param("recipients-a-day", "0.5", 202, "", id="no limit"),
        pytest.param("recipients", "1", 400, "ErrorInvalidRecipients", id="recipients"),
        pytest.param("size", "0.001", 413, "ErrorMessageSizeExceeded", id="size"),
    ],
)
async def test_what_exchange_refuses_is_told_in_graphs_words(
    caller: Caller, switch: str, value: str, status: int, code: str
) -> None:
    turn(caller.lab, switch, value)
    big = mail() + b"x" * 2000
    found, told = await caller.send(f"Bcc: {OUTSIDE}\r\n".encode() + big)
    assert found == status and (not code or told["error"]["code"] == code)


async def test_a_foreign_sender_is_denied(caller: Caller) -> None:
    found, told = await caller.send(mail(sender="boss@contoso.example"))
    assert (found, told["error"]["code"]) == (403, "ErrorSendAsDenied")


async def test_the_days_recipients_are_one_count_for_both_ways(
    caller: Caller, clock: Clock
) -> None:
    turn(caller.lab, "recipients-a-day", "1")
    assert (await caller.send(mail()))[0] == 202
    found, told = await caller.send(mail())
    assert (found, told["error"]["code"]) == (429, "ErrorExceededMessageLimit")
    assert caller.headers["Retry-After"] == "30"
    clock.move(days=1)
    caller.token = _for_graph(caller.lab)
    assert (await caller.send(mail()))[0] == 202


def _for_graph(lab: Lab) -> str:
    scopes = read_scopes(f"{GRAPH}/Mail.Send {GRAPH}/Mail.ReadWrite")
    return lab.grants.access_token(
        lab.directory.tenants[0], lab.board.app, lab.board.user, scopes
    )


async def test_above_the_minutes_limit_a_mail_is_accepted_and_goes_later(
    caller: Caller, clock: Clock
) -> None:
    turn(caller.lab, "throttling", "delay")
    turn(caller.lab, "mails-a-minute", "1")
    for _ in range(2):
        assert (await caller.send(mail()))[0] == 202
    assert len(caller.lab.mailboxes.mails()) == 1
    clock.move(minutes=1)
    assert len(await caller.lab.mailboxes.wait_for(2)) == 2


async def test_above_the_minutes_limit_a_mail_is_refused_where_that_is_the_manner(
    caller: Caller,
) -> None:
    turn(caller.lab, "throttling", "reject")
    turn(caller.lab, "mails-a-minute", "1")
    found = [(await caller.send(mail()))[0] for _ in range(2)]
    assert found == [202, 429]


async def test_what_may_not_leave_the_tenant_is_accepted_and_comes_back(caller: Caller) -> None:
    turn(caller.lab, "licences", "0")
    caller.lab.submission.usage.note(USER, recipients=0, outside=5000, initial=False)
    assert (await caller.send(f"Bcc: {OUTSIDE}\r\n".encode() + mail()))[0] == 202
    arrived = {each.mailbox: each for each in await caller.lab.mailboxes.wait_for(2)}
    assert arrived.keys() == {USER, OPS}
    assert "5.7.232" in arrived[USER].text and OUTSIDE in arrived[USER].text


async def test_four_requests_at_once_are_the_most_of_one_app_on_one_mailbox(
    caller: Caller,
) -> None:
    turn(caller.lab, "graph-latency", "0.5")
    found = await asyncio.gather(*(caller.send(mail()) for _ in range(6)))
    assert sorted(status for status, _ in found) == [202, 202, 202, 202, 429, 429]
    refused = next(told for status, told in found if status == 429)
    assert refused["error"]["code"] == "ApplicationThrottled"


async def test_requests_are_counted_for_ten_minutes(caller: Caller, clock: Clock) -> None:
    turn(caller.lab, "graph-requests", "2")
    found = [(await caller.ask("GET", "/me/messages"))[0] for _ in range(3)]
    assert found == [200, 200, 429]
    clock.move(minutes=10)
    assert (await caller.ask("GET", "/me/messages"))[0] == 200


@pytest.mark.parametrize("folder", ["/me/mailFolders/inbox/messages", "/me/messages"])
async def test_a_mail_is_found_by_its_message_id_read_and_deleted(
    client: Client, folder: str
) -> None:
    caller = Caller(client)
    for number in range(3):
        content = (
            mail().replace(b"01J.17", b"01J.%d" % number).replace(b"To: ops@", b"To: alerts@")
        )
        assert (await caller.send(content))[0] == 202
    wanted = "<01J.1@contoso.example>"
    query = f"?$filter=internetMessageId eq '{wanted}'&$select=id,subject,receivedDateTime"
    status, told = await caller.ask("GET", folder + query)
    assert status == 200
    found = [each for each in told["value"] if each["subject"] == SUBJECT]
    assert len(found) == (1 if "inbox" in folder else 2)  # all folders: Sent Items as well
    assert set(found[0]) == {"@odata.etag", "id", "subject", "receivedDateTime"}
    assert found[0]["receivedDateTime"] == "2026-11-25T01:02:03Z"
    path = f"{folder}/{found[0]['id']}"
    status, whole = await caller.ask("GET", path)
    assert whole["internetMessageId"] == wanted and "internetMessageHeaders" not in whole
    assert whole["toRecipients"][0]["emailAddress"]["address"] == USER
    status, source = await caller.ask("GET", f"{path}/$value")
    assert status == 200 and wanted in source
    assert (await caller.ask("DELETE", path))[0] == 204
    _, told = await caller.ask("GET", "/me/mailFolders/deleteditems/messages" + query)
    assert len(told["value"]) == 1
    assert (await caller.ask("DELETE", path))[0] == 204
    status, told = await caller.ask("GET", path)
    assert (status, told["error"]["code"]) == (404, "ErrorItemNotFound")


async def test_mails_are_found_by_time_in_pages_the_newest_first(
    client: Client, clock: Clock
) -> None:
    turn(client.lab, "token-life", "1d")
    caller = Caller(client)
    for number in range(5):
        content = mail(subject=f"No. {number}").replace(b"To: ops@", b"To: alerts@")
        await caller.send(content)
        clock.move(minutes=1)
    since = (
        "receivedDateTime ge 2026-11-25T01:03:00Z and receivedDateTime lt 2026-11-25T01:07:00Z"
    )
    path = f"/me/mailFolders/inbox/messages?$filter={since}&$top=3&$count=true"
    _, told = await caller.ask("GET", path)
    assert [each["subject"] for each in told["value"]] == ["No. 4", "No. 3", "No. 2"]
    assert told["@odata.count"] == 4
    _, rest = await caller.ask("GET", told["@odata.nextLink"])
    assert [each["subject"] for each in rest["value"]] == ["No. 1"]
    assert "@odata.nextLink" not in rest


@pytest.mark.parametrize(
    ("query", "code"),
    [
        pytest.param("$filter=subject like 'x'", "BadRequest", id="no such operator"),
        pytest.param("$filter=colour eq 'red'", "BadRequest", id="no such field"),
        pytest.param("$select=colour", "BadRequest", id="nothing to select"),
        pytest.param("$top=0", "BadRequest", id="too few"),
        pytest.param("$top=1001", "BadRequest", id="too many"),
        pytest.param(
            "$filter=subject eq 'x'&$orderby=receivedDateTime desc",
            "InefficientFilter",
            id="ordered by what is not filtered",
        ),
    ],
)
async def test_a_query_that_graph_does_not_understand_is_refused(
    caller: Caller, query: str, code: str
) -> None:
    status, told = await caller.ask("GET", f"/me/messages?{query}")
    assert (status, told["error"]["code"]) == (400, code)


async def test_an_order_is_taken_where_its_field_is_filtered_first(caller: Caller) -> None:
    query = "$filter=receivedDateTime ge 2026-01-01T00:00:00Z and startswith(subject,'[危険]')"
    await caller.send(mail())
    status, told = await caller.ask(
        "GET", f"/me/messages?{query}&$orderby=receivedDateTime asc"
    )
    assert status == 200 and len(told["value"]) == 1


async def test_who_may_read_headers_alone_sees_no_body(client: Client) -> None:
    await Caller(client).send(mail())
    _, told = await Caller(client, "Mail.ReadBasic").ask("GET", "/me/messages")
    assert not {"body", "bodyPreview"} & set(told["value"][0])


async def test_another_mailboxes_mail_is_not_found_by_its_id(
    client: Client, app: Caller
) -> None:
    await app.send(mail(), f"/users/{USER}")
    _, told = await app.ask("GET", f"/users/{OPS}/messages")
    [theirs] = told["value"]
    status, _ = await app.ask("GET", f"/users/{USER}/messages/{theirs['id']}")
    assert status == 404


@pytest.mark.parametrize("code", sorted(ERRORS))
async def test_each_of_graphs_codes_can_be_scripted(caller: Caller, code: str) -> None:
    await run(caller.lab, "fault", "SENDMAIL", code)
    status, told = await caller.send(mail())
    assert (status, told["error"]["code"]) == (ERRORS[code][0], code)
    assert (await caller.send(mail()))[0] == 202


@pytest.mark.parametrize(
    ("does", "kept"), [pytest.param("drop", 0, id="before"), ("keep-then-drop", 1)]
)
async def test_the_connection_may_break_before_or_after_the_mail_is_kept(
    caller: Caller, does: str, kept: int
) -> None:
    await run(caller.lab, "fault", "SENDMAIL", does)
    with pytest.raises(aiohttp.ClientError):
        await caller.send(mail())
    assert len(caller.lab.mailboxes.mails()) == kept


@pytest.mark.parametrize(
    ("at", "does"),
    [("SENDMAIL", "90033"), ("SENDMAIL", "ok-then-drop"), ("MESSAGES", "keep-then-drop")],
)
async def test_what_is_no_fault_of_graphs_is_not_taken(
    lab: Lab, at: str, does: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (await run(lab, "fault", at, does))[0] == 1
    assert "no such fault" in capsys.readouterr().err


async def test_graph_goes_down_by_itself(client: Client, caller: Caller) -> None:
    await run(client.lab, "set", "graph=busy")
    assert (await caller.send(mail()))[0] == 503
    assert caller.headers["Retry-After"] == "30"
    await run(client.lab, "set", "graph=refuses")
    with pytest.raises(aiohttp.ClientConnectionError):
        await caller.send(mail())
    await run(client.lab, "set", "graph=up", "graph-certificate=expired")
    with pytest.raises(aiohttp.ClientConnectorCertificateError):
        await caller.send(mail())


async def test_a_sign_in_for_graph_gets_a_token_that_graph_takes(client: Client) -> None:
    answer = await client.tokens(scope=f"{GRAPH}/Mail.Send offline_access")
    caller = Caller(client)
    caller.token = answer["access_token"]
    assert (await caller.send(mail()))[0] == 202
    assert (await caller.ask("GET", "/me/messages"))[0] == 403


async def test_a_folder_is_asked_for_by_its_well_known_name(caller: Caller) -> None:
    await caller.send(mail())
    status, folder = await caller.ask("GET", "/me/mailFolders/SentItems?$select=id")
    assert (status, folder["id"], folder["totalItemCount"]) == (200, "sentitems", 1)
    _, found = await caller.ask("GET", "/me/messages?$select=parentFolderId")
    assert [each["parentFolderId"] for each in found["value"]] == [folder["id"]]
    status, refused = await caller.ask("GET", "/me/mailFolders/nowhere")
    assert (status, refused["error"]["code"]) == (404, "ErrorItemNotFound")
