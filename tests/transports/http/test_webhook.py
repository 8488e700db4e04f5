"""A webhook, against a small server of our own."""

from __future__ import annotations

import json
import logging
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest

from noroshi import schema
from noroshi.core.delivery import Accepted, NextRoute, OpenCircuit, Retry, decide_fate
from noroshi.core.mail import POSSIBLE_SENDER, Envelope, Fault, Network, Parcel, Verdict
from noroshi.core.network_policy import NetworkPolicy
from noroshi.core.roles import ADMIN, OPERATOR, roles_up_to
from noroshi.core.translation import bilingual
from noroshi.network.http import Patience
from noroshi.ports import Clocks, RouteError, TransportContext
from noroshi.transports.http.status_codes import http_rule_for, http_rules
from noroshi.transports.http.webhook import KIND, Options, WebhookTransport
from noroshi.transports.http.webhook_payloads import (
    MOST_OF_TEAMS,
    SHAPES,
    as_discord,
    as_json,
    as_slack,
    as_teams,
    as_text,
)
from tests.network.proxies import Proxy
from tests.network.sites import DROP, Site, says
from tests.sweeps import sweep
from tests.transports.mail_server import make_certificate

NOW = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)
PATIENT = Patience(connect=300, answer=300, idle=300)
LETTER = Envelope(
    id="01J.17/ops/aki",
    routes=("hook", "smtp1"),
    contact="aki",
    to=("aki@example.com", "no address"),
    order="01J/aki",
    alarms=("01J.17/ops/aki",),
    payload={
        "subject": "[危険] FS01 <disk>",
        "text": "使用率は *95.2%* です。\n\n& より\n",
        "html": "<p>…</p>",
        "language": "ja",
        "level": "critical",
        "list": "fs01",
    },
    born=NOW,
)
SECRET_PATH = "T0001/B0001/XXcanaryXXcanaryXX"


class Vault:
    def __init__(self, **entries):
        self.entries = entries

    async def __call__(self, entry):
        found = self.entries.get(entry)
        if found is None:
            raise RouteError(
                bilingual(en=f"no entry {entry}", ja="ありません"), fault=Fault.SIGN_IN
            )
        return found


async def no_token(account, force, resource):
    raise AssertionError("nobody asked for a token")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    return make_certificate(folder), str(folder / "ca.pem")


@pytest.fixture
async def site(certificate):
    async with Site(tls=certificate[0]).open() as found:
        yield found


@asynccontextmanager
async def route(certificate, vault=None, network=None, **given):
    clocks = Clocks(wall=lambda: NOW, steady=lambda: 0.0)
    outside = TransportContext(clocks, no_token, vault or Vault(), network or Network())
    wanted = Options(**({"ca_file": certificate[1]} | given))
    transport = WebhookTransport(wanted, outside, PATIENT)
    yield transport
    await transport.close()


async def receipt_of(certificate, letter=LETTER, **given):
    async with route(certificate, **given) as transport:
        return await transport.send(letter)


def answer_in(receipt):
    assert receipt.answers.keys() == set(LETTER.to)
    (answer,) = set(receipt.answers.values())
    return answer


async def test_what_is_told_is_posted_once_for_all_of_a_contact_s_addresses(site, certificate):
    site.answers = [says(200, b"ok", X_Request_Id="4711")]
    receipt = await receipt_of(certificate, url=f"{site.url}/hook")
    answer = answer_in(receipt)
    assert (answer.verdict, answer.code, answer.text) == (Verdict.ACCEPTED, 200, "ok")
    assert receipt.provider_id == "4711"
    assert isinstance(decide_fate(Parcel(LETTER, "hook", "lease"), receipt, 0.0), Accepted)
    (heard,) = site.heard
    assert heard.line == "POST /hook HTTP/1.1"
    assert json.loads(heard.body)["subject"] == "[危険] FS01 <disk>"


