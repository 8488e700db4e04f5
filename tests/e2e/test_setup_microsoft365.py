"""`noroshi setup microsoft365`: each way to sign in, by each kind of route, to a mail's receipt."""

import asyncio
import json
import os
import subprocess
from datetime import UTC, datetime
from urllib.request import urlopen

import pytest

from noroshi.oauth.client_certificates import make
from noroshi_lab.lab.person import enter_code, sign_in
from noroshi_lab.lab.remote import Remote
from tests.e2e.labs import LabProgram
from tests.e2e.terminal import Terminal
from tests.e2e.world import FAR, PATIENCE, Home, until
from tests.warm import warm

KINDS = pytest.mark.parametrize("kind", ["smtp", "graph"])
NOBODYS_APP = "00000000-0000-0000-0000-00000000000a"


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    lab = LabProgram(tmp_path_factory.mktemp("lab")).start()
    yield lab
    lab.end()


@pytest.fixture
def lab(program):
    found = Remote(program.folder)
    yield found
    found.reset()


@pytest.fixture
def home(tmp_path, program, lab):
    """A node that runs and knows the lab's sign-in server, and whom to tell, and nothing else."""
    found = Home(tmp_path)
    cloud = program.folder / "definitions" / "clouds" / "lab.toml"
    found.define(
        clouds__lab=cloud.read_text("utf-8"),
        contacts__ops=f'addresses = ["{lab.card["reader"]}"]',
    )
    found.serve_warm()
    yield found
    found.end()


class Setup:
    """The command in a script: everything that would be asked is said by options."""

    def __init__(self, home, lab, *argv, client_id=""):
        card = lab.card
        self.card, self.shown = card, ""
        command = (*warm(), "--home", str(home.folder))
        options = ("--cloud", "lab", "--mailbox", card["user"], "--to", card["reader"])
        known = ("--client-id", client_id or card["client_id"])
        self.process = subprocess.Popen(
            [*command, "setup", "microsoft365", *options, *known, *argv],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            cwd=home.folder.parent,
            env={**os.environ, "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"},
        )

    def word(self, begins):
        """The next word that begins so, once it is shown."""
        while True:
            line = self.process.stdout.readline()
            assert line, self.shown
            self.shown += line
            for word in line.split():
                if word.startswith(begins):
                    return word

    def ended(self, given=""):
        """Its exit code, once it is over; what it showed is in `shown`."""
        said, _ = self.process.communicate(given, PATIENCE)
        self.shown += said
        return self.process.returncode

    def walked(self, url):
        card = self.card
        return asyncio.run(sign_in(url, card["user"], card["password"], card["ca_file"]))


def secret_file(home, lab):
    file = home.folder.parent / "secret"
    file.write_text(lab.card["client_secret"] + "\n", encoding="utf-8")
    return ("--secret-file", str(file))


def accepted(setup, home, lab, kind):
    """It ended well: the receipt was shown, the mail is there, the mark too, and no secret."""
    route = {"smtp": "smtp1", "graph": "graph1"}[kind]
    assert setup.process.returncode == 0, setup.shown
    assert f"through route “{route} [lab]”" in " ".join(setup.shown.split())
    assert "Accepted does not mean delivered" in setup.shown
    subjects = [mail["subject"] for mail in lab.mails(lab.card["reader"])]
    assert f"Noroshi: test message through route {route}" in subjects
    secrets = (lab.card["client_secret"], lab.card["password"], "PRIVATE KEY")
    assert not [one for one in secrets if one in setup.shown]
    made = json.loads(home.run("status", "--json").stdout)["routes"]
    assert [(one["name"], one["state"]) for one in made] == [(route, "well")]


@KINDS
def test_a_person_pastes_the_address_back(home, lab, kind):
    argv = ("--sign-in", "person", f"--{kind}", *secret_file(home, lab), "--url-file", "-")
    setup = Setup(home, lab, *argv)
    setup.ended(setup.walked(setup.word("https://")) + "\n")
    accepted(setup, home, lab, kind)
    assert f"{lab.card['user']} signed in." in setup.shown


