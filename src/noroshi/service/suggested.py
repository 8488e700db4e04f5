"""A sensible watch of a computer, worked out from what was found on it. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from noroshi.core.words import Words, plain
from noroshi.ports import Memory, Process, Processor, Volume

GIB = 1 << 30
SYSTEM, SERVICES = "system", "services"
GROUP_TITLES: Mapping[str, Words] = {
    SYSTEM: Words(en="System", ja="システム"),
    SERVICES: Words(en="Services", ja="サービス"),
}
DISK, MEMORY, CPU = (
    Words(en="Disk space", ja="ディスク容量"),
    Words(en="Memory", ja="メモリー"),
    Words(en="Processor", ja="CPU"),
)
OF_DISK = Words(
    en="{mount} {used:.0f}% of {size:.0f} GiB", ja="{mount} {size:.0f} GiB 中 {used:.0f}%"
)
OF_MEMORY = Words(en="{size:.1f} GiB", ja="{size:.1f} GiB")
OF_CPU = Words(en="{count} processors", ja="{count}個")
RUNS = Words(en="runs now ({count})", ja="動作中 ({count}個)")
FROM = Words(
    en="WARNING from {warning}%, CRITICAL from {critical}%",
    ja="{warning}% で注意、{critical}% で危険",
)
WARNING_FROM = Words(en="WARNING from {warning}%", ja="{warning}% で注意")
ENDS = Words(en="CRITICAL once it does not run", ja="動いていなければ危険")
MOST_VOLUMES = 6

SERVICE_TITLES: Mapping[str, Words] = {
    "sshd": Words(en="SSH", ja="SSH"),
    "nginx": plain("nginx"),
    "apache2": Words(en="Apache web server", ja="Apache (Web サーバー)"),
    "httpd": Words(en="Apache web server", ja="Apache (Web サーバー)"),
    "caddy": plain("Caddy"),
    "haproxy": plain("HAProxy"),
    "squid": Words(en="Squid proxy", ja="Squid (プロキシ)"),
    "postgres": plain("PostgreSQL"),
    "mysqld": plain("MySQL"),
    "mariadbd": plain("MariaDB"),
    "mongod": plain("MongoDB"),
    "redis-server": plain("Redis"),
    "memcached": plain("memcached"),
    "dockerd": plain("Docker"),
    "containerd": plain("containerd"),
    "kubelet": plain("Kubernetes (kubelet)"),
    "libvirtd": Words(en="libvirt (virtual machines)", ja="libvirt (仮想マシン)"),
    "smbd": Words(en="Samba (file shares)", ja="Samba (ファイル共有)"),
    "vsftpd": plain("vsftpd (FTP)"),
    "named": plain("BIND (DNS)"),
    "unbound": plain("Unbound (DNS)"),
    "dnsmasq": plain("dnsmasq"),
    "slapd": plain("OpenLDAP"),
    "master": Words(en="Postfix (mail)", ja="Postfix (メール)"),
    "exim4": Words(en="Exim (mail)", ja="Exim (メール)"),
    "dovecot": Words(en="Dovecot (mailboxes)", ja="Dovecot (メールボックス)"),
    "cron": Words(en="cron (timed jobs)", ja="cron (定期実行)"),
    "crond": Words(en="cron (timed jobs)", ja="cron (定期実行)"),
    "chronyd": Words(en="chrony (clock)", ja="chrony (時刻同期)"),
    "ntpd": Words(en="ntpd (clock)", ja="ntpd (時刻同期)"),
    "systemd-timesyn": Words(en="systemd-timesyncd (clock)", ja="systemd-timesyncd (時刻同期)"),
    "rsyslogd": Words(en="rsyslog (logs)", ja="rsyslog (ログ)"),
    "snmpd": plain("SNMP"),
    "cupsd": Words(en="CUPS (printing)", ja="CUPS (印刷)"),
}
"""Programs that somebody would miss, by their process's name as the kernel has it (15 letters)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """One monitor to have. `found` says what there is now, `limit` when it would be told of;
    `there`: the instance has it already."""

    id: str
    title: Words
    found: Words
    limit: Words
    there: bool
    monitor: Mapping[str, Any]


def suggested(
    volumes: Sequence[Volume],
    memory: Memory | None,
    processor: Processor | None,
    processes: Iterable[Process],
    there: Collection[str],
) -> tuple[Suggested, ...]:
    """The monitors that fit, each under its id group/name; what cannot be had is left out."""
    found = [*_system(volumes, memory, processor), *_services(processes)]
    return tuple(_as_one(*one, there=there) for one in found)


Made = tuple[str, Words, Words, Words, Mapping[str, Any]]


def _as_one(
    id: str,
    title: Words,
    seen: Words,
    limit: Words,
    monitor: Mapping[str, Any],
    *,
    there: Collection[str],
) -> Suggested:
    return Suggested(
        id=id, title=title, found=seen, limit=limit, there=id in there, monitor=monitor
    )


def _system(
    volumes: Sequence[Volume], memory: Memory | None, processor: Processor | None
) -> Iterable[Made]:
    if volumes:
        limits = {"warning": 80, "critical": 90, "margin": 2}
        disk = {"name": "disk", "kind": "disk", "every": "5m", "limits": {"used": limits}}
        yield f"{SYSTEM}/disk", DISK, _sizes(volumes), FROM.fill(**limits), disk
    if memory is not None:
        limits = {"warning": 90, "critical": 95}
        monitor = {
            "name": "memory",
            "kind": "memory",
            "patience": 3,
            "limits": {"used": limits},
        }
        size = OF_MEMORY.fill(size=memory.total / GIB)
        yield f"{SYSTEM}/memory", MEMORY, size, FROM.fill(**limits), monitor
    if processor is not None:
        count, limits = OF_CPU.fill(count=processor.cores), {"warning": 95}
        monitor = {"name": "cpu", "kind": "cpu", "patience": 5, "limits": {"busy": limits}}
        yield f"{SYSTEM}/cpu", CPU, count, WARNING_FROM.fill(**limits), monitor


def _sizes(volumes: Sequence[Volume]) -> Words:
    each = [
        OF_DISK.fill(mount=one.mount, used=one.used_percent, size=one.size / GIB)
        for one in volumes[:MOST_VOLUMES]
    ]
    more = [plain(f"+{len(volumes) - MOST_VOLUMES}")] * (len(volumes) > MOST_VOLUMES)
    parts = [*each, *more]
    return Words(en=", ".join(one.en for one in parts), ja="、".join(one.ja for one in parts))


def _services(processes: Iterable[Process]) -> Iterable[Made]:
    counts = dict[str, int]()
    for process in processes:
        if process.name in SERVICE_TITLES:
            counts[process.name] = counts.get(process.name, 0) + 1
    for program in (name for name in SERVICE_TITLES if name in counts):
        options = {"name": program}
        monitor = {"name": program, "kind": "process", "patience": 2, "options": options}
        runs = RUNS.fill(count=counts[program])
        yield f"{SERVICES}/{program}", SERVICE_TITLES[program], runs, ENDS, monitor


def instance_name(host: str) -> str:
    """A name for this computer's instance: its short name, as far as a definition may have it."""
    short = host.lower().partition(".")[0]
    made = re.sub(r"[^a-z0-9_-]+", "-", short).strip("-_")[:64]
    return made if re.fullmatch(r"[a-z0-9].*", made) and made != "noroshi" else "this-machine"


def groups_of(chosen: Iterable[Suggested], language: str) -> tuple[Mapping[str, Any], ...]:
    """The chosen monitors in their groups, with titles in that language."""
    groups = dict[str, list[Mapping[str, Any]]]()
    for one in chosen:
        title = {"title": one.title.say(language)}
        groups.setdefault(one.id.partition("/")[0], []).append({**one.monitor, **title})
    return tuple(
        {"name": name, "title": GROUP_TITLES[name].say(language), "every": "1m", "monitor": its}
        for name, its in groups.items()
    )
