"""What computers of all kinds tell in one turn, and what is missing there."""

from __future__ import annotations

import pytest

from noroshi.hosts.ssh.facts_output import IncompleteOutputError, RemoteFacts, read_facts
from noroshi.ports import Listener, Memory, Process, Volume

KIB = 1024


def facts(**parts):
    told = {"system": "Linux\nnas01\n900", **parts}
    text = "".join(f"\n#noroshi {name}\n{lines}\n" for name, lines in told.items())
    return read_facts(f"Welcome to nas01!\n{text}\n#noroshi end\n")


def test_a_computer_that_tells_nothing_is_known_by_its_name_alone():
    assert facts() == RemoteFacts(system="Linux", host_name="nas01")


@pytest.mark.parametrize(
    "output", ["", "This account is not available.\n", "#noroshi system\nL"]
)
def test_an_output_without_its_end_is_none(output):
    with pytest.raises(IncompleteOutputError) as error:
        read_facts(output)
    assert error.value.start == output.strip()


def test_volumes_are_what_the_mount_table_calls_disks():
    mounts = (
        "27 1 254:0 / / rw - ext4 /dev/vda rw\n"
        "28 27 0:25 / /tmp rw - tmpfs tmpfs rw\n"
        "29 27 8:1 / /srv/my\\040files rw - xfs /dev/sda1 rw\n"
        "30 27 254:0 /srv/share /mnt/bound rw - ext4 /dev/vda rw\n"
    )
    volumes = (
        "Filesystem 1024-blocks Used Available Capacity Mounted on\n"
        "/dev/vda 100 60 30 67% /\n"
        "tmpfs 100 1 99 1% /tmp\n"
        "/dev/sda1 50 50 -5 110% /srv/my files\n"
        "/dev/vda 100 60 30 67% /mnt/bound\n"
    )
    assert facts(mounts=mounts, volumes=volumes).volumes == (
        Volume("/", 90 * KIB, 30 * KIB),
        Volume("/srv/my files", 50 * KIB, 0),
    )


def test_without_a_mount_table_volumes_are_what_lies_on_a_device_or_a_server():
    volumes = (
        "Filesystem 1024-blocks Used Avail Capacity Mounted on\n"
        "/dev/ada0p2 100 40 60 40% /\n"
        "devfs 1 1 0 100% /dev\n"
        "nas:/home 200 50 150 25% /home\n"
    )
    told = facts(volumes=volumes).volumes
    assert [one.mount for one in told] == ["/", "/home"]


def test_memory_of_an_old_kernel_counts_what_it_could_give_back():
    lines = "MemTotal: 100 kB\nMemFree: 10 kB\nBuffers: 5 kB\nCached: 20 kB\nSwapTotal: 8 kB\n"
    assert facts(memory=lines).memory == Memory(
        total=100 * KIB, available=35 * KIB, swap_total=8 * KIB
    )


def test_the_processor_s_time_leaves_out_that_of_guests():
    lines = "cpu  100 0 50 800 50 0 0 0 30 0\ncpu0 50 0 25 400 25 0 0 0 15 0\ncpu1 50 0 25 400 25 0 0 0 15 0\n0.25 0.1 0.1 1/100 77\n"
    told = facts(processor=lines).processor
    assert (told.cores, told.total, told.busy, told.iowait) == (2, 10.0, 1.5, 0.5)
    assert (told.steal, told.load) == (0.0, 0.25)


