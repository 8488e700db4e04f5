"""Graph and webhooks, looked at stage by stage: what is said of them, and that nothing is sent."""

from __future__ import annotations

import pytest

from noroshi.core.mail import Fault, Network
from noroshi.core.translation import bilingual
from noroshi.ports import RouteError
from noroshi.ports.examination import Exam, Whose
from noroshi.transports.diagnostics.http import NO_MAIL, GraphExamination, WebhookExamination
from noroshi.transports.http.graph import Options as GraphOptions
from noroshi.transports.http.webhook import Options as WebhookOptions
from tests.network.proxies import Proxy
from tests.network.sites import DROP, Site, says
from tests.network.test_happy_eyeballs import closed
from tests.transports.diagnostics.examination_runner import (
    EXAM,
    HTTP_PATIENT,
    outside,
    stages_of,
    states_of,
    stopped,
)
from tests.transports.http.test_graph import error
from tests.transports.mail_server import make_certificate
from tests.transports.smtp.test_token_diagnosis import jwt

NO_BASE64 = error(
    400, "ErrorMimeContentInvalidBase64String", "Invalid base64 string for MIME content."
)
CANARY = "CANARY-" + "t" * 40
TOKEN = jwt({"aud": "https://graph.microsoft.com", "scp": "Mail.Send", "exp": 4e9})


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    return make_certificate(folder), str(folder / "ca.pem")


@pytest.fixture
async def graph(certificate):
    async with Site(tls=certificate[0], answers=[NO_BASE64]).open() as site:
        yield site


async def looked(port, certificate, *, exam=EXAM, world=None, **given):
    options = {
        "account": "box",
        "graph": f"https://localhost:{port}",
        "user": "box@example.com",
        "ca_file": certificate[1],
    }
    world = world or outside(token=TOKEN)
    wanted = GraphOptions(**options | given)
    return await stages_of(GraphExamination(wanted, world, exam, HTTP_PATIENT))


async def test_graph_is_asked_with_what_is_no_mail_and_so_sends_nothing(graph, certificate):
    stages = await looked(graph.port, certificate)
    assert states_of(stages) == "dnso tcpo tlso sendmailo"
    assert "allowed to send as box@example.com" in stages["sendmail"].found.en
    [heard] = graph.heard
    assert heard.line == "POST /v1.0/users/box@example.com/sendMail HTTP/1.1"
    assert heard.body == NO_MAIL and b"." in NO_MAIL  # which no base64 has
    assert TOKEN not in repr(stages)


@pytest.mark.parametrize(
    ("answer", "said", "whose", "line"),
    [
        pytest.param(
            error(401, "InvalidAuthenticationToken", "Access token has expired."),
            "The token itself looks right",
            Whose.ADMINISTRATOR,
            "noroshi authorize m365",
            id="401",
        ),
        pytest.param(
            error(403, "ErrorAccessDenied", "Access is denied."),
            "is not allowed to send from the mailbox box@example.com",
            Whose.ADMINISTRATOR,
            "  -App 11111111-2222-3333-4444-555555555555 -CustomResourceScope Noroshi",
            id="403",
        ),
        pytest.param(
            error(404, "ErrorInvalidUser"),
            "The mailbox box@example.com does not exist",
            Whose.YOU,
            "Connect-ExchangeOnline",
            id="404",
        ),
        pytest.param(error(429, "ApplicationThrottled"), "busy", Whose.PROVIDER, "", id="429"),
        pytest.param(says(503, b"<html>"), "busy", Whose.PROVIDER, "", id="503"),
        pytest.param(
            says(302, b"", Location="https://login.example/"),
            "redirects to another address",
            Whose.NETWORK,
            "",
            id="a proxy's log-in page",
        ),
        pytest.param(
            error(400, "BadRequest"), "did not accept this message", Whose.YOU, "", id="400"
        ),
        pytest.param(
            says(418, b"tea"), "unknown to Noroshi", Whose.ADMINISTRATOR, "", id="418"
        ),
        pytest.param(DROP, "did not answer", Whose.NETWORK, "", id="dropped"),
    ],
)
async def test_graph_s_no_is_told_with_its_remedy(
    graph, certificate, answer, said, whose, line
):
    graph.answers = [answer]
    remedy = stopped(await looked(graph.port, certificate)).remedy
    assert said in remedy.meaning.en and remedy.whose is whose
    told = [*remedy.lines, *(step.en for step in remedy.how)]
    assert not line or any(one.endswith(line) for one in told)