@KINDS
def test_somebody_signs_in_for_a_shared_mailbox(home, lab, kind):
    card = lab.card
    ours = ("--mailbox", card["shared"], "--shared", "--person", card["user"])
    argv = ("--sign-in", "person", f"--{kind}", *secret_file(home, lab), "--url-file", "-")
    setup = Setup(home, lab, *argv, *ours)
    setup.ended(setup.walked(setup.word("https://")) + "\n")
    accepted(setup, home, lab, kind)
    shown = " ".join(setup.shown.split())
    assert f"{card['user']} signed in, for the shared mailbox {card['shared']}." in shown
    home.run("export", str(home.folder.parent / "out"))
    account = (home.folder.parent / "out" / "accounts" / "m365.toml").read_text("utf-8")
    assert "shared = true" in account
    again = Setup(home, lab, "--mailbox", card["shared"])
    assert again.ended() == 0, again.shown


def test_the_administrator_of_a_shared_mailbox_is_told_its_permission_and_cmdlets(home, lab):
    ours = ("--cloud", "lab", "--mailbox", lab.card["shared"], "--person", lab.card["user"])
    argv = (*ours, "--shared", "--sign-in", "person", "--graph", "--print-admin-steps", "-")
    told = home.run("setup", "microsoft365", *argv, cwd=home.folder).stdout
    assert "Delegated permissions › Mail.Send.Shared › Add" in told
    rights = f"-Identity {lab.card['shared']} -User {lab.card['user']} -AccessRights FullAccess"
    assert f"Add-MailboxPermission {rights}" in told and "-AccessRights SendAs" in told


def test_an_app_needs_no_word_for_a_shared_mailbox(home, lab):
    setup = Setup(home, lab, "--sign-in", "app", "--shared")
    assert setup.ended() == 2 and "a shared mailbox is like any other" in setup.shown


@KINDS
def test_the_browser_of_this_computer_comes_back_by_itself(home, lab, kind):
    setup = Setup(home, lab, "--here", f"--{kind}", *secret_file(home, lab))
    with urlopen(setup.walked(setup.word("https://")), timeout=PATIENCE) as page:
        assert "is signed in" in page.read().decode()
    setup.ended()
    accepted(setup, home, lab, kind)


@KINDS
def test_a_code_is_typed_on_another_device(home, lab, kind):
    setup = Setup(home, lab, "--device", f"--{kind}")
    url, card = setup.word("https://"), lab.card
    setup.word("code:")
    code = setup.shown.split()[-1]
    asyncio.run(enter_code(url, code, card["user"], card["password"], card["ca_file"]))
    setup.ended()
    accepted(setup, home, lab, kind)


def granted(lab):
    """What an administrator has done once by the steps: Exchange grants the right, not Entra ID."""
    lab.set("app-permission", "unconsented")
    lab.set("service-principal", "registered")
    lab.set("rbac", "assigned")


@KINDS
def test_an_app_signs_in_by_its_secret(home, lab, kind):
    granted(lab)
    file = secret_file(home, lab)
    setup = Setup(home, lab, "--sign-in", "app", f"--{kind}", *file, "--secret-ends", FAR)
    setup.ended()
    accepted(setup, home, lab, kind)
    exported = home.run("export", str(home.folder.parent / "out")).stdout
    account = (home.folder.parent / "out" / "accounts" / "m365.toml").read_text("utf-8")
    assert FAR in account and "app" in account, exported


def test_its_secret_takes_no_other_ones_place(home, lab):
    granted(lab)
    out, file = home.folder.parent / "out", home.folder.parent / "other"
    home.run("export", str(out))
    relay = {"host": "mail.example.com", "sender": "a@example.com", "user": "a"}
    said = "".join(f'{name} = "{value}"\n' for name, value in relay.items())
    (out / "routes").mkdir(exist_ok=True)
    route = out / "routes" / "relay.toml"
    route.write_text(f'kind = "smtp"\n[options]\n{said}password = "m365"\n', "utf-8")
    file.write_text("the relay's", encoding="utf-8")
    home.run("apply", str(out))
    home.run("secret", "set", "m365", "--file", str(file))
    argv = ("--sign-in", "app", "--graph", *secret_file(home, lab), "--secret-ends", FAR)
    setup = Setup(home, lab, *argv)
    assert setup.ended() == 0, setup.shown
    rows = json.loads(home.run("secret", "list", "--json").stdout)
    named = {one["name"]: one["named_by"] for one in rows}
    assert named == {"m365": ["routes/relay"], "m365-2": ["accounts/m365"]}


