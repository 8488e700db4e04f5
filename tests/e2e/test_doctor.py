"""`noroshi doctor` on a running node, against a lab in which one thing after the other is wrong."""

import asyncio
import json
import signal
import stat
import zipfile

import pytest

from noroshi_lab.lab.person import sign_in
from noroshi_lab.lab.remote import Remote
from tests.e2e.labs import LabProgram, SigningIn, define, secret_file, signed_in
from tests.e2e.world import PATIENCE, Home

WELL = "dns tcp greeting tls sign-in token claims ehlo auth mail-from rcpt-to rset"
CANARY = "canary-7Q8xZ4LmPw2"
WATCHED = """
    [[group]]
    name = "base"
    every = "1d"
    [[group.monitor]]
    name = "script"
    kind = "script"
    [group.monitor.options]
    argv = ["/usr/bin/true", "--password", "CANARY", "--url=https://me:CANARY@db.example/"]
    env = { PGPASSWORD = "CANARY" }
"""
HOOK = f"""
    kind = "webhook"
    [options]
    url = "https://hooks.example/services/{CANARY}"
"""


class Patient:
    """An installation that is examined: a lab, a home with three routes, a running node."""

    def __init__(self, folder):
        self.lab = LabProgram(folder / "lab").start()
        self.remote = Remote(self.lab.folder)
        self.home = Home(folder)
        self.settings = self.home.folder / "noroshi.toml"
        self.set('programs = ["/usr/bin"]\nprogram_env = ["PGPASSWORD"]')
        sender = self.lab.card["user"]
        routes = {
            f"routes__{name}": f"""
                kind = "{kind}"
                [options]
                account = "{account}"
                sender = "{sender}"
            """
            for name, kind, account in (("graph", "graph", "lab"), ("app", "smtp", "lab-app"))
        }
        define(self.home, self.lab, **routes)
        signed_in(self.home, self.lab, *secret_file(self.home, self.lab))
        self.node = self.home.serve_warm()

    def set(self, line):
        with self.settings.open("a", encoding="utf-8") as settings:
            settings.write(f"\n{line}\n")

    def examined(self, route, *argv):
        """Its exit code and its stages by name."""
        done = self.home.run("doctor", route, "--json", *argv, check=False)
        (found,) = json.loads(done.stdout)["examined"]
        return done.returncode, {one["name"]: one for one in found["stages"]}

    def shown(self, language, *argv):
        done = self.home.run("--lang", language, "doctor", *argv, check=False)
        assert done.stderr == ""
        return done.stdout

    def sign_in_as_somebody_else(self):
        card = self.lab.card
        sitting = SigningIn(self.home)
        person, password = card["admin"], card["admin_password"]
        address = asyncio.run(sign_in(sitting.url, person, password, card["ca_file"]))
        code, said = sitting.paste(address)
        assert code == 0, said

    def stop(self):
        self.node.send_signal(signal.SIGTERM)
        assert self.node.wait(PATIENCE) == 0


@pytest.fixture(scope="module")
def patient(tmp_path_factory):
    patient = Patient(tmp_path_factory.mktemp("doctor"))
    yield patient
    patient.home.end()
    patient.lab.end()


@pytest.fixture(autouse=True)
def _well_again(patient):
    yield
    patient.remote.reset()


def waiting_in(patient):
    """The one mail of the queue."""
    (mail,) = json.loads(patient.home.run("queue", "list", "--json").stdout)
    return mail["id"]


def failed(stages):
    (found,) = [one for one in stages.values() if one["state"] == "failed"]
    return found


def test_a_route_that_is_well_passes_every_stage_and_nothing_is_sent(patient):
    code, stages = patient.examined("m365", "--to", patient.lab.card["reader"])
    assert code == 0 and " ".join(stages) == WELL
    assert {one["state"] for one in stages.values()} == {"ok"}
    assert all(one["milliseconds"] is not None for one in stages.values())
    assert stages["rcpt-to"]["found"]["en"] == patient.lab.card["reader"]
    assert "renewed with the refresh token" in stages["token"]["found"]["en"]
    assert not patient.lab.mails


def test_graph_and_an_app_by_itself_pass_too(patient):
    for route, last in (("graph", "sendmail"), ("app", "rset")):
        code, stages = patient.examined(route)
        assert (code, stages[last]["state"]) == (0, "ok")
    assert "obtained with the client secret" in stages["token"]["found"]["en"]
    assert not patient.lab.mails