async def test_what_graph_quotes_of_the_token_is_not_told(graph, certificate):
    graph.answers = [error(403, "ErrorAccessDenied", f"no: {TOKEN}")]
    assert TOKEN[:20] not in repr(await looked(graph.port, certificate))


async def test_where_443_is_closed_too_nothing_gets_out(certificate):
    exam = Exam(
        user_values=EXAM.user_values, reference_host=("127.0.0.1", closed().socket_address[1])
    )
    stages = await looked(closed().socket_address[1], certificate, exam=exam)
    assert states_of(stages) == "dnso tcpx tls. sendmail."
    assert "cannot be reached either" in stopped(stages).remedy.meaning.en


async def test_a_proxy_with_a_log_in_works_and_one_that_replaces_certificates_is_named(
    graph, certificate, tmp_path
):
    eyes = make_certificate(tmp_path, ca="Contoso Web Gateway CA")
    async with Proxy(log_in="noroshi:right").open() as proxy:
        given = {"proxy_user": "noroshi", "proxy_password": "proxy"}
        network = Network(name="office", proxy=proxy.address, **given)
        well = await looked(graph.port, certificate, world=outside(network, TOKEN))
        proxy.tls = eyes
        replaced = await looked(graph.port, certificate, world=outside(network, TOKEN))
    assert states_of(well) == "dnso proxyo tlso sendmailo"
    assert states_of(replaced) == "dnso proxyo tlsx sendmail."
    assert "Contoso Web Gateway CA" in stopped(replaced).remedy.meaning.en


# Webhooks


async def hook(world=None, **given):
    wanted = WebhookOptions(**given)
    return await stages_of(WebhookExamination(wanted, world or outside(), EXAM, HTTP_PATIENT))


async def test_a_webhook_is_looked_at_as_far_as_tls_and_nothing_is_posted(certificate):
    async with Site(tls=certificate[0]).open() as site:
        stages = await hook(url=f"{site.url}/hook", ca_file=certificate[1])
    assert states_of(stages) == "urlo dnso tcpo tlso" and site.heard == []
    assert "Nothing was posted" in stages["tls"].remarks[0].en
    assert "--route m365" in stages["tls"].remarks[0].ja


async def test_a_webhook_s_secret_url_is_told_by_its_host_alone(certificate):
    async def secret(entry):
        return f"{site.url}/{CANARY}"

    async with Site(tls=certificate[0]).open() as site:
        world = outside(secret=secret)
        stages = await hook(world, url_entry="hook", ca_file=certificate[1])
    assert states_of(stages) == "urlo dnso tcpo tlso" and CANARY not in repr(stages)


async def test_a_webhook_without_its_entry_stops_before_the_network():
    async def secret(entry):
        raise RouteError(bilingual(en="no entry hook", ja="ありません"), fault=Fault.SIGN_IN)

    stages = await hook(outside(secret=secret), url_entry="hook")
    assert states_of(stages) == "urlx dns. tcp. tls."
    assert stopped(stages).remedy.whose is Whose.YOU


async def test_a_webhook_in_the_house_needs_no_tls():
    async with Site().open() as site:
        url = f"http://127.0.0.1:{site.port}/hook"
        stages = await hook(url=url, plain_http=True)
    assert states_of(stages) == "urlo dnso tcpo tlso"
    assert "no TLS" in stages["tls"].found.en
