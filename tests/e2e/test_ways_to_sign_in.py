"""Each way to sign in, from its command to a mail in the mailbox, and what becomes of it later."""

import asyncio
import json
import ssl
from pathlib import Path
from textwrap import dedent
from urllib.request import urlopen

import pytest

from noroshi_lab.lab.person import enter_code, sign_in
from noroshi_lab.lab.remote import LabError, Remote
from tests.e2e.labs import LabProgram, SigningIn, define, signed_in
from tests.e2e.world import PATIENCE, Home, until
from tests.ports import free_port

CLOUD = """
    authority = "{issuer}"
    oidc = true
    scope = "{scope}"
    smtp_host = "localhost"
    smtp_port = {smtp_port}
    mechanism = "{mechanism}"
    client_auth = "{client_auth}"
    ca_file = "{ca_file}"
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    lab = LabProgram(tmp_path_factory.mktemp("lab")).start()
    yield lab
    lab.end()


@pytest.fixture
def lab(program):
    """The lab as it was at its start, to be driven from outside."""
    found = Remote(program.folder)
    yield found
    found.reset()


@pytest.fixture
def home(tmp_path, lab):
    home = Home(tmp_path)
    yield home
    home.end()


def account(lab, *without, **more):
    """The lab's account of a person, changed."""
    said = {
        "cloud": "lab",
        "tenant": lab.card["tenant_id"],
        "client_id": lab.card["client_id"],
        "secret": "lab-secret",
        "mailbox": lab.card["user"],
    } | more
    lines = (f'{name} = "{value}"' for name, value in said.items() if name not in without)
    return "\n".join(lines)


def route(home, name="m365"):
    routes = json.loads(home.run("status", "--json").stdout)["routes"]
    return next(one for one in routes if one["name"] == name)


def keep(home, name, value):
    home.run("secret", "set", name, "--file", "-", input=value)


def leaves(home, subject, *mails):
    """A mail is sent, and it arrives in one of the places where such mails do."""
    home.run("send", "--to", "ops", "--subject", subject, "--text", "text")
    until(lambda: any(one["subject"] == subject for found in mails for one in found()), subject)


def microsoft(lab):
    return lambda: lab.mails(lab.card["reader"])


def elsewhere(lab):
    return lambda: lab.mails(lab.card["elsewhere"]["reader"])


def served(home, program, **documents):
    define(home, program, **documents)
    home.serve_warm()
    return home


def test_by_a_code_on_another_device(home, program, lab):
    served(home, program)
    keep(home, "lab-secret", lab.card["client_secret"])
    sitting = SigningIn(home, "--device")
    url = next(word for word in sitting.url.split() if word.startswith("https://"))
    code = sitting.process.stdout.readline().split()[-1]
    card = lab.card
    asyncio.run(enter_code(url, code, card["user"], card["password"], card["ca_file"]))
    said, _ = sitting.process.communicate(timeout=PATIENCE)
    assert sitting.process.returncode == 0, said
    leaves(home, "by a code", microsoft(lab))


DELEGATE = """
    kind = "{kind}"
    [options]
    account = "lab"
    sender = "{sender}"
"""


@pytest.mark.parametrize("kind", ["smtp", "graph"])
def test_a_delegate_signs_in_for_a_shared_mailbox(home, program, lab, kind):
    sender = lab.card["shared"]
    said = account(lab, mailbox=sender) + "\nshared = true\n"
    way = DELEGATE.format(kind=kind, sender=sender)
    served(home, program, accounts__lab=said, routes__m365=way)
    keep(home, "lab-secret", lab.card["client_secret"])
    assert "Caution" not in signed_in(home, program)
    subject = f"from a shared mailbox by {kind}"
    leaves(home, subject, microsoft(lab))
    kept = next(mail for mail in lab.mails() if mail["subject"] == subject)
    assert sender in kept["from"]
    examined = home.run("doctor", "m365").stdout
    assert "the route sends from" not in examined
    lab.set("delegate", "missing")
    refused = home.run("doctor", "m365", check=False)
    rights = f"Add-MailboxPermission -Identity {sender}"
    assert refused.returncode != 0 and rights in refused.stdout


