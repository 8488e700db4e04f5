"""`noroshi serve` as a service manager and an administrator meet it."""

import signal
import socket
import subprocess
import sys

import psutil
import pytest

from tests.e2e.labs import LabInReach, define, secret_file, signed_in
from tests.e2e.world import PATIENCE, Home, Mailbox, status_of, until
from tests.hosts.folder import Sleeper, folder, script
from tests.ports import free_port

__all__ = ["folder"]  # a fixture, taken over from there

OPS = 'addresses = ["ops@example.com"]'
RULE = 'action = "mail"\ncontacts = ["ops"]\nroutes = ["smtp1"]'


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


def smtp(mailbox):
    return f"""
        title = "SMTP server 1"
        kind = "smtp"
        [options]
        host = "127.0.0.1"
        port = {mailbox.port}
        protection = "none"
        sender = "noroshi@example.com"
    """


def ports(**named):
    """An instance that looks at these ports once a second."""
    head = 'every = "1s"\nrules = ["ops"]\n[[group]]\nname = "net"\n'
    return head + "".join(
        f'[[group.monitor]]\nname = "{name}"\nkind = "port"\n'
        f"[group.monitor.options]\nport = {port}\n"
        for name, port in named.items()
    )


def status(home):
    return status_of(home)


def test_it_says_in_a_line_each_what_it_watches_and_by_which_routes_it_sends(home, mailbox):
    home.define(
        contacts__ops=OPS,
        rules__ops=RULE,
        routes__smtp1=smtp(mailbox),
        routes__smtp2=smtp(mailbox).replace('title = "SMTP server 1"', ""),
        instances__web1=ports(shop=mailbox.port, mail=mailbox.port),
        instances__web2=ports(shop=mailbox.port),
    )
    node = home.start("-m", "noroshi.cli", "--home", str(home.folder), "--lang", "en", "serve")
    where = f"(smtp 127.0.0.1:{mailbox.port})"
    assert [node.stdout.readline().strip() for _ in range(4)] == [
        "monitoring web1: 2 monitors",
        "monitoring web2: 1 monitor",
        f"sending through SMTP server 1 {where}",
        f"sending through smtp2 {where}",
    ]


def test_with_nothing_to_do_it_says_so_in_the_persons_language(home):
    node = home.start("-m", "noroshi.cli", "--home", str(home.folder), "--lang", "ja", "serve")
    said = [node.stdout.readline().strip() for _ in range(2)]
    assert said[0].startswith("監視対象がまだありません")
    assert said[1].startswith("送信経路がない")