@KINDS
def test_an_app_signs_in_by_its_certificate(home, lab, kind):
    granted(lab)
    setup = Setup(home, lab, f"--{kind}", "--certificate-file", lab.card["client_certificate"])
    setup.ended()
    accepted(setup, home, lab, kind)
    assert "CERTIFICATE" in (home.folder.parent / "noroshi-m365.cer").read_text("ascii")
    assert "The Object ID" in setup.shown


@KINDS
def test_an_app_signs_in_by_a_certificate_that_is_made_here_and_uploaded(
    home, lab, program, kind
):
    granted(lab)
    argv = ("--sign-in", "app", f"--{kind}")
    first = Setup(home, lab, *argv)
    assert first.ended() == 1 and "AADSTS700027" in first.shown
    file = home.folder.parent / "noroshi-m365.cer"
    uploaded = home.run("lab", "upload", str(file), "--folder", str(program.folder))
    thumbprint = uploaded.stdout.split("Thumbprint")[1].split()[0]
    assert thumbprint in home.run("cert", "show", "m365").stdout
    setup = Setup(home, lab, *argv)
    setup.ended()
    accepted(setup, home, lab, kind)


def test_a_certificate_that_nobody_uploaded_takes_no_good_one_s_place(home, lab):
    granted(lab)
    good = lab.card["client_certificate"]
    assert Setup(home, lab, "--graph", "--certificate-file", good).ended() == 0
    shown = home.run("cert", "show", "m365").stdout
    file = home.folder.parent / "noroshi-m365.cer"
    before = file.read_text("ascii")
    other = home.folder.parent / "other.pem"
    other.write_text(make("other", datetime.now(UTC), 30).reveal(), encoding="ascii")
    again = Setup(home, lab, "--graph", "--certificate-file", str(other), "--yes")
    assert again.ended() == 1 and "AADSTS700027" in again.shown
    assert "in the vault is unchanged" in " ".join(again.shown.split())
    assert home.run("cert", "show", "m365").stdout == shown
    # What is to be uploaded now stands under the name that the steps give.
    assert file.read_text("ascii") != before
    assert not (home.folder.parent / "noroshi-m365-2.cer").exists()


@pytest.mark.parametrize(
    ("client_id", "code", "told"),
    [
        pytest.param(NOBODYS_APP, 1, "1. Register the app", id="no such app"),
        pytest.param("hello", 3, "--client-id: must have the form", id="no client ID at all"),
    ],
)
def test_a_script_ends_at_what_is_refused_with_what_mends_it(home, lab, client_id, code, told):
    argv = ("--sign-in", "app", "--smtp", *secret_file(home, lab))
    setup = Setup(home, lab, *argv, client_id=client_id)
    assert setup.ended() == code and told in setup.shown


def test_a_secret_that_is_refused_leaves_the_good_one_where_it_is(home, lab):
    argv = ("--sign-in", "app", "--graph")
    setup = Setup(home, lab, *argv, *secret_file(home, lab))
    assert setup.ended() == 0, setup.shown
    bad = home.folder.parent / "bad"
    for value, told in (
        ("certainly~not-it", "AADSTS7000215"),
        (f"{lab.card['client_secret']}\nmore", "several lines"),
    ):
        bad.write_text(value, encoding="utf-8")
        again = Setup(home, lab, *argv, "--secret-file", str(bad), "--yes")
        assert again.ended() in (1, 3) and told in again.shown
        assert Setup(home, lab, "--yes").ended() == 0


def test_a_mail_that_is_refused_names_the_step_that_mends_it(home, lab):
    granted(lab)
    lab.set("mailbox-smtp-auth", "off")
    setup = Setup(home, lab, "--sign-in", "app", "--smtp", *secret_file(home, lab))
    assert setup.ended() == 1
    assert "535 5.7.139" in setup.shown
    assert "-SmtpClientAuthenticationDisabled $false" in setup.shown