async def test_url_and_header_may_come_from_the_vault(site, certificate):
    vault = Vault(hook=f"  {site.url}/services/{SECRET_PATH}\n", bearer="Bearer canary-1234")
    given = {"url_entry": "hook", "header": "Authorization", "header_entry": "bearer"}
    assert answer_in(await receipt_of(certificate, vault=vault, **given)).verdict is (
        Verdict.ACCEPTED
    )
    assert site.heard[0].line == f"POST /services/{SECRET_PATH} HTTP/1.1"
    assert site.heard[0].headers["authorization"] == "Bearer canary-1234"


async def test_http_will_do_on_a_private_network_when_it_is_asked_for(certificate):
    async with Site().open() as site:
        url = f"http://127.0.0.1:{site.port}/hook"
        receipt = await receipt_of(certificate, url=url, plain_http=True)
    assert answer_in(receipt).verdict is Verdict.ACCEPTED


async def test_it_goes_through_the_route_s_proxy(site, certificate):
    async with Proxy().open() as proxy:
        network = Network(name="office", proxy=proxy.address)
        await receipt_of(certificate, url=f"{site.url}/hook", network=network)
    assert proxy.asked == [f"localhost:{site.port}"] and len(site.heard) == 1


async def test_what_it_answers_is_for_administrators_alone(site, certificate):
    """Else a route that leads into the house reads there for whoever may look at the queue."""
    site.answers = [says(500, b"canary of the house")]
    answer = answer_in(await receipt_of(certificate, url=f"{site.url}/hook"))
    assert "canary" not in str(answer.words) and "500 Internal Server Error" in answer.words.en
    assert answer.text_for(roles_up_to(ADMIN)) == "canary of the house"
    assert answer.text_for(roles_up_to(OPERATOR)) == ""


# Shapes


def test_json_says_all_by_name():
    kind, body = as_json(replace(LETTER, thread=("01J.11/ops/aki", "01J.12/ops/aki")))
    assert kind == "application/json"
    assert json.loads(body) == {
        "id": "01J.17/ops/aki",
        "thread": "01J.11/ops/aki",
        "at": "2026-04-01T03:00:00+00:00",
        "contact": "aki",
        "level": "critical",
        "instance": "fs01",
        "language": "ja",
        "subject": "[危険] FS01 <disk>",
        "text": "使用率は *95.2%* です。\n\n& より\n",
    }