def test_processes_are_those_that_live_without_the_script_s_own():
    names = (
        "  PID  PPID STAT USER COMMAND\n"
        "1 0 Ss root systemd\n"
        "2 0 S root kthreadd\n"
        "77 1 Z www-data php\n"
        "80 1 Sl postgres a-very-long-nam\n"
        "90 1 S root tmux: server\n"
        "900 1 S watcher sh\n"
        "901 900 R watcher ps\n"
    )
    commands = (
        "1 /sbin/init splash\n2 [kthreadd]\n77 [php] <defunct>\n"
        "80 /usr/bin/a-very-long-name --flag\n90 tmux new\n"
    )
    assert facts(names=names, commands=commands).processes == (
        Process(1, "systemd", ("/sbin/init", "splash"), "root"),
        Process(2, "kthreadd", (), "root"),
        Process(80, "a-very-long-name", ("/usr/bin/a-very-long-name", "--flag"), "postgres"),
        Process(90, "tmux: server", ("tmux", "new"), "root"),
    )


def test_listeners_come_from_the_kernel_s_table_in_both_families():
    sockets = (
        "  sl  local_address rem_address   st\n"
        "   0: 0100007F:1F90 00000000:0000 0A 0\n"
        "   1: 0100007F:1F91 0200007F:1F90 01 0\n"
        "   0: 00000000000000000000000001000000:0016 00000000000000000000000000000000:0000 0A 0\n"
        "   1: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 0\n"
    )
    assert facts(sockets=sockets).listeners == (
        Listener("::1", 22),
        Listener("::", 80),
        Listener("127.0.0.1", 8080),
    )


@pytest.mark.parametrize(
    ("line", "listener"),
    [
        ("tcp4       0      0 *.22                   *.*     LISTEN", Listener("0.0.0.0", 22)),
        ("tcp6       0      0 *.22                   *.*     LISTEN", Listener("::", 22)),
        ("tcp        0      0 127.0.0.1:25  0.0.0.0:*  LISTEN", Listener("127.0.0.1", 25)),
        ("tcp        0      0 :::80         :::*       LISTEN", Listener("::", 80)),
    ],
)
def test_where_there_is_no_such_table_listeners_come_from_netstat(line, listener):
    assert facts(sockets=f"Active Internet connections\n{line}\n").listeners == (listener,)


BLANKS = " " * (1 << 20)
"""As many as the arguments of one process may have."""


def test_a_line_that_anybody_there_can_make_long_is_read_as_quickly_as_others():
    told = facts(
        names=f"7 1 S web sh{BLANKS}x\n8 1 S web top",
        commands=f"7 sh -c{BLANKS}x\n8 top",
        volumes=f"{BLANKS}\n/dev/vda{BLANKS}x\n/dev/vda 100 60 40 60% /",
    )
    assert [one.command for one in told.processes] == [("sh", "-c", "x"), ("top",)]
    assert told.volumes == (Volume("/", 100 * KIB, 40 * KIB),)


@pytest.mark.parametrize("end", ["\u2028", "\x85", "\x0c", "\r"])
def test_a_process_begins_no_part_by_its_arguments(end):
    told = facts(
        volumes="/dev/vda 100 60 40 60% /",
        names="7 1 S web sh",
        commands=f"7 sh {end}#noroshi volumes{end}/dev/vda 100 0 100 0% /",
    )
    assert told.volumes == (Volume("/", 100 * KIB, 40 * KIB),)


@pytest.mark.parametrize(
    ("part", "lines"),
    [
        ("processor", "cpu  x y z"),
        ("processor", "cpu"),
        ("memory", f"MemTotal: {'9' * 5000} kB"),
        ("sockets", "0: zz:00 00:00 0A"),
        ("names", f"{'9' * 5000} 1 S web sh"),
        ("mounts", "x"),
    ],
)
def test_lines_of_an_unknown_form_take_away_that_fact_alone(part, lines):
    others = {"volumes": "/dev/vda 100 60 40 60% /", "names": "7 1 S web sh"}
    told = facts(**others | {part: lines})
    known = told.processes if part not in others else told.volumes
    assert known


def test_what_a_server_writes_commands_no_terminal_and_fills_no_page():
    with pytest.raises(IncompleteOutputError) as error:
        read_facts("\x1b[2J" + "x" * 1000)
    assert error.value.start == "?[2J" + "x" * 196