def test_the_steps_can_be_written_for_the_administrator_before_there_is_an_app(home, lab):
    argv = ("setup", "microsoft365", "--cloud", "lab", "--mailbox", lab.card["user"])
    argv += ("--sign-in", "app", "--print-admin-steps", "-")
    by_graph, by_smtp = (
        home.run(*argv, kind, cwd=home.folder).stdout for kind in ("--graph", "--smtp")
    )
    assert by_graph.startswith("# Noroshi: steps for the Microsoft 365 administrator")
    assert f"PrimarySmtpAddress -eq '{lab.card['user']}'" in by_graph
    for of_smtp in ("SmtpClientAuthenticationDisabled", "SMTP.SendAsApp"):
        assert of_smtp in by_smtp and of_smtp not in by_graph


def in_force(home):
    """All definitions as they are, and the folder a command writes into."""
    out = home.folder.parent / "looked-at"
    home.run("export", "--force", str(out))
    files = (one for one in out.rglob("*.toml"))
    return {str(one.relative_to(out)): one.read_text("utf-8") for one in files}


def test_writing_the_steps_changes_nothing_that_is_in_force(home, lab):
    setup = Setup(home, lab, "--sign-in", "app", "--smtp", *secret_file(home, lab))
    granted(lab)
    assert setup.ended() == 0, setup.shown
    before, versions = in_force(home), home.run("versions", "--json").stdout
    secrets = home.run("secret", "list", "--json").stdout
    folder = home.folder.parent / "here"
    folder.mkdir()
    argv = ("--cloud", "lab", "--mailbox", "a@contoso.example", "--sign-in", "app", "--graph")
    told = home.run("setup", "microsoft365", *argv, "--print-admin-steps", "-", cwd=folder)
    assert "a@contoso.example" in told.stdout
    assert list(folder.iterdir()) == []
    assert in_force(home) == before
    assert home.run("versions", "--json").stdout == versions
    assert home.run("secret", "list", "--json").stdout == secrets


@pytest.fixture
def person(home):
    """Somebody at a terminal, who may leave and come back."""
    came = []

    def comes(*argv, language="en"):
        came.append(Terminal(home, "setup", "microsoft365", *argv, language=language))
        return came[-1]

    yield comes
    for one in came:
        one.end()


def test_a_person_errs_at_each_step_leaves_and_comes_back_and_loses_nothing(person, home, lab):
    card = lab.card
    first = person("--cloud", "lab")
    first.type("sends the alarms: ", "alerts")
    first.until("not an email address")
    first.type("sends the alarms: ", card["user"])
    first.until(f"contoso.example is the tenant {card['tenant_id']}")
    first.type("Number [1]: ", "7")
    first.until("Enter a number from 1 to 5")
    first.type("Number [1]: ", "3")
    first.type("Number [1]: ", "1")
    first.type("Account that signs in", "")
    first.type("Number [1]: ", "1")
    first.until("the slash at the end: http://localhost/MxMail/")
    first.type("when done", "")
    first.until("client) ID: ")
    assert first.interrupt() == 130 and "The setup so far is saved" in first.seen

    again = person()
    again.until(card["user"])
    again.until("lab [lab]")
    again.type("[Y/n]", card["user"])
    again.until("Enter y or n")
    again.type("[Y/n]", "")
    again.type("Number [1]: ", "3")
    again.type("client) ID: ", NOBODYS_APP)
    again.until("AADSTS700016")
    again.type("client) ID: ", card["client_id"])
    again.type("Client secret: ", "0f8fad5b-d9cb-469f-a165-70867728950e")
    again.until("looks like the Secret ID")
    again.type("Client secret: ", "certainly~not-it")
    again.until("AADSTS7000215")
    again.type("Client secret: ", card["client_secret"])
    again.type("(empty: not known): ", "31.1.2028")
    again.until("in the format 2028-01-31")
    again.type("(empty: not known): ", "2028/1/31")
    again.until("enter it as 2028-01-31")
    again.type("(empty: not known): ", "2027-02-30")
    again.until("“2027-02-30” is not a valid date")
    again.type("(empty: not known): ", "2020-01-01")
    again.until("2020-01-01 has passed")
    again.type("(empty: not known): ", FAR)
    again.until("https://localhost")
    again.until("\n")
    url = next(word for word in again.seen.split() if "/authorize?" in word)
    again.type("URL: ", "http://localhost/MxMail/?code=abc\n")
    again.until("The URL is incomplete")
    again.type("URL: ", lab.sign_in(url))  # of the page that was opened already
    again.until("“smtp1 [lab]” is signed in")
    lab.set("mailbox-smtp-auth", "off")
    again.type("Number [1]: ", "1")
    again.type("when done", "")
    again.type(
        f"Recipient of the test message [{card['reader']}]", ""
    )  # who reads, not who sends
    again.until("535 5.7.139")
    lab.set("mailbox-smtp-auth", "on")
    again.type("try again now", "http://localhost/MxMail/?code=abc")
    again.until("Press Enter or one of the letters")
    again.type("try again now", "")
    again.until("Accepted at")
    again.type("Number [4]: ", "1")
    again.until("arrival as confirmed.")
    again.type("[y/N]", "n")
    again.type("[y/N]", "n")
    assert again.ended() == 0, again.seen
    assert card["client_secret"] not in first.seen + again.seen
    assert "certainly~not-it" not in again.seen