def test_teams_gets_a_card_in_which_nothing_is_taken_for_markdown():
    _, body = as_teams(LETTER)
    (attachment,) = json.loads(body)["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    head, *lines = attachment["content"]["body"]
    assert (head["text"], head["color"]) == ("\\[危険\\] FS01 <disk\\>", "attention")
    assert [line["text"] for line in lines] == ["使用率は \\*95.2%\\* です。", "& より"]


def test_teams_gets_no_more_than_it_takes():
    long = replace(LETTER, payload={**LETTER.payload, "text": "長い行です。\n" * 3000})
    _, body = as_teams(long)
    lines = json.loads(body)["attachments"][0]["content"]["body"]
    assert sum(len(line["text"].encode()) for line in lines) <= MOST_OF_TEAMS + 100
    assert lines[-1]["text"] == "…"


def test_slack_gets_a_text_in_which_no_link_can_be_hidden():
    _, body = as_slack(LETTER)
    assert json.loads(body)["text"] == (
        "*[危険] FS01 &lt;disk&gt;*\n使用率は *95.2%* です。\n\n&amp; より\n"
    )


def test_discord_gets_an_embed_that_calls_nobody_and_in_which_nothing_is_markdown():
    kind, body = as_discord(LETTER)
    post = json.loads(body)
    assert (kind, post["allowed_mentions"]) == ("application/json", {"parse": []})
    (embed,) = post["embeds"]
    assert embed["title"] == "\\[危険\\] FS01 <disk\\>"
    assert embed["description"] == "使用率は \\*95.2%\\* です。\n\n& より\n"
    healed = as_discord(replace(LETTER, payload={**LETTER.payload, "level": "ok"}))
    assert json.loads(healed[1])["embeds"][0]["color"] != embed["color"]


def test_discord_gets_no_more_than_it_takes():
    long = {"subject": "件名*" * 200, "text": "長い行_です。\n" * 3000}
    (embed,) = json.loads(as_discord(replace(LETTER, payload=long))[1])["embeds"]
    assert len(embed["title"]) <= 256 and len(embed["description"]) <= 4096
    assert embed["title"].endswith("…") and embed["description"].endswith("\n…")
    assert "\\…" not in embed["title"], "no half of an escape stands at the end"


def test_plain_text_is_as_a_person_reads_it():
    kind, body = as_text(replace(LETTER, payload={"subject": "s\ud800", "text": "t"}))
    assert (kind, body) == ("text/plain; charset=utf-8", b"s?\n\nt")


def test_a_post_says_which_other_node_may_have_sent_the_same():
    payload = {"subject": "s", "text": "t", "language": "en", POSSIBLE_SENDER: "fs01"}
    for shape in SHAPES.values():
        _, body = shape(replace(LETTER, payload=payload))
        assert b"fs01 may have sent this message too." in body
    _, body = as_text(replace(LETTER, payload={**payload, "language": "ja"}))
    assert "fs01 からも送信された可能性" in body.decode()


@pytest.mark.parametrize("shape", ["json", "teams", "slack", "discord", "text"])
async def test_each_shape_arrives(site, certificate, shape):
    odd = replace(LETTER, payload={"subject": "half \ud83d", "text": None})
    await receipt_of(certificate, letter=odd, url=f"{site.url}/hook", shape=shape)
    assert site.heard[0].body


# What it answers


SAID = [
    (200, "ok", Verdict.ACCEPTED),
    (202, "", Verdict.ACCEPTED),
    (204, "", Verdict.ACCEPTED),
    (
        200,
        "Webhook message delivery failed with error: Microsoft Teams endpoint returned 429",
        Verdict.DEFERRED,
    ),
    (301, "", Fault.SETUP),
    (400, "invalid_payload", Verdict.REFUSED),
    (400, "no_service", Fault.SETUP),
    (400, '{"error":{"code":"WorkflowTriggerIsNotEnabled"}}', Fault.SETUP),
    (401, "", Fault.SIGN_IN),
    (402, "", Fault.PERMISSION),
    (403, "invalid_token", Fault.SIGN_IN),
    (403, "action_prohibited", Fault.PERMISSION),
    (404, "channel_not_found", Fault.SETUP),
    (408, "", Verdict.DEFERRED),
    (410, "channel_is_archived", Fault.PERMISSION),
    (410, "", Fault.SETUP),
    (413, "", Verdict.REFUSED),
    (422, "", Verdict.REFUSED),
    (425, "", Verdict.DEFERRED),
    (429, "rate_limited", Fault.SERVER),
    (500, "rollup_error", Fault.SERVER),
    (503, "", Fault.SERVER),
]


def test_every_row_has_its_story():
    told = [http_rule_for("webhooks", status, text) for status, text, _ in SAID]
    assert [rule for rule in http_rules("webhooks") if rule not in told] == []
    assert all(rule.source for rule in http_rules("webhooks"))


@pytest.mark.parametrize(
    ("status", "text", "means"),
    [pytest.param(*row, id=f"{row[0]} {row[1][:30]}") for row in SAID],
)
async def test_it_says(site, certificate, status, text, means):
    site.answers = [says(status, text.encode())]
    receipt = await receipt_of(certificate, url=f"{site.url}/hook")
    answer = answer_in(receipt)
    verdict, fault = (Verdict.ROUTE_DOWN, means) if isinstance(means, Fault) else (means, None)
    assert (answer.verdict, answer.fault, answer.code) == (verdict, fault, status)
    rule = http_rule_for("webhooks", status, text)
    if rule is not None and not rule.explanation.quiet:
        told = rule.explanation.summary()
        assert told.en in answer.words.en and told.ja in answer.words.ja
    wanted = {
        Verdict.ACCEPTED: Accepted,
        Verdict.REFUSED: NextRoute,
        Verdict.DEFERRED: Retry,
        Verdict.ROUTE_DOWN: OpenCircuit,
    }
    assert type(decide_fate(Parcel(LETTER, "hook", "lease"), receipt, 0.0)) is wanted[verdict]


async def test_retry_after_is_kept(site, certificate):
    site.answers = [says(429, b"", Retry_After="90")]
    answer = answer_in(await receipt_of(certificate, url=f"{site.url}/hook"))
    assert answer.again == NOW + timedelta(seconds=90)


async def test_an_answer_that_never_came_is_told_and_posted_again(site, certificate):
    site.answers = [DROP]
    answer = answer_in(await receipt_of(certificate, url=f"{site.url}/hook"))
    assert answer.verdict is Verdict.DEFERRED and "may arrive twice" in answer.words.en


async def test_a_certificate_nobody_vouches_for_gets_nothing(site, certificate):
    receipt = await receipt_of(certificate, url=f"{site.url}/hook", ca_file="")
    answer = answer_in(receipt)
    assert answer.verdict is Verdict.ROUTE_DOWN and "issued by test CA" in answer.words.en
    assert site.heard == []


# Where it does not lead


@pytest.mark.parametrize("proxied", [False, True])
async def test_it_leads_to_no_cloud_s_metadata(certificate, proxied):
    async with Proxy().open() as proxy:
        network = Network(name="office", proxy=proxy.address if proxied else "")
        url = "http://169.254.169.254/latest/meta-data/"
        vault = Vault(hook="https://metadata.google.internal./x")
        for given in ({"url": url, "plain_http": True}, {"url_entry": "hook"}):
            if proxied or "url" in given:  # by itself nobody here knows the name
                answer = answer_in(
                    await receipt_of(certificate, network=network, vault=vault, **given)
                )
                assert (
                    answer.verdict is Verdict.ROUTE_DOWN and "a cloud gives" in answer.words.en
                )
    assert proxy.asked == []


async def test_it_leads_to_our_own_manager_only_if_the_process_s_file_says_so(
    site, certificate
):
    given = {"url": f"{site.url}/api/status"}
    network = Network(policy=NetworkPolicy(site.port))
    answer = answer_in(await receipt_of(certificate, network=network, **given))
    assert "Noroshi's own manager" in answer.words.en and site.connections == 0
    loopback = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
    opened = Network(policy=NetworkPolicy(site.port, loopback))
    await receipt_of(certificate, network=opened, **given)
    assert len(site.heard) == 1


async def test_a_redirect_of_a_webhook_is_not_followed(site, certificate):
    site.answers = [says(307, location="https://169.254.169.254/latest/")]
    answer = answer_in(await receipt_of(certificate, url=f"{site.url}/hook"))
    assert (answer.code, len(site.heard)) == (307, 1)


async def test_of_a_long_answer_an_administrator_reads_the_beginning(site, certificate):
    site.answers = [says(500, b"x" * 200_000)]
    answer = answer_in(await receipt_of(certificate, url=f"{site.url}/hook"))
    assert 0 < len(answer.text_for(roles_up_to(ADMIN))) <= 300


# What is a secret


@pytest.mark.parametrize("status", [200, 400, 404])
async def test_a_secret_that_the_other_side_quotes_is_told_nowhere(
    site, certificate, status, caplog
):
    caplog.set_level(logging.DEBUG)
    body = f"no such hook: /services/{SECRET_PATH}?sig=qwertyuiop (Bearer canary-1234)"
    site.answers = [says(status, body.encode())]
    url = f"{site.url}/services/{SECRET_PATH}?sig=qwertyuiop"
    given = {"url_entry": "hook", "header": "X-Key", "header_entry": "key"}
    vault = Vault(hook=url, key="canary-1234")
    receipt = await receipt_of(certificate, vault=vault, **given)
    told = repr(receipt) + caplog.text
    assert "no such hook" in told
    for secret in ("XXcanaryXX", "qwertyuiop", "canary-1234"):
        assert secret not in told


async def test_a_url_that_nobody_answers_is_not_told_either(certificate):
    vault = Vault(hook=f"https://127.0.0.1:9/services/{SECRET_PATH}")
    receipt = await receipt_of(certificate, vault=vault, url_entry="hook")
    assert "cannot connect to 127.0.0.1:9" in repr(receipt)
    assert "XXcanaryXX" not in repr(receipt)


@pytest.mark.parametrize(
    ("vault", "said"),
    [
        ({}, "no entry hook"),
        ({"hook": "hooks.example/x"}, "cannot be used for this route: the URL must be"),
        ({"hook": "http://example.com/x"}, "HTTP is allowed only for an address"),
        ({"hook": "https://contoso.webhook.office.com/webhookb2/x"}, "Workflows"),
        ({"hook": "https://h.example/x", "key": "a\r\nb: c"}, "one line of printable ASCII"),
    ],
)
async def test_an_entry_that_cannot_be_used_takes_the_route_down(certificate, vault, said):
    given = {"url_entry": "hook", "header": "X-Key", "header_entry": "key"}
    receipt = await receipt_of(certificate, vault=Vault(**vault), **given)
    answer = answer_in(receipt)
    assert (answer.verdict, answer.fault) == (Verdict.ROUTE_DOWN, Fault.SIGN_IN)
    assert said in answer.words.en and "h.example" not in answer.words.en


URL = {"url": "https://example.com/hook"}


@sweep(
    ("given", "said"),
    [
        ({}, "set either url or url_entry"),
        (URL | {"url_entry": "hook"}, "set either url or url_entry"),
        ({"url": "example.com/hook"}, "must begin with https://"),
        ({"url": "ftp://example.com/hook"}, "must begin with https://"),
        ({"url": "https:///hook"}, "must begin with https://"),
        ({"url": "https://a:b@example.com/hook"}, "must begin with https://"),
        ({"url": "https://example.com/ho ok"}, "must begin with https://"),
        ({"url": "https://例え.example/"}, "must begin with https://"),
        ({"url": "https://example.com:99999/"}, "must begin with https://"),
        ({"url": "https://[::1/"}, "must begin with https://"),
        ({"url": "http://192.168.1.10/hook"}, "only with plain_http = true"),
        ({"url": "http://example.com/hook", "plain_http": True}, "private network"),
        ({"url": "http://8.8.8.8/hook", "plain_http": True}, "private network"),
        ({"url": "https://webhook.office.com/webhookb2/x"}, "Workflows"),
        ({"url": "https://contoso.webhook.office.com/webhookb2/x"}, "Workflows"),
        ({"url": "https://hooks.slack.com/services/T/B/X"}, "this URL is a secret"),
        ({"url": "https://prod-1.logic.azure.com/workflows/x?sig=y"}, "this URL is a secret"),
        ({"url": "https://example.com/hook?token=x"}, "this URL is a secret"),
        ({"url_entry": "https://hooks.slack.com/services/T/B/X"}, "names of vault entries"),
        ({"url_entry": "refresh/m365"}, "refresh/m365"),
        (URL | {"header": "X-Key"}, "must be set together"),
        (URL | {"header_entry": "key"}, "must be set together"),
        (URL | {"header": "X Key", "header_entry": "key"}, "header “X Key”"),
        (URL | {"header": "Host", "header_entry": "key"}, "header “Host”"),
        (URL | {"shape": "xml"}, "shape"),
    ],
)
def test_options_say_what_is_missing_or_wrong(given, said):
    with pytest.raises(schema.Invalid) as caught:
        schema.read(KIND.options, given)
    assert said in str(caught.value)
    assert "services/T/B/X" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "where"),
    [
        (URL, "example.com"),
        ({"url": "http://[fd00::1]:8080/hook", "plain_http": True}, "[fd00::1]:8080"),
        ({"url": "http://localhost:8080/hook", "plain_http": True}, "localhost:8080"),
        ({"url_entry": "teams-hook"}, "teams-hook"),
    ],
)
def test_where_it_goes_is_told_without_its_secret(given, where):
    assert schema.read(KIND.options, given).where == where