@pytest.mark.parametrize(
    ("switch", "route", "stage", "found", "said", "whose", "line"),
    [
        pytest.param(
            ("smtp", "refuses"),
            "m365",
            "tcp",
            "localhost:",
            "refuses connections",
            "network",
            "",
            id="a port that refuses, and Graph beside it",
        ),
        pytest.param(
            ("microsoft", "refuses"),
            "m365",
            "tcp",
            "localhost:",
            "cannot be reached either",
            "network",
            "# networks/office.toml",
            id="nothing gets out",
        ),
        pytest.param(
            ("smtp", "busy"), "m365", "greeting", "421", "", "provider", "", id="it is busy"
        ),
        pytest.param(
            ("smtp-certificate", "expired"),
            "m365",
            "tls",
            "localhost:",
            "has expired",
            "administrator",
            "date -u",
            id="an expired certificate",
        ),
        pytest.param(
            ("smtp-certificate", "untrusted"),
            "m365",
            "tls",
            "localhost:",
            "",
            "network",
            'ca_file = "/etc/ssl/office-ca.pem"        # routes/m365.toml, [options]',
            id="an issuer that nobody knows",
        ),
        pytest.param(
            ("entra", "refuses"),
            "m365",
            "sign-in",
            "localhost",
            "",
            "network",
            "",
            id="not that of a sign-in server",
        ),
        pytest.param(
            ("secret", "ended"),
            "app",
            "token",
            "AADSTS7000222",
            "7000222",
            "administrator",
            "noroshi secret set lab-secret",
            id="an ended secret",
        ),
        pytest.param(
            ("mailbox-smtp-auth", "off"),
            "m365",
            "auth",
            "535 5.7.139",
            "SMTP AUTH",
            "administrator",
            "  -SmtpClientAuthenticationDisabled $false",
            id="SMTP AUTH off",
        ),
        pytest.param(
            ("licence", "removed"),
            "m365",
            "auth",
            "535 5.7.3",
            "The token itself looks right",
            "administrator",
            "Connect-ExchangeOnline",
            id="no licence",
        ),
        pytest.param(
            ("graph", "busy"), "graph", "sendmail", "503", "busy", "provider", "", id="Graph"
        ),
    ],
)
def test_what_is_wrong_stops_its_stage_and_is_told_with_its_remedy(
    patient, switch, route, stage, found, said, whose, line
):
    patient.remote.set("propagation", "0s")
    patient.remote.set(*switch)
    code, stages = patient.examined(route)
    stopped = failed(stages)
    assert (code, stopped["name"]) == (1, stage)
    assert stopped["found"]["en"].startswith(found)
    assert said in stopped["remedy"]["meaning"]["en"] and stopped["remedy"]["meaning"]["ja"]
    assert stopped["remedy"]["whose"] == whose
    steps = [step["en"] for step in stopped["remedy"]["how"]]
    assert any(one.endswith(line) for one in [*steps, *stopped["remedy"]["lines"]]) or not line
    names = list(stages)
    after = {stages[name]["state"] for name in names[names.index(stage) + 1 :]}
    assert after <= {"not reached"}


@pytest.mark.parametrize(
    ("at", "does", "stage"),
    [
        ("EHLO", "451 4.7.0 Later", "tls"),
        ("MAIL", "5.7.60", "mail-from"),
        ("RCPT", "550 5.1.1 Nobody", "rcpt-to"),
        ("RSET", "451 4.7.0 Later", "rset"),
    ],
)
def test_an_answer_of_the_server_stops_the_stage_that_it_is_to(patient, at, does, stage):
    patient.remote.fault(at, does, left=None)
    code, stages = patient.examined("m365")
    assert (code, failed(stages)["name"]) == (1, stage)
    assert failed(stages)["remedy"]["reply"]