def begun_by_paste(asked, lab):
    """A person's way, up to the question for the secret."""
    asked.type("Number [1]: ", "3")
    asked.type("Number [1]: ", "1")
    asked.type("Account that signs in", "")
    asked.type("Number [1]: ", "3")
    asked.type("client) ID: ", lab.card["client_id"])


def opened(asked):
    """The page that is to be opened now."""
    asked.until("https://localhost")
    asked.until("\n")
    return [word for word in asked.seen.split() if "/authorize?" in word][-1]


def test_who_said_that_there_is_no_secret_is_asked_once_the_sign_in_shows_that_there_is(
    person, home, lab
):
    asked = person("--cloud", "lab", "--mailbox", lab.card["user"], "--to", lab.card["reader"])
    begun_by_paste(asked, lab)
    asked.type("Client secret: ", "")
    asked.type("URL: ", lab.sign_in(opened(asked)))
    asked.until("AADSTS7000218")
    asked.type("Client secret: ", lab.card["client_secret"])
    asked.type("(empty: not known): ", "")
    asked.type("URL: ", lab.sign_in(opened(asked)))
    asked.until("“smtp1 [lab]” is signed in")


@pytest.mark.parametrize("way", ["app-certificate", "person-paste", "person-device"])
def test_how_it_signs_in_is_known_again_after_it_was_left_at_the_next_question(
    person, home, lab, way
):
    number = {"app-certificate": "1", "person-paste": "3", "person-device": "5"}[way]
    asked = person("--cloud", "lab", "--mailbox", lab.card["user"])
    asked.type("Number [1]: ", number)
    asked.until("over SMTP or through Graph?")
    asked.until("Number [1]: ")
    asked.interrupt()
    again = person("--mailbox", lab.card["user"])
    again.until(f"The tenant {lab.card['tenant_id']} exists")
    again.type(f"Number [{number}]: ", "")
    again.type("Number [1]: ", "2")
    again.until("(administrator)" if way == "app-certificate" else "Account that signs in")
    again.interrupt()


def test_a_person_without_a_secret_still_signs_in_by_a_page_when_it_is_taken_up_again(
    person, home, lab
):
    asked = person("--cloud", "lab", "--mailbox", lab.card["user"])
    begun_by_paste(asked, lab)
    asked.type("Client secret: ", "")
    asked.until("URL: ")
    asked.interrupt()
    again = person()
    again.until("who pastes the URL back")
    again.until("[Y/n]")