def test_without_the_word_for_it_graph_lets_no_delegate_send(home, program, lab):
    sender = lab.card["shared"]
    way = DELEGATE.format(kind="graph", sender=sender)
    served(home, program, accounts__lab=account(lab, mailbox=sender), routes__m365=way)
    keep(home, "lab-secret", lab.card["client_secret"])
    assert "shared = true" in " ".join(signed_in(home, program).split())
    refused = home.run("doctor", "m365", check=False)
    told = " ".join(refused.stdout.split())
    assert refused.returncode != 0 and "403" in told and "shared = true in the account" in told


def test_where_a_policy_blocks_codes_that_is_said(home, program, lab):
    served(home, program)
    keep(home, "lab-secret", lab.card["client_secret"])
    lab.set("device-code", "blocked")
    lab.set("public-client", "forbidden")
    told = home.run("authorize", "m365", "--device", check=False)
    assert told.returncode == 1 and "AADSTS" in told.stderr


def test_an_app_by_its_certificate_and_then_by_the_next(home, program, lab):
    more = {"sign_in": "app", "certificate": "cert", "certificate_next": "cert-2"}
    served(home, program, accounts__lab=account(lab, "secret", **more))
    lab.set("app-permission", "consented")
    lab.set("service-principal", "registered")
    lab.set("mailbox-permission", "granted")
    home.run("cert", "import", "m365", lab.card["client_certificate"])
    assert "is for Exchange Online" in home.run("authorize", "m365").stdout
    leaves(home, "by a certificate", microsoft(lab))
    second = lab.new("certificate", alone=True)["value"]
    home.run("cert", "import", "m365", "-", "--next", input=second)
    home.run("authorize", "m365")
    assert route(home)["by_next"]
    leaves(home, "by the next certificate", microsoft(lab))


def test_a_certificate_that_nobody_uploaded_says_what_to_do(home, program, lab):
    more = {"sign_in": "app", "certificate": "cert"}
    served(home, program, accounts__lab=account(lab, "secret", **more))
    made = home.run("cert", "new", "lab")
    assert "-----BEGIN CERTIFICATE-----" in made.stdout and "PRIVATE" not in made.stdout
    told = home.run("authorize", "m365", check=False)
    assert told.returncode == 1
    assert "AADSTS700027" in told.stderr and "noroshi cert show" in told.stderr


def test_a_secret_that_ends_hands_over_to_the_next_while_mails_leave(home, program, lab):
    served(home, program, accounts__lab=account(lab, secret_next="lab-2"))
    keep(home, "lab-secret", lab.card["client_secret"])
    sitting = SigningIn(home)
    assert sitting.paste(lab.sign_in(sitting.url))[0] == 0
    leaves(home, "by the first secret", microsoft(lab))
    keep(home, "lab-2", lab.new("secret", alone=True)["value"])
    sitting = SigningIn(home)
    code, said = sitting.paste(lab.sign_in(sitting.url))
    assert code == 0, said
    assert route(home)["by_next"] and route(home)["state"] == "well"
    leaves(home, "by the second secret", microsoft(lab))