def watch(home, folder, text):
    """A node that runs a program which never ends."""
    program = script(folder, text)
    with (home.folder / "noroshi.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'\nprograms = ["{folder}"]\n')
    home.define(
        instances__here=f"""
            every = "1s"
            [[group]]
            name = "slow"
            [[group.monitor]]
            name = "sleeps"
            kind = "script"
            timeout = "50s"
            [group.monitor.options]
            argv = ["{program}"]
        """
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_a_signal_ends_it_within_five_seconds_with_all_its_children(home, folder, number):
    sleeper = Sleeper()
    watch(home, folder, f"{sleeper.command} & wait")
    node = home.serve()
    until(lambda: sleeper.pids, "the script")
    began = psutil.Process(node.pid).children(recursive=True)
    node.send_signal(number)
    assert node.wait(PATIENCE) == 0
    until(lambda: not any(child.is_running() for child in began), "the children's end")
    assert not sleeper.pids
    assert not (home.folder / "door.sock").exists()


def test_a_node_that_is_killed_leaves_none_of_its_programs_behind(home, folder):
    sleeper = Sleeper()
    watch(home, folder, f"(setsid {sleeper.command} &) ; {sleeper.command}")
    node = home.serve()
    until(lambda: len(sleeper.pids) == 2, "the script and what left it")
    began = psutil.Process(node.pid).children(recursive=True)
    node.kill()
    node.wait(PATIENCE)
    until(lambda: not sleeper.pids, "the end of all that it started")
    until(lambda: not any(child.is_running() for child in began), "the children's end")


def test_a_mail_server_that_says_nothing_does_not_hold_up_its_end(home, mailbox):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        nobody = smtp(mailbox).replace(f"{mailbox.port}", f"{silent.getsockname()[1]}")
        home.define(contacts__ops=OPS, routes__smtp1=nobody)
        home.run("send", "--to", "ops", "--subject", "kept", "--text", "text")
        node = home.serve()
        with silent.accept()[0]:
            node.send_signal(signal.SIGTERM)
            assert node.wait(PATIENCE) == 0
    home.define(routes__smtp1=smtp(mailbox))
    home.serve()
    until(
        lambda: [mail["Subject"] for mail in mailbox.mails] == ["kept"],
        "the mail that was kept",
    )


def test_what_is_applied_while_it_runs_takes_effect_without_a_restart(home, mailbox):
    base = {"contacts__ops": OPS, "rules__ops": RULE, "routes__smtp1": smtp(mailbox)}
    home.define(**base, instances__web1=ports(up=mailbox.port))
    node = home.serve()
    until(lambda: status(home)["monitors"][0]["measured"], "the first monitor")
    home.define(instances__web1=ports(up=mailbox.port, down=free_port()))
    until(lambda: len(mailbox.mails) == 1, "the new monitor's alarm")
    assert "down" in mailbox.mails[0]["Subject"]
    (home.definitions / "instances" / "web1.toml").unlink()
    home.run("apply", "--empty", str(home.definitions))
    assert status(home)["monitors"] == []
    assert node.poll() is None


def test_a_route_that_is_mended_while_it_runs_takes_what_waits(home, mailbox):
    nobody = Mailbox()
    home.define(
        contacts__ops=OPS,
        rules__ops=RULE,
        routes__smtp1=smtp(nobody),
        instances__web1=ports(down=free_port()),
    )
    home.serve()
    until(lambda: status(home)["routes"][0]["state"] == "down", "the route to be down")
    home.define(routes__smtp1=smtp(mailbox))
    until(lambda: len(mailbox.mails) == 1, "the alarm by the mended route")
    until(lambda: status(home)["routes"][0]["state"] == "well", "the route to be well")


def test_a_second_one_on_the_same_home_is_refused_and_does_no_harm(home, mailbox):
    home.define(contacts__ops=OPS, routes__smtp1=smtp(mailbox))
    node = home.serve()
    second = home.run("serve", check=False)
    assert second.returncode == 1
    assert f"another Noroshi process ({node.pid}) is using this store" in second.stderr
    assert "Traceback" not in second.stderr
    assert status(home)["running"]
    home.run("send", "--to", "ops", "--subject", "still here", "--text", "text")
    until(lambda: len(mailbox.mails) == 1, "a mail by the first one")


def test_after_kill_9_the_next_one_starts_at_once(home, mailbox):
    home.define(contacts__ops=OPS, routes__smtp1=smtp(mailbox))
    node = home.serve()
    node.kill()
    node.wait(PATIENCE)
    assert (home.folder / "door.sock").exists()
    home.serve()
    assert status(home)["running"]


def test_without_its_key_it_watches_says_what_it_cannot_send_and_sends_it_later(home, tmp_path):
    lab = LabInReach(tmp_path / "lab")
    key, away = home.folder / "key", tmp_path / "key-in-the-safe"
    try:
        define(home, lab, rules__ops=RULE.replace("smtp1", "m365"))
        first = home.serve()
        signed_in(home, lab, *secret_file(home, lab))
        stop(first)
        key.rename(away)

        second = home.serve()
        home.define(instances__web1=ports(down=free_port()))
        until(lambda: status(home)["level"] == "critical", "the level, as it watches on")
        until(lambda: status(home)["routes"][0]["state"] == "down", "the route to say so")
        told = " ".join(home.run("status").stdout.split())
        assert "The vault's key is missing" in told and str(key) in told
        assert "monitoring continues" in told
        assert home.run("status", "--check", check=False).returncode == 1
        until(lambda: home.queue() == 1, "the alarm to wait")
        assert not lab.mails
        assert "vault" in home.run("authorize", "m365", check=False).stderr
        stop(second)
        assert not key.exists()

        away.rename(key)
        home.serve()
        until(lambda: len(lab.mails) == 1, "the alarm that waited")
        until(lambda: not home.queue(), "an empty queue")
        assert status(home)["troubles"] == []
    finally:
        home.end()
        lab.end()


def stop(node):
    node.send_signal(signal.SIGTERM)
    assert node.wait(PATIENCE) == 0


def test_its_settings_are_told_when_they_are_wrong(home):
    with (home.folder / "noroshi.toml").open("a", encoding="utf-8") as settings:
        settings.write('\nlog_level = "loud"\n')
    refused = home.run("serve", check=False)
    assert refused.returncode == 3
    assert "log_level" in refused.stderr and "Traceback" not in refused.stderr


def test_the_packaged_command_is_the_same_program(home):
    """`noroshi`, as it is installed, and `python -m noroshi.cli` answer alike."""
    noroshi = sys.executable.rpartition("/")[0] + "/noroshi"
    said = subprocess.run([noroshi, "--version"], capture_output=True, text=True, check=True)
    assert said.stdout == home.run("--version").stdout