def test_the_wrong_person_is_noticed_and_told_with_both_ways_out(patient):
    user, admin = patient.lab.card["user"], patient.lab.card["admin"]
    patient.sign_in_as_somebody_else()
    try:
        _, stages = patient.examined("m365")
        _, over_graph = patient.examined("graph")
        told = patient.shown("ja", "m365")
    finally:
        signed_in(patient.home, patient.lab)
    (remark,) = stages["claims"]["remarks"]
    assert f"{admin} signed in, but the route sends from {user}" in remark["en"]
    for found, stage in ((stages, "auth"), (over_graph, "sendmail")):
        remedy = failed(found)["remedy"]
        assert (failed(found)["name"], remedy["whose"]) == (stage, "you")
        assert remedy["meaning"]["en"].startswith(f"{admin} signed in")
        assert f"sign in again as {user} (noroshi authorize" in remedy["how"][0]["en"]
        assert f"  -Trustee {admin} -AccessRights SendAs" in remedy["lines"]
    assert f"サインインしたのは {admin} ですが" in told
    assert f"noroshi authorize --home {patient.home.folder} m365" in " ".join(told.split())


def test_without_a_route_this_computer_and_all_routes_are_looked_at(patient):
    told = patient.shown("en")
    for name in ("Node", "SQLite", "Home folder", "Key", "Socket", "Manager", "Clock"):
        assert f"✓ {name}" in told
    assert [f"\n{route}  " in told for route in ("m365", "app", "graph")] == [True] * 3
    assert "[lab]" in told and "All stages passed; nothing was sent." in told
    shown = patient.shown("ja")
    assert "✓ すべての段階が正常に完了しました。診断では何も送信していません。" in shown


def test_a_route_that_is_not_there_is_refused_with_those_that_are(patient):
    done = patient.home.run("doctor", "m356", check=False)
    assert done.returncode == 5 and "m365" in done.stderr
    done = patient.home.run("doctor", "m365", "--to", "no address", check=False)
    assert done.returncode == 3


def test_the_file_for_support_holds_what_helps_and_no_secret(patient, tmp_path):
    home, file = patient.home, tmp_path / "support.zip"
    watched = WATCHED.replace("CANARY", CANARY)
    define(home, patient.lab, instances__own=watched, routes__hook=HOOK)
    patient.set(f'beat = "https://beat.example/{CANARY}"')
    told = home.run("doctor", "m365", "--bundle", str(file), "--mask").stdout
    assert str(file) in told and "but no secrets" in told
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with zipfile.ZipFile(file) as bundle:
        parts = {name: bundle.read(name).decode() for name in bundle.namelist()}
    assert {"doctor.txt", "doctor.json", "status.json", "ledger.json"} <= set(parts)
    for name, text in parts.items():
        assert CANARY not in text, name
        assert patient.lab.card["client_secret"] not in text, name
        assert patient.lab.card["user"] not in text, name
    assert "hooks.example" in parts["definitions/routes/hook.json"]
    assert "✓ RSET" in parts["doctor.txt"] and "@masked.invalid" in parts["doctor.txt"]
    assert json.loads(parts["doctor.json"])[0]["route"] == "m365"
    again = home.run("doctor", "m365", "--bundle", str(file), check=False)
    assert again.returncode == 5 and again.stdout == ""


def test_when_no_node_runs_the_command_looks_by_itself_and_says_so(patient, tmp_path):
    patient.stop()
    try:
        code, stages = patient.examined("m365")
        assert (code, " ".join(stages)) == (0, WELL)
        done = patient.home.run("doctor", check=False)
        assert done.returncode == 1
        assert "◆ Node" in done.stdout and "No node is running" in done.stdout
        assert f"noroshi serve --home {patient.home.folder}" in done.stdout
        patient.remote.set("secret", "ended")
        patient.home.run("send", "--to", "ops", "--subject", "it waits", "--text", CANARY)
        file = tmp_path / "support.zip"
        argv = ("doctor", "app", "--bundle", str(file), "--mask")
        done = patient.home.run(*argv, check=False)
        assert (done.returncode, done.stderr) == (1, "")
        assert "AADSTS7000222" in done.stdout
        with zipfile.ZipFile(file) as bundle:
            parts = {name: bundle.read(name).decode() for name in bundle.namelist()}
        assert "it waits" in parts["queue.json"]
        for name, text in parts.items():
            assert CANARY not in text and patient.lab.card["reader"] not in text, name
    finally:
        patient.home.run("queue", "drop", waiting_in(patient))
        patient.node = patient.home.serve_warm()
    assert not patient.lab.mails
