"""A real node that cannot send: pages, `status` and `health` say so at once, whoever is mailed later."""

import json

import pytest

from tests.e2e.world import Home, Mailbox, until

ACCOUNT = """
    cloud = "microsoft365"
    tenant = "11111111-1111-4111-8111-111111111111"
    client_id = "22222222-2222-4222-8222-222222222222"
    mailbox = "alerts@example.com"
"""
BY_ACCOUNT = """
    kind = "smtp"
    [options]
    account = "m365"
    sender = "alerts@example.com"
"""
PLAIN = """
    kind = "smtp"
    [options]
    host = "127.0.0.1"
    port = {port}
    protection = "none"
    sender = "noroshi@example.com"
"""
SECRET = """
    kind = "smtp"
    [options]
    host = "127.0.0.1"
    port = 1025
    protection = "starttls"
    sender = "noroshi@example.com"
    user = "noroshi"
    password = "smtp2-password"
"""


@pytest.fixture
def mailbox():
    box = Mailbox().open()
    yield box
    box.close()


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path)
    yield home
    home.end()


def define(home, **more):
    home.define(
        contacts__ops='addresses = ["ops@example.com"]',
        rules__ops='action = "mail"\ncontacts = ["ops"]\nroutes = ["m365"]',
        accounts__m365=ACCOUNT,
        routes__m365=BY_ACCOUNT,
        instances__noroshi='title = "Noroshi"\nevery = "1s"',
        **more,
    )


def own(home):
    """The levels of the node's own monitors, by name, once each was measured."""
    found = home.status()["monitors"]
    assert found
    return {one["path"]: one["level"] for one in found if one["known"]}


def until_measured(home):
    until(lambda: all(one["known"] for one in home.status()["monitors"]), "the first looks")


def test_what_nobody_signed_in_is_critical_at_once_and_no_mail_tells_of_it_yet(home, mailbox):
    define(home, routes__smtp1=PLAIN.format(port=mailbox.port))
    home.serve_warm()
    until_measured(home)
    levels = own(home)
    assert (
        levels["noroshi/mail/route-m365"] == levels["noroshi/mail/account-m365"] == "critical"
    )
    assert levels["noroshi/mail/route-smtp1"] == "ok"
    health = home.run("health", "--json", check=False)
    told = json.loads(health.stdout)
    assert (health.returncode, told["level"]) == (1, "critical")
    assert "alarms from ops cannot be sent" in told["trouble"]["en"]
    assert home.run("status", "--check", check=False).returncode == 1
    home.run("send", "--to", "ops", "--route", "smtp1", "--subject", "proof", "text")
    until(lambda: mailbox.mails, "a mail that is sent by hand")
    assert [mail["subject"] for mail in mailbox.mails] == ["proof"]


def test_that_no_alarm_can_leave_is_said_in_words(home):
    define(home)
    home.serve_warm()
    until_measured(home)
    health = home.run("health", check=False)
    assert health.returncode == 1
    assert "no alarm can be sent: the only route cannot send" in " ".join(health.stdout.split())


def test_an_entry_that_is_not_in_the_vault_is_critical_at_once(home):
    define(home, routes__smtp2=SECRET)
    home.serve_warm()
    until_measured(home)
    assert own(home)["noroshi/mail/route-smtp2"] == "critical"
    home.run("secret", "set", "smtp2-password", "--file", "-", input="secret\n")
    until(lambda: own(home)["noroshi/mail/route-smtp2"] == "ok", "the route to be ready")


def test_monitors_without_any_route_are_not_called_well(home):
    home.define(
        instances__web1='[[group]]\nname = "net"\n[[group.monitor]]\nname = "m"\nkind = "memory"'
    )
    home.serve_warm()
    until_measured(home)
    for command, why, well in (
        (
            "status --check",
            "There is no delivery route, so no alarm can be sent.",
            "No known problems",
        ),
        ("health", "no alarm can be sent: there is no route", "○ OK"),
    ):
        told = home.run(*command.split(), check=False)
        assert told.returncode == 1
        assert why in told.stdout and well not in told.stdout