def test_a_second_route_by_graph_takes_over_where_rules_name_the_first(person, home, lab):
    granted(lab)
    ours = ("--cloud", "lab", "--mailbox", lab.card["user"], "--to", lab.card["reader"])
    file = secret_file(home, lab)
    asked = person(*ours, "--sign-in", "app", "--smtp", *file, language="ja")
    asked.type("番号 [1]: ", "3")
    asked.type("ID: ", lab.card["client_id"])
    asked.type("空): ", "")
    asked.type("番号 [1]: ", "3")
    asked.until("受領されました")
    home.run("export", "--force", str(home.definitions))
    home.define(rules__ops='action = "mail"\ncontacts = ["ops"]\nroutes = ["smtp1"]')
    asked.type("番号 [4]: ", "4")
    asked.type("[y/N]", "n")
    asked.type("[y/N]", "y")
    asked.type("番号 [1]: ", "3")
    asked.until("経路「graph1 [ラボ]」")
    asked.until("受領されました")
    asked.type("rules/ops", "")
    asked.until("routes/smtp1、routes/graph1")
    assert asked.ended() == 0, asked.seen
    home.run("export", str(home.folder.parent / "out"))
    rule = (home.folder.parent / "out" / "rules" / "ops.toml").read_text("utf-8")
    assert 'routes = ["smtp1", "graph1"]' in rule


def test_a_second_route_is_not_offered_where_the_mailbox_has_one_by_another_account(home, lab):
    granted(lab)
    file = secret_file(home, lab)
    first = Setup(home, lab, "--sign-in", "app", "--smtp", *file)
    assert first.ended() == 0 and "--graph" in first.shown, first.shown
    other = Setup(home, lab, "--account", "m365app", "--sign-in", "app", "--graph", *file)
    assert other.ended() == 0, other.shown
    assert "smtp1 sends from the same mailbox" in other.shown and "--smtp" not in other.shown


def test_what_no_answer_mends_ends_it_at_once(person, home, lab):
    unknown = person("--cloud", "nowhere", "--mailbox", lab.card["user"])
    assert unknown.ended() == 3 and "nowhere" in unknown.seen
    google = person("--cloud", "google", "--mailbox", lab.card["user"])
    assert google.ended() in (3, 5) and "google" in google.seen.lower()


def test_who_waits_sees_when_it_is_tried_next_and_can_hurry_it(person, home, lab):
    granted(lab)
    lab.set("mailbox-smtp-auth", "off")
    before = len(lab.mails(lab.card["reader"]))
    setup = Setup(home, lab, "--sign-in", "app", "--smtp", *secret_file(home, lab))
    assert setup.ended() == 1
    asked = person("--to", lab.card["reader"])
    asked.type("[Y/n]", "")
    asked.type("Number [3]: ", "3")
    asked.type("Number [1]: ", "3")
    asked.until("is still waiting")
    asked.until("535 5.7.139")
    asked.type("try again now", "w")
    asked.until("Next attempt at ")
    lab.set("mailbox-smtp-auth", "on")
    asked.type(", in ", "")
    asked.until("Retrying now")
    asked.until("Accepted at")
    asked.interrupt()
    assert len(lab.mails(lab.card["reader"])) == before + 1


def test_another_secret_s_day_is_asked_for_and_the_old_one_s_is_not_taken_silently(home, lab):
    secret = secret_file(home, lab)
    argv = ("--sign-in", "app", "--graph", *secret)
    assert Setup(home, lab, *argv, "--secret-ends", "2020-01-01").ended() == 3
    assert Setup(home, lab, *argv, "--secret-ends", "2100-01-31").ended() == 0
    again = Setup(home, lab, *secret)
    assert again.ended() == 0
    assert "still has 2100-01-31 as the expiry date" in " ".join(again.shown.split())


def test_a_tenant_that_is_none_is_neither_kept_nor_offered_again(person, home, lab):
    card = lab.card
    asked = person("--cloud", "lab", "--tenant", NOBODYS_APP)
    asked.type("sends the alarms: ", "")
    asked.until("Nothing was entered")
    asked.type("sends the alarms: ", card["user"])
    asked.until(f"Tenant {NOBODYS_APP}: ")
    asked.until("AADSTS90002")
    asked.type("[contoso.example]: ", "5")
    asked.until("enter a tenant ID, or a domain")
    asked.type("[contoso.example]: ", "nobody.example")
    asked.until("AADSTS90002")
    asked.type("[contoso.example]: ", "")
    asked.until(f"contoso.example is the tenant {card['tenant_id']}")
    asked.interrupt()


