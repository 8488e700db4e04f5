"""Documents become a plan with the kinds there are; what is wrong in them is said at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from noroshi.actions.template import TemplateRenderer
from noroshi.cli.clients.built_in import built_in
from noroshi.core.definitions.problems import Problem
from noroshi.core.translation import bilingual
from noroshi.definitions.compilation import compile_plan
from noroshi.definitions.document_content import document
from noroshi.definitions.dry_run import try_out
from noroshi.definitions.folder import read_folder
from noroshi.definitions.ids import give_ids, ulid
from noroshi.oauth.account import Account
from noroshi.oauth.well_known_clouds import CLOUDS
from noroshi.schema import Invalid
from tests.definitions.kinds import KINDS, Smtp

EXAMPLES = Path(__file__).parents[2] / "examples"
NOON = datetime(2026, 4, 1, 12, tzinfo=UTC)
OPS = document("contacts/ops", {"addresses": ["ops@example.test"]})
SMTP = document("routes/smtp1", {"kind": "smtp", "options": {"host": "mail.test"}})


@pytest.fixture
def new_id():
    numbers = count()
    return lambda: ulid(NOON, next(numbers).to_bytes(10, "big"))


def rule(**said):
    its = {"action": "mail", "contacts": ["ops"], "routes": ["smtp1"], **said}
    return document("rules/ops", its)


def account(**said):
    its = {
        "cloud": "microsoft365",
        "tenant": "t",
        "client_id": "c",
        "mailbox": "n@example.test",
    }
    return document("accounts/m365", {**its, **said})


def problems_of(*documents):
    with pytest.raises(Invalid) as caught:
        compile_plan(documents, KINDS)
    return [str(problem) for problem in caught.value.problems]


def test_the_examples_make_a_plan(new_id):
    plan = compile_plan(give_ids(read_folder(EXAMPLES), (), new_id)[0], KINDS)
    assert sorted(monitor.path for monitor in plan.monitors.values()) == [
        "web1/services/backup",
        "web1/services/https",
        "web1/system/cron",
        "web1/system/disks",
    ]
    assert {m.group_title for m in plan.monitors.values()} == {"System", "Services"}
    assert plan.routes["smtp1"].options == Smtp(
        host="smtp.office365.com", port=587, account="m365", user="noroshi@example.com"
    )


def test_a_route_is_another_one_once_its_account_is_defined_otherwise():
    """It is opened anew then, and tried at once: what was refused may be mended."""
    by_account = document("routes/smtp1", {"kind": "smtp", "options": {"account": "m365"}})

    def route(**said):
        return compile_plan((account(**said), by_account), KINDS).routes["smtp1"]

    assert route() == route()
    assert route() != route(client_id="d")
    assert route() != route(secret="m365")


def test_an_account_has_its_cloud_built_in():
    found = compile_plan((account(secret="m365"),), KINDS).accounts["m365"]
    assert found == Account(
        name="m365",
        cloud=CLOUDS["microsoft365"],
        tenant="t",
        client_id="c",
        secret="m365",
        mailbox="n@example.test",
    )


def test_an_account_names_the_first_of_its_routes_for_the_commands_that_are_told():
    routes = [
        document(f"routes/{name}", {"kind": "smtp", "options": {"account": "m365"}})
        for name in ("smtp1", "smtp2")
    ]
    assert compile_plan((account(), *routes), KINDS).accounts["m365"].route == "smtp1"
    assert compile_plan((account(),), KINDS).accounts["m365"].route == ""


@pytest.mark.parametrize(
    ("said", "auth"),
    [
        pytest.param({}, "oauthbearer", id="as the cloud says"),
        pytest.param({"auth": "xoauth2"}, "xoauth2", id="as the route says itself"),
    ],
)
def test_a_route_hands_its_token_in_as_its_cloud_says(said, auth):
    own = {
        "token_endpoint": "https://login.example.com/token",
        "scope": "smtp",
        "smtp_host": "mail.example.com",
        "mechanism": "oauthbearer",
    }
    route = {"kind": "smtp", "options": {"account": "m365"} | said}
    documents = (
        account(cloud="own", tenant=""),
        document("clouds/own", own),
        document("routes/one", route),
    )
    assert compile_plan(documents, KINDS).routes["one"].options.auth == auth


@pytest.mark.parametrize(
    ("written", "read"),
    [
        pytest.param({}, (None, timedelta(days=7)), id="nothing said"),
        pytest.param(
            {"secret": "m365", "secret_ends": "2027-01-31", "renew_every": "1d"},
            (date(2027, 1, 31), timedelta(days=1)),
            id="said",
        ),
    ],
)
def test_days_and_durations_of_an_account_are_read(written, read):
    found = compile_plan((account(**written),), KINDS).accounts["m365"]
    assert (found.secret_ends, found.renew_every) == read


def test_an_account_may_have_a_cloud_of_ones_own():
    lab = {
        "authority": "https://lab.test",
        "scope": "s",
        "smtp_host": "mail.lab.test",
        "ca_file": "/ca.pem",
        "oidc": True,
    }
    documents = (account(cloud="lab", tenant=""), document("clouds/lab", lab))
    cloud = compile_plan(documents, KINDS).accounts["m365"].cloud
    assert (cloud.name, cloud.ca_file, cloud.oidc) == ("lab", "/ca.pem", True)


@pytest.mark.parametrize("name", ["client_secret", "password", "token", "refresh_token"])
def test_a_secret_in_a_definition_is_refused_and_not_repeated(name):
    assert problems_of(account(**{name: "s3cr3t~canary"})) == [
        (
            f"accounts/m365.toml: {name}: secrets must not be in definitions; remove the line. "
            "Store the secret with: noroshi authorize ROUTE"
        )
    ]


@pytest.mark.parametrize(
    "given",
    [
        pytest.param("abC8Q~Xo.canary", id="a value"),
        pytest.param("0f8fad5b-d9cb-469f-a165-70867728950e", id="its id"),
    ],
)
def test_a_secret_instead_of_its_name_is_refused_and_not_repeated(given):
    (said,) = problems_of(account(secret=given))
    assert said.startswith("accounts/m365.toml: secret: must be the name of a vault entry")
    assert given not in said


def test_a_cloud_that_is_built_in_cannot_be_replaced():
    fake = {"authority": "https://evil.test", "scope": "s", "smtp_host": "evil.test"}
    assert problems_of(document("clouds/microsoft365", fake)) == [
        "clouds/microsoft365.toml: “microsoft365” is built in; choose another name"
    ]


OWN = {"authority": "https://id.lab.test", "scope": "s", "smtp_host": "mail.lab.test"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param(
            {"endpoint_hosts": ["login.microsoftonline.com"]},
            "endpoint_hosts: is Microsoft's sign-in server",
            id="Microsoft's host",
        ),
        pytest.param(
            {"device_authorization_endpoint": "https://login.microsoftonline.com/d"}
            | {"token_endpoint": "https://id.lab.test/t"},
            "device_authorization_endpoint: is Microsoft's sign-in server",
            id="Microsoft's page for a code",
        ),
        pytest.param(
            {"endpoint_hosts": ["https://api.lab.test/"]},
            "endpoint_hosts: “https://api.lab.test/” is not a host name",
            id="an address",
        ),
        pytest.param(
            {"endpoint_hosts": ["api.lab.test"], "token_endpoint": "https://id.lab.test/t"},
            "endpoint_hosts: is not used with token_endpoint",
            id="where nobody is asked",
        ),
        pytest.param(
            {"authority": "https://login%2Emicrosoftonline.com"},
            "authority: must be a plain URL",
            id="an escape",
        ),
        pytest.param(
            {"authority": "https://login.microsoftonline.com\\@id.lab.test"},
            "authority: must be a plain URL",
            id="a backslash",
        ),
        pytest.param(
            {"authority": "https://login\u3002microsoftonline.com"},
            "authority: must be a plain URL",
            id="another full stop",
        ),
    ],
)
def test_a_profile_of_one_s_own_names_its_own_hosts_alone(given, said):
    (problem,) = problems_of(document("clouds/own", OWN | given))
    assert problem.startswith(f"clouds/own.toml: {said}")


def test_a_profile_lists_the_hosts_that_its_server_may_name():
    own = document("clouds/own", OWN | {"endpoint_hosts": ["api.lab.test"], "oidc": True})
    documents = (account(cloud="own", tenant=""), own)
    cloud = compile_plan(documents, KINDS).accounts["m365"].cloud
    assert cloud.endpoint_hosts == ("api.lab.test",)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param("{", "rules/ops.toml: is not JSON", id="no JSON"),
        pytest.param("[]", "rules/ops.toml: must be a table", id="a list"),
        pytest.param('{"most": NaN}', "rules/ops.toml: is not JSON", id="no number"),
        pytest.param('{"most": 1e999}', "rules/ops.toml: is not JSON", id="no end"),
        pytest.param('{"action":"\\ud800"}', "rules/ops.toml: is not JSON", id="half a letter"),
    ],
)
def test_a_body_that_is_no_definition_says_so(body, said):
    assert problems_of(replace(OPS, key="rules/ops", body=body))[0].startswith(said)


def test_a_network_check_goes_to_its_own_address_or_the_instances():
    monitors = [
        {"id": "01A", "name": "disks", "kind": "disk"},
        {"id": "01B", "name": "web", "kind": "port", "options": {"port": 443}},
        {
            "id": "01C",
            "name": "other",
            "kind": "port",
            "options": {"port": 443, "address": "192.0.2.8"},
        },
    ]
    said = {"address": "192.0.2.7", "group": [{"name": "base", "monitor": monitors}]}
    plan = compile_plan([document("instances/web1", said)], KINDS)
    goes_to = {id: monitor.goes_to for id, monitor in plan.monitors.items()}
    assert goes_to == {"01A": "", "01B": "192.0.2.7", "01C": "192.0.2.8"}


def test_a_name_in_a_file_is_refused():
    said = "contacts/ops.toml: name: must not be set: the file name is the name"
    given = document("contacts/ops", {"addresses": ["a@b.test"], "name": "ops"})
    assert problems_of(given) == [said]


def test_a_key_that_names_no_definition_says_so():
    said = "“users/me” is not a definition: use a name such as instances/web1"
    assert problems_of(document("users/me", {})) == [said]


def test_two_documents_of_one_name_are_refused():
    assert problems_of(OPS, OPS) == ["contacts/ops.toml: two definitions have this name"]


def test_a_document_says_nothing_of_what_is_not_said():
    assert document("rules/ops", {"b": None, "a": {"c": None}}).body == '{"a":{}}'


async def test_templates_are_tried_before_they_are_needed():
    plan = compile_plan((OPS, SMTP, rule(options={"subject": "{{ oops }}"})), KINDS)
    wrong = bilingual(en="subject: {oops} does not exist", ja="subject: {oops} はありません")
    assert await try_out(plan, KINDS) == (Problem("rules/ops.toml: options", wrong),)


async def test_good_templates_are_no_problem():
    plan = compile_plan((OPS, SMTP, rule(options={"subject": "fire"})), KINDS)
    assert await try_out(plan, KINDS) == ()


async def test_a_network_s_ca_file_is_looked_into(tmp_path):
    missing = str(tmp_path / "office-ca.pem")
    plan = compile_plan((document("networks/office", {"ca_file": missing}),), KINDS)
    (problem,) = await try_out(plan, KINDS)
    assert problem.where == "networks/office.toml: ca_file"
    assert problem.what.en == f"the CA file {missing} cannot be read: No such file or directory"
    assert problem.what.ja.endswith("を読み取れません: ファイルまたはフォルダーがありません")


def test_five_thousand_monitors_make_a_plan(new_id):
    monitors = [
        {"name": f"p{n}", "kind": "port", "options": {"port": n + 1}} for n in range(5000)
    ]
    web = document("instances/web1", {"group": [{"name": "ports", "monitor": monitors}]})
    plan = compile_plan(give_ids((web,), (), new_id)[0], KINDS)
    assert len(plan.monitors) == 5000


@pytest.mark.parametrize(("kind", "occurrences"), [("logfile", {"hits"}), ("memory", set())])
def test_a_monitor_knows_which_of_its_readings_are_occurrences(kind, occurrences, new_id):
    options = {"path": "/var/log/app.log", "terms": [{"word": "ERROR"}]}
    monitor = {"name": "m", "kind": kind, "options": options if kind == "logfile" else {}}
    web1 = document("instances/web1", {"group": [{"name": "g", "monitor": [monitor]}]})
    plan = compile_plan(give_ids((web1,), (), new_id)[0], built_in(TemplateRenderer()))
    assert [one.occurrences for one in plan.monitors.values()] == [occurrences]


def by_account(**options):
    its = {"kind": "smtp", "options": {"account": "m365", **options}}
    return document("routes/smtp1", its)


@pytest.mark.parametrize(
    ("host", "cloud"),
    [
        ("mail.attacker.test", "microsoft365"),
        ("smtp.office365.com.attacker.test", "microsoft365"),
        ("notoffice365.com", "microsoft365"),
        ("smtp.office365.com", "microsoft365-gcc-high"),
        ("mail.attacker.test", "google"),
    ],
)
def test_a_route_leads_no_token_of_a_known_cloud_elsewhere(host, cloud):
    (told,) = problems_of(account(cloud=cloud, secret="m365"), by_account(host=host))
    assert told.startswith("routes/smtp1.toml: options.host: would send the tokens of account")


@pytest.mark.parametrize(
    "host", ["smtp-hve.office365.com", "smtp.hve.mx.microsoft", "SMTP-MAIL.outlook.com."]
)
def test_a_route_may_take_another_server_of_the_same_cloud(host):
    plan = compile_plan((account(secret="m365"), by_account(host=host)), KINDS)
    assert plan.routes["smtp1"].options.host == host


def test_an_account_knows_the_servers_of_its_routes():
    bulk = {"kind": "smtp", "options": {"account": "m365", "host": "smtp.hve.mx.microsoft"}}
    plan = compile_plan(
        (account(secret="m365"), by_account(), document("routes/bulk", bulk)), KINDS
    )
    assert sorted(plan.accounts["m365"].hosts) == [
        "smtp.hve.mx.microsoft",
        "smtp.office365.com",
    ]
    plan = compile_plan((account(secret="m365"), document("routes/bulk", bulk)), KINDS)
    assert plan.accounts["m365"].app_role == "Mail.Send"


def test_graph_is_where_the_account_s_cloud_says():
    route = {"kind": "graph", "options": {"account": "m365", "graph": "https://a.test"}}
    with pytest.raises(Invalid, match=r"options\.graph: would send the tokens"):
        compile_plan(
            (account(secret="m365"), document("routes/g", route)), built_in(TemplateRenderer())
        )
