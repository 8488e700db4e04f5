"""Make the texts of two files for systemd: the unit and the user of Noroshi's service. Pure.

Both end in a line with a fingerprint of the text, which tells whether somebody changed the
file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from pathlib import PurePosixPath
from string import Template

from noroshi.agent.installed_folder import CURRENT, FALLBACK, STEP_BEFORE_START
from noroshi.cli import exits
from noroshi.cli.paths import GROUP, HOME, NAME, USER

MARK = "# noroshi:sha256="

USER_TEXT = Template("""\
# Noroshi's own user and group, made by systemd-sysusers (sysusers.d(5)).
u $user - "Noroshi server monitor" $home
""")
UNIT = Template("""\
# Noroshi's service, written by `noroshi service`, which replaces it at an update.
# Changes belong into a drop-in: systemctl edit $name
# docs/use/operating.md tells which: more rights, folders to write to, the key as a credential.

[Unit]
Description=Noroshi server monitor
Wants=network-online.target
After=network-online.target nss-lookup.target
# A monitor that is given up after some failures would be missed by nobody.
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=main
# What root put into the home folder while no node ran, such as a key or a restored store, is
# given to the node, as it could not open it. Also where that fails (-) the node starts.
ExecStartPre=-+chown -R -H -h --from=root $user:$group $home
${updates}ExecStart=$program --home $home serve
User=$user
Group=$group
# Fed only while turns and commits move; one that stands still is started anew.
WatchdogSec=120
Restart=on-failure
RestartSec=10
# 2: typed wrongly, 3: noroshi.toml cannot be used. Somebody has to mend that.
RestartPreventExitStatus=2 3
# The first start after an update may copy the store.
TimeoutStartSec=15min
TimeoutStopSec=30
# What it has out is given back by the node itself, which also ends its programs.
KillMode=mixed
# A monitor's program that takes all memory must not end the node.
OOMPolicy=continue
OOMScoreAdjust=-200
LimitNOFILE=16384
# A core file would hold secrets.
LimitCORE=0
UMask=0077

StateDirectory=$name
StateDirectoryMode=0700
# Members of the group reach the door.
RuntimeDirectory=$name
RuntimeDirectoryMode=0750

# To read logs that are for administrators, and the journal:
#SupplementaryGroups=adm systemd-journal
# The vault's key from systemd instead of the file in the home folder:
#LoadCredentialEncrypted=noroshi.key:/etc/credstore.encrypted/noroshi.key
#LoadCredential=noroshi.key:/etc/credstore/noroshi.key

# Read everything that its user may read, write nothing but its own two folders.
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
# Not "yes": a volume mounted there would be measured as an empty one, a log there not be found.
ProtectHome=read-only
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RemoveIPC=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
# AF_NETLINK: the system's resolver asks the kernel by it which addresses there are.
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
# Not set, as they would hold for what monitors look at and run as well:
# ProtectProc= (processes of others are watched), MemoryDenyWriteExecute= (programs with a JIT).

[Install]
WantedBy=multi-user.target
""")


UPDATES = Template("""\
# Installs an update that the hub signed, or goes back to the earlier version, by the one that is
# known to work. It does nothing unless hub-key is there: `noroshi agent update` on the hub.
Environment=$variable=1
ExecStartPre=-+$python -I -m noroshi.agent.update_step $home
RestartForceExitStatus=$restart
SuccessExitStatus=$restart
""")


def unit_text(program: Sequence[str]) -> str:
    """Return the unit file; `program` is the command that runs Noroshi, without arguments for
    Noroshi."""
    names = {"name": NAME, "user": USER, "group": GROUP, "home": HOME}
    words = " ".join(map(_word, program))
    return with_fingerprint(UNIT.substitute(names, program=words, updates=_updates(program)))


def _updates(program: Sequence[str]) -> str:
    """Return the lines for a program that was installed from a hub, which can update it."""
    python = PurePosixPath(program[0])
    if python.parts[-3:-1] != (CURRENT, "bin"):
        return ""
    known_python = python.parent.parent.parent / FALLBACK / "bin" / python.name
    return UPDATES.substitute(
        variable=STEP_BEFORE_START,
        python=_word(str(known_python)),
        home=HOME,
        restart=exits.RESTART,
    )


def user_text() -> str:
    """Return the file for sysusers.d(5)."""
    return with_fingerprint(USER_TEXT.substitute(user=USER, home=HOME))


def with_fingerprint(text: str) -> str:
    """Return the text with its fingerprint on a last line."""
    return f"{text}\n{MARK}{sha256(text.encode()).hexdigest()}\n"


def is_ours(text: str) -> bool:
    """Return whether Noroshi, of whichever version, wrote this text and nobody changed it."""
    content, mark, _ = text.rpartition(f"\n{MARK}")
    return bool(mark) and with_fingerprint(content) == text


def _word(word: str) -> str:
    """Return a word as ExecStart= takes it: in quotes if need be, and % doubled
    (systemd.service(5), "COMMAND LINES"). systemd takes no program whose path has quotes or
    $."""
    doubled = word.replace("%", "%%")
    return doubled if re.fullmatch(r"[\w@%+=:,./-]+", doubled, re.ASCII) else f'"{doubled}"'