def test_another_tenant_that_is_none_takes_no_good_one_s_place(home, lab):
    argv = ("--sign-in", "app", "--graph")
    assert Setup(home, lab, *argv, *secret_file(home, lab)).ended() == 0
    again = Setup(home, lab, "--tenant", NOBODYS_APP, "--yes")
    assert again.ended() == 1 and "AADSTS90002" in again.shown
    account = home.run("definition", "show", "accounts/m365").stdout
    assert lab.card["tenant_id"] in account and NOBODYS_APP not in account


def version_and_account(home):
    """The number of the version in force, and what it says of the account."""
    return home.status()["version"], home.run("definition", "show", "accounts/m365").stdout


def test_what_is_tried_of_an_account_that_sends_is_put_in_force_once_it_is_proved(home, lab):
    granted(lab)
    argv = ("--sign-in", "app", "--graph", *secret_file(home, lab))
    assert Setup(home, lab, *argv, "--secret-ends", FAR).ended() == 0
    number, account = version_and_account(home)
    for changed in (
        {"argv": ("--yes",), "client_id": NOBODYS_APP},
        {"argv": ("--yes", "--tenant", "nobody.example")},
    ):
        refused = Setup(home, lab, *changed["argv"], client_id=changed.get("client_id", ""))
        assert refused.ended() == 1
        assert "applied all at once" in " ".join(refused.shown.split())
        assert version_and_account(home) == (number, account)
    bad = home.folder.parent / "bad"
    bad.write_text("certainly~not-it", encoding="utf-8")
    refused = Setup(
        home, lab, "--yes", "--secret-file", str(bad), "--secret-ends", "2100-01-31"
    )
    assert refused.ended() == 1 and "AADSTS7000215" in refused.shown
    assert version_and_account(home) == (number, account)
    domain = lab.card["user"].partition("@")[2]
    more = ("--tenant", domain, "--smtp", "--secret-ends", "2100-01-31")
    again = Setup(home, lab, *argv[:2], *argv[3:], *more)
    assert again.ended() == 0, again.shown
    assert (
        version_and_account(home)[0] == number + 1
        and "2100-01-31" in version_and_account(home)[1]
    )


def test_a_mail_goes_on_by_the_account_that_sends_while_another_is_tried(person, home, lab):
    argv = ("--sign-in", "app", "--graph")
    assert Setup(home, lab, *argv, *secret_file(home, lab)).ended() == 0
    number, account = version_and_account(home)
    asked = person("--cloud", "lab", "--client-id", NOBODYS_APP)
    asked.type("[Y/n] ", "y")
    asked.type("Number [3]: ", "")
    asked.until("AADSTS700016")
    assert version_and_account(home) == (number, account)
    home.run("send", "--to", "ops", "--route", "graph1", "--subject", "meanwhile", "text")
    asked.interrupt()
    assert "its messages are sent as before" in " ".join(asked.seen.split())
    until(lambda: "meanwhile" in subjects(lab), "the mail")
    assert version_and_account(home) == (number, account)


def subjects(lab):
    return [mail["subject"] for mail in lab.mails(lab.card["reader"])]


def test_whoever_leaves_is_told_how_to_come_back_to_another_account(person, home, lab):
    ours = ("--cloud", "lab", "--account", "second", "--sign-in", "app", "--graph")
    asked = person(*ours, "--mailbox", lab.card["user"])
    asked.type("Number [1]: ", "3")
    asked.type("client) ID: ", "")
    assert asked.ended() == 1
    assert asked.seen.endswith(" --account second\n")


def restarted(home, node):
    """The same node, ended and started again."""
    node.terminate()
    node.wait(PATIENCE)
    return home.serve_warm()


def test_a_secret_that_the_vault_refuses_after_the_rest_is_in_force_need_not_be_typed_again(
    person, home, lab
):
    argv = ("--sign-in", "app", "--graph", *secret_file(home, lab))
    assert Setup(home, lab, *argv).ended() == 0
    number, _ = version_and_account(home)
    asked = person("--secret-file", argv[-1], "--to", lab.card["reader"])
    asked.type("[Y/n] ", "y")
    asked.type("Number [3]: ", "")
    asked.until("(empty: not known): ")
    key, aside = home.folder / "key", home.folder.parent / "aside"
    key.rename(aside)
    node = restarted(home, home.running[-1])
    asked.type("", FAR)
    asked.until("So the client secret is not in the vault")
    assert version_and_account(home)[0] == number + 1
    aside.rename(key)
    restarted(home, node)
    asked.type("or q to quit: ", "")
    asked.type("Number [1]: ", "3")
    asked.until("Accepted at")
    asked.interrupt()
    assert lab.card["client_secret"] not in asked.seen


