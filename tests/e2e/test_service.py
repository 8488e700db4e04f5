"""Noroshi as a service of a real systemd, from `noroshi service install` until it is gone.

A system is booted once, in namespaces of its own (boot.sh); an administrator's steps are done there
one after the other (on_a_server.py), and here is what came of them.
"""

import json

import pytest

from tests.e2e.booted import steps_told


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What came of each step: a command's exit code and output, or a fact."""
    return steps_told(tmp_path_factory.mktemp("shared"), "on_a_server.py")


def test_a_place_that_the_services_user_cannot_reach_is_told(told):
    out_of_reach = told["out of reach"]
    assert out_of_reach["code"] == 1
    assert "/srv/closed/noroshi/bin/python -I -m noroshi.cli --version`" in out_of_reach["err"]
    assert "The user noroshi cannot run" in out_of_reach["err"]


def test_who_is_not_root_is_told_the_steps(told):
    by_nobody = told["by nobody"]
    assert by_nobody["code"] == 5 and "noroshi service install --print" in by_nobody["err"]
    assert "\n  write /etc/systemd/system/noroshi.service\n" in by_nobody["err"]


def test_one_command_installs_and_starts_it(told):
    assert told["installed"]["code"] == 0
    assert "保管庫の鍵 /var/lib/noroshi/key を作成しました" in told["installed"]["out"]
    status = told["status"]
    assert (status["code"], status["err"]) == (0, "")
    assert "as installed by this version" in status["out"]
    assert "at boot      enabled\nstate        active (running)\n" in status["out"]
    assert "restarted 0 times" in status["out"]


def test_it_runs_as_a_user_of_its_own_and_is_watched_over(told):
    asked = "Type", "User", "WatchdogUSec", "NoNewPrivileges", "ProtectSystem"
    assert [told[what] for what in asked] == ["notify", "noroshi", "2min", "yes", "strict"]


def test_home_and_key_are_its_own_and_the_door_is_its_groups(told):
    assert told["owners"] == {
        "/var/lib/noroshi": ["noroshi", "0700"],
        "/var/lib/noroshi/key": ["noroshi", "0600"],
        "/run/noroshi": ["noroshi", "0750"],
        "/run/noroshi/door.sock": ["noroshi", "0660"],
    }


def test_a_member_of_the_group_finds_the_door_and_may_look_only(told):
    assert told["a member looks"]["code"] == 0
    assert "No monitors yet" in told["a member looks"]["out"]
    assert told["a member applies"]["code"] == 5


def test_a_stranger_is_kept_out_and_still_reads_the_kinds(told):
    assert told["a stranger looks"]["code"] == 4
    assert "Permission denied" in told["a stranger looks"]["err"]
    assert told["a stranger asks for the kinds"]["code"] == 0


def test_the_disk_is_seen_from_behind_its_walls(told):
    assert told["applied"]["code"] == 0
    measured = json.loads(told["measured"]["out"])
    assert (measured["fault"], [item["item"] for item in measured["items"]]) == (None, ["/"])


def test_services_and_timers_are_measured_as_systemd_tells_of_them(told):
    step = told["services and timers"]
    assert (step["code"], step["err"]) == (0, "")
    found = {(item, name): (value, note) for item, name, value, note in json.loads(step["out"])}
    assert found["noroshi", "wrong_state"] == (0, "running (start type: automatic)")
    assert found["noroshi", "restarts"][0] == 0
    assert found["no-such", "wrong_state"] == (1, "not installed")
    value, note = found["crashing", "wrong_state"]
    assert (value, note[:20]) == (1, "failed (exit-code, 1")
    assert found["other-hypervisor", "wrong_state"] == (0, "stopped (start type: automatic)")
    value, note = found["failing", "failed"]
    assert value == 1 and note.endswith("failed (exit-code, 3)")
    assert found["failing", "missed"][0] == found["failing", "disabled"][0] == 0
    assert found["disabled", "disabled"][0] == 1


def test_it_writes_into_its_home_and_where_a_drop_in_lets_it(told):
    assert told["backup"]["code"] == 0
    assert told["backup elsewhere"]["code"] == 5
    assert "Read-only file system" in told["backup elsewhere"]["err"]
    assert told["backup where it may write"]["code"] == 0


def test_a_second_install_lets_it_run_on(told):
    assert told["again"]["code"] == 0 and told["the same process"]
    assert "systemctl restart noroshi" in told["again"]["out"]


@pytest.mark.parametrize("step", ["edited", "not taken away"])
def test_a_unit_that_somebody_edited_is_refused_and_shown(told, step):
    assert told[step]["code"] == 5
    assert "\n  -WatchdogSec=120\n  +WatchdogSec=0\n" in told[step]["err"]


def test_what_somebody_edited_is_shown_by_status_and_lost_by_force(told):
    assert "edited, see below" in told["status of edited"]["out"]
    assert "\n-WatchdogSec=120\n+WatchdogSec=0\n" in told["status of edited"]["out"]
    assert told["forced"]["code"] == 0 and told["as before"]


def test_a_killed_node_is_started_anew(told):
    assert told["up after a kill"]
    assert "status=9/KILL" in told["journal"]["out"]
    assert "noroshi.service.d/ours.conf" in told["status after a kill"]["out"]


def test_a_node_that_stands_still_is_started_anew_by_the_watchdog(told):
    assert told["up after it stood still"]
    assert "Failed with result 'watchdog'" in told["journal"]["out"]


def test_its_log_is_in_the_journal(told):
    assert "noroshi.cli.handlers.serve: node starting" in told["journal"]["out"]
    assert "monitoring web1: 1 monitor" in told["journal"]["out"]


def test_a_member_is_told_that_the_service_is_stopped(told):
    assert told["stopped for a member"]["code"] == 4
    assert "systemctl start noroshi" in told["stopped for a member"]["err"]


def test_what_root_made_while_it_was_stopped_is_given_to_it(told):
    assert told["rotated"]["code"] == 0
    assert (told["root's key"], told["the node's key"]) == (
        ["root", "0600"],
        ["noroshi", "0600"],
    )
    assert "file /var/lib/noroshi/key" in told["key in its file"]["out"]


def test_the_key_may_come_from_systemd_alone(told):
    assert told["sealed"]["code"] == told["key by systemd"]["code"] == 0
    assert (
        "systemd credential /run/credentials/noroshi.service/" in told["key by systemd"]["out"]
    )


def test_uninstalling_takes_all_away_but_the_home_folder(told):
    assert told["uninstalled"]["code"] == 0 and told["gone"] and told["enabled"] == ""
    assert "noroshi.service.d" in told["uninstalled"]["out"]
    assert {"noroshi.db", "noroshi.toml"} <= set(told["left"])
    assert told["still its user's"] == ["noroshi", "0700"]


def test_what_is_not_installed_is_told(told):
    assert told["uninstalled again"]["code"] == 0
    assert told["status of nothing"]["code"] == 1
    assert "not installed" in told["status of nothing"]["out"]


def test_a_home_folder_that_root_made_is_taken_over(told):
    assert "noroshi service install" in told["root's home"]["out"]
    assert told["taken over"]["code"] == 0 and told["all is the node's"]
    assert 'door = "/run/noroshi/door.sock"' in told["taken over"]["out"]
    assert told["status by root"]["code"] == 0