@pytest.mark.parametrize("client_auth", ["post", "basic"])
@pytest.mark.parametrize("mechanism", ["xoauth2", "oauthbearer"])
def test_any_other_provider_by_discovery(home, program, lab, mechanism, client_auth):
    card = lab.card["elsewhere"]
    lab.set("elsewhere-client-auth", client_auth)
    cloud = CLOUD.format(
        **{name: card[name] for name in ("issuer", "scope", "smtp_port")},
        mechanism=mechanism,
        client_auth=client_auth,
        ca_file=lab.card["ca_file"],
    )
    served(
        home,
        program,
        clouds__elsewhere=cloud,
        routes__m365=f'kind = "smtp"\n[options]\naccount = "elsewhere"\nsender = "{card["user"]}"',
        contacts__ops=f'addresses = ["{card["reader"]}"]',
    )
    keep(home, "elsewhere-secret", card["client_secret"])
    sitting = SigningIn(home, "--here")
    ca = lab.card["ca_file"]
    address = asyncio.run(sign_in(sitting.url, card["user"], card["password"], ca))
    with urlopen(address, timeout=PATIENCE) as page:
        assert "is signed in" in page.read().decode()
    said, _ = sitting.process.communicate(timeout=PATIENCE)
    assert sitting.process.returncode == 0, said
    leaves(home, f"by {mechanism} and {client_auth}", elsewhere(lab))


def test_the_port_of_the_account_s_own_redirect_is_listened_at(home, program, lab):
    port = free_port()
    said = account(lab, redirect=f"http://localhost:{port}/MxMail/")
    served(home, program, accounts__lab=said)
    keep(home, "lab-secret", lab.new("secret")["value"])  # an earlier test may end the first
    sitting = SigningIn(home, "--here")
    address = lab.sign_in(sitting.url)
    assert address.startswith(f"http://localhost:{port}/MxMail/?code=")
    with urlopen(address, timeout=PATIENCE) as page:
        assert "is signed in" in page.read().decode()
    told, _ = sitting.process.communicate(timeout=PATIENCE)
    assert sitting.process.returncode == 0, told


def test_where_the_provider_shows_an_error_it_is_said_what_to_look_at(home, program, lab):
    served(home, program, accounts__lab=account(lab, redirect="http://localhost/other/"))
    keep(home, "lab-secret", lab.new("secret")["value"])  # an earlier test may end the first
    sitting = SigningIn(home, "--here")
    with pytest.raises(LabError):
        lab.sign_in(sitting.url)
    told = ""
    while "client ID" not in told:
        line = sitting.process.stdout.readline()
        assert line, told
        told += line
    sitting.end()
    assert "/other/" in told and lab.card["client_id"] in told


def test_a_service_account_for_a_mailbox_as_at_google(home, program, lab):
    card = lab.card["elsewhere"]
    issuer = card["issuer"]
    with urlopen_trusting(f"{issuer}/.well-known/openid-configuration", lab) as page:
        endpoint = json.load(page)["token_endpoint"]
    cloud = f"""
        authorization_endpoint = "{issuer}/authorize"
        token_endpoint = "{endpoint}"
        scope = "{card["scope"]}"
        app_scope = "{card["scope"]}"
        app_grant = "service_account"
        smtp_host = "localhost"
        smtp_port = {card["smtp_port"]}
        ca_file = "{lab.card["ca_file"]}"
    """
    robot = json.loads(Path(card["service_account"]).read_text("utf-8"))["client_email"]
    its = f"""
        cloud = "google-like"
        client_id = "{robot}"
        sign_in = "app"
        secret = "robot"
        mailbox = "{card["user"]}"
    """
    served(
        home,
        program,
        **{"clouds__google-like": cloud},
        accounts__robot=dedent(its),
        routes__m365=f'kind = "smtp"\n[options]\naccount = "robot"\nsender = "{card["user"]}"',
        contacts__ops=f'addresses = ["{card["reader"]}"]',
    )
    home.run("authorize", "m365", "--secret-file", card["service_account"])
    leaves(home, "by a service account", elsewhere(lab))
    lab.set("elsewhere-delegation", "missing")
    told = home.run("authorize", "m365", check=False)
    assert told.returncode == 1 and "Domain-wide delegation" in told.stderr


def urlopen_trusting(url, lab):
    return urlopen(url, context=ssl.create_default_context(cafile=lab.card["ca_file"]))