def test_who_leaves_before_the_secret_is_in_the_vault_is_told_what_is_in_force_and_what_is_not(
    person, home, lab
):
    argv = ("--sign-in", "app", "--graph", *secret_file(home, lab))
    assert Setup(home, lab, *argv).ended() == 0
    asked = person("--secret-file", argv[-1])
    asked.type("[Y/n] ", "y")
    asked.type("Number [3]: ", "")
    asked.until("(empty: not known): ")
    (home.folder / "key").rename(home.folder.parent / "aside")
    restarted(home, home.running[-1])
    asked.type("", FAR)
    asked.type("or q to quit: ", "q")
    assert asked.ended() == 1
    left = " ".join(asked.seen.split("Interrupted.")[1].split())
    assert "not in the vault. To store it: noroshi secret set" in left


def test_a_new_sign_in_that_mails_would_wait_for_is_told_of_before_it_is_needed(
    person, home, lab
):
    argv = ("--sign-in", "app", "--graph", *secret_file(home, lab))
    assert Setup(home, lab, *argv).ended() == 0
    number, account = version_and_account(home)
    asked = person("--sign-in", "person")
    asked.type("[Y/n] ", "y")
    asked.type("Account that signs in", "")
    asked.type("Number [3]: ", "")
    asked.until("A sign-in is valid for one app")
    asked.type("[Y/n] ", "n")
    assert asked.ended() == 1 and "its messages are sent as before" in " ".join(
        asked.seen.split()
    )
    assert version_and_account(home) == (number, account)


def test_who_leaves_before_the_new_sign_in_is_told_that_mails_wait_and_how_to_go_back(
    person, home, lab
):
    argv = ("--sign-in", "app", "--graph", *secret_file(home, lab))
    assert Setup(home, lab, *argv).ended() == 0
    number, account = version_and_account(home)
    asked = person("--sign-in", "person")
    asked.type("[Y/n] ", "y")
    asked.type("Account that signs in", "")
    asked.type("Number [3]: ", "")
    asked.until("A sign-in is valid for one app")
    asked.type("[Y/n] ", "y")
    opened(asked)
    assert asked.interrupt() == 130
    left = " ".join(asked.seen.split("Interrupted.")[1].split())
    assert "otherwise, they wait" in left
    assert "noroshi take-back" in left and left.endswith(f" {number}")
    home.run("take-back", str(number))
    written = version_and_account(home)[1].splitlines()
    assert written[1:] == account.splitlines()[1:]  # below the version's number
    made = json.loads(home.run("status", "--json").stdout)["routes"]
    assert [one["state"] for one in made] == ["well"]


def test_a_tenant_that_stays_costs_nobody_another_sign_in(home, lab):
    """A sign-in holds for the tenant as it is written: the ID in the place of a domain is another."""
    argv = ("--sign-in", "person", "--graph", *secret_file(home, lab), "--url-file", "-")
    setup = Setup(home, lab, *argv)
    assert setup.ended(setup.walked(setup.word("https://")) + "\n") == 0
    home.run("export", str(home.definitions), "--force")
    file = home.definitions / "accounts" / "m365.toml"
    domain = lab.card["user"].partition("@")[2]
    written = file.read_text("utf-8").replace(lab.card["tenant_id"], domain)
    file.write_text(written, encoding="utf-8")
    home.run("apply", str(home.definitions))
    somebody = Terminal(home, "authorize", "graph1")
    somebody.type("URL: ", lab.sign_in(opened(somebody)))
    assert somebody.ended() == 0
    somebody.end()
    restarted(home, home.running[-1])  # which has tokens of the account as it was before
    again = Setup(home, lab, "--yes")
    assert again.ended() == 0, again.shown
    assert f'tenant = "{domain}"' in version_and_account(home)[1]
