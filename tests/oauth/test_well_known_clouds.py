"""The built-in clouds, each with all its values, and what is marked as somebody's own."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from noroshi.oauth.account import Account, is_microsoft
from noroshi.oauth.well_known_clouds import CLOUDS, GOOGLE, MICROSOFT365, mark

ENTRA = [cloud for cloud in CLOUDS.values() if cloud.entra]


def test_these_are_built_in():
    assert list(CLOUDS) == [
        "microsoft365",
        "microsoft365-gcc-high",
        "microsoft365-dod",
        "microsoft365-china",
        "google",
    ]


@pytest.mark.parametrize(
    ("name", "login", "scope", "smtp", "graph"),
    [
        pytest.param(
            "microsoft365",
            "login.microsoftonline.com",
            "outlook.office.com",
            "smtp.office365.com",
            "graph.microsoft.com",
            id="worldwide",
        ),
        pytest.param(
            "microsoft365-gcc-high",
            "login.microsoftonline.us",
            "outlook.office365.us",
            "smtp.office365.us",
            "graph.microsoft.us",
            id="GCC High",
        ),
        pytest.param(
            "microsoft365-dod",
            "login.microsoftonline.us",
            "outlook.office365.us",
            "outlook-dod.office365.us",
            "dod-graph.microsoft.us",
            id="DoD",
        ),
        pytest.param(
            "microsoft365-china",
            "login.partner.microsoftonline.cn",
            "partner.outlook.cn",
            "smtp.partner.outlook.cn",
            "microsoftgraph.chinacloudapi.cn",
            id="21Vianet",
        ),
    ],
)
def test_a_national_cloud_has_hosts_of_its_own(name, login, scope, smtp, graph):
    cloud = CLOUDS[name]
    assert cloud.authority == f"https://{login}/{{tenant}}"
    assert cloud.scope == f"https://{scope}/SMTP.Send"
    assert (cloud.smtp_host, cloud.smtp_port) == (smtp, 587)
    assert cloud.graph == f"https://{graph}"
    for asked in (cloud.graph_scope, cloud.graph_app_scope, cloud.inbox_scope):
        assert urlsplit(asked).netloc == graph
    assert cloud.graph_shared_scope == f"https://{graph}/Mail.Send.Shared"
    assert cloud.inbox_shared_scope == f"https://{graph}/Mail.Read.Shared"


@pytest.mark.parametrize("cloud", ENTRA, ids=lambda cloud: cloud.name)
def test_each_resource_is_asked_for_by_itself(cloud):
    for resource in ("smtp", "graph", "inbox"):
        assert len(cloud.scope_for(resource, app_only=False).split()) == 1
        assert cloud.scope_for(resource, app_only=True).endswith("/.default")


@pytest.mark.parametrize("cloud", ENTRA, ids=lambda cloud: cloud.name)
def test_for_a_shared_mailbox_graph_is_asked_for_more_and_smtp_for_the_same(cloud):
    shared = {
        one: cloud.scope_for(one, app_only=False, is_shared=True) for one in ("smtp", "graph")
    }
    assert shared == {"smtp": cloud.scope, "graph": cloud.graph_shared_scope}
    assert cloud.scope_for("inbox", app_only=False, is_shared=True) == cloud.inbox_shared_scope
    assert cloud.scope_for("graph", app_only=True, is_shared=True) == cloud.graph_app_scope


def test_a_shared_mailbox_that_is_read_by_imap_is_asked_for_as_any_other():
    assert GOOGLE.scope_for("inbox", app_only=False, is_shared=True) == GOOGLE.inbox_scope


def test_a_cloud_that_says_no_shared_scope_is_asked_for_none():
    own = replace(MICROSOFT365, graph_shared_scope="")
    assert own.scope_for("graph", app_only=False, is_shared=True) == ""


def test_google_is_asked_in_its_own_way():
    assert not GOOGLE.entra and GOOGLE.app_grant == "service_account"
    assert GOOGLE.scope_for("graph", app_only=False) == ""
    for alone in (False, True):
        assert GOOGLE.scope_for("inbox", app_only=alone) == "https://mail.google.com/"
    assert GOOGLE.device_authorization_endpoint == ""


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param("https://login.microsoftonline.com/t", True, id="worldwide"),
        pytest.param("https://LOGIN.MICROSOFTONLINE.US./t", True, id="written otherwise"),
        pytest.param("https://japan.login.microsoft.com:443/t", True, id="a region's"),
        pytest.param("https://x@sts.windows.net/t", True, id="with a user before it"),
        pytest.param(
            "https://login.microsoftonline.com.example.com/t", False, id="a lookalike"
        ),
        pytest.param("https://example.com/login.microsoftonline.com", False, id="in the path"),
        pytest.param("https://[::1/t", False, id="no address at all"),
    ],
)
def test_where_microsoft_signs_people_in_is_known(url, expected):
    assert is_microsoft(url) == expected


@pytest.mark.parametrize(
    ("cloud", "marked"),
    [
        pytest.param(MICROSOFT365, None, id="built in"),
        pytest.param(replace(MICROSOFT365, name="other"), "custom cloud", id="one's own"),
        pytest.param(
            replace(MICROSOFT365, name="lab", authority="https://localhost:8443/{tenant}"),
            "lab",
            id="the lab",
        ),
    ],
)
def test_what_is_not_built_in_is_marked(cloud, marked):
    found = mark(cloud)
    assert (found and found.en) == marked


@pytest.mark.parametrize(
    ("redirect", "here", "at_port"),
    [
        pytest.param(
            "http://localhost/MxMail/", True, "http://localhost:5000/MxMail/", id="by name"
        ),
        pytest.param("http://127.0.0.1/cb", True, "http://127.0.0.1:5000/cb", id="IPv4"),
        pytest.param(
            "http://localhost:8400/cb", True, "http://localhost:8400/cb", id="its own port"
        ),
        pytest.param("http://[::1]:80/", True, "http://[::1]:80/", id="its own, the usual one"),
        pytest.param("http://[::1]/", True, "http://[::1]:5000/", id="IPv6"),
        pytest.param("https://localhost/x", False, None, id="with TLS"),
        pytest.param("https://app.example.com/cb", False, None, id="elsewhere"),
    ],
)
def test_a_redirect_to_this_computer_may_have_another_port_unless_it_says_one(
    redirect, here, at_port
):
    account = Account(
        name="a",
        cloud=MICROSOFT365,
        tenant="t",
        client_id="c",
        mailbox="a@x",
        redirect=redirect,
    )
    assert account.redirects_here == here
    if here:
        assert account.redirect_at(5000) == at_port
