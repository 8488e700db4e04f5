"""Services that somebody would miss: what they are in words, by which programs they are known
and at which TCP ports they listen. One table; whoever misses one adds a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from noroshi.core.translation import Message, _

EXE = ".exe"
"""The end of programs' names on Windows; the table has them without."""


@dataclass(frozen=True, slots=True)
class KnownService:
    """`programs` by their process's name as the kernel has it (Linux keeps 15 letters)."""

    title: Message
    programs: Sequence[str] = ()
    ports: Sequence[int] = ()


def _of(title: Message, *known: str | int) -> KnownService:
    programs = tuple(one for one in known if isinstance(one, str))
    ports = tuple(one for one in known if isinstance(one, int))
    return KnownService(title, programs, ports)


# Ports: IANA, Service Name and Transport Protocol Port Number Registry; those from 8000 on, 9200,
# 11211 and 27017 by the defaults of the programs that use them.
SERVICES: Sequence[KnownService] = (
    _of(_("Remote log-in (SSH)"), "sshd", 22),
    _of(_("Web server (nginx)"), "nginx"),
    _of(_("Web server (Apache)"), "apache2", "httpd"),
    _of(_("Web server (Caddy)"), "caddy"),
    _of(_("Web server (IIS)"), "w3wp"),
    _of(_("Website (HTTP)"), 80, 8080),
    _of(_("Website (HTTPS)"), 443, 8443),
    _of(_("Load balancer (HAProxy)"), "haproxy"),
    _of(_("Web proxy (Squid)"), "squid", 3128),
    _of(_("Database (PostgreSQL)"), "postgres", 5432),
    _of(_("Database (MySQL)"), "mysqld"),
    _of(_("Database (MariaDB)"), "mariadbd"),
    _of(_("Database (MySQL or MariaDB)"), 3306),
    _of(_("Database (SQL Server)"), "sqlservr", 1433),
    _of(_("Database (Oracle)"), "tnslsnr", 1521),
    _of(_("Database (MongoDB)"), "mongod", 27017),
    _of(_("Cache (Redis)"), "redis-server", 6379),
    _of(_("Cache (memcached)"), "memcached", 11211),
    _of(_("Search (Elasticsearch)"), 9200),
    _of(_("Message queue (RabbitMQ)"), 5672),
    _of(_("Containers (Docker)"), "dockerd"),
    _of(_("Containers (containerd)"), "containerd"),
    _of(_("Containers (Kubernetes)"), "kubelet"),
    _of(_("Virtual machines (libvirt)"), "libvirtd"),
    _of(_("Virtual machines (Hyper-V)"), "vmms"),
    _of(_("Shared folders (Samba)"), "smbd"),
    _of(_("Shared folders (SMB)"), 445),
    _of(_("Shared folders (NFS)"), 2049),
    _of(_("File transfer (FTP)"), "vsftpd", "proftpd", 21),
    _of(_("Remote Desktop"), "xrdp", 3389),
    _of(_("Name server (BIND)"), "named"),
    _of(_("Name server (Unbound)"), "unbound"),
    _of(_("Name server (dnsmasq)"), "dnsmasq"),
    _of(_("Name server (Windows)"), "dns"),
    _of(_("Name server (DNS)"), 53),
    _of(_("Directory (OpenLDAP)"), "slapd"),
    _of(_("Directory (LDAP)"), 389, 636),
    _of(_("Mail server (Postfix)"), "master"),
    _of(_("Mail server (Exim)"), "exim4", "exim"),
    _of(_("Mail server (SMTP)"), 25, 465, 587),
    _of(_("Mailboxes (Dovecot)"), "dovecot"),
    _of(_("Mailboxes (IMAP)"), 143, 993),
    _of(_("Mailboxes (POP3)"), 110, 995),
    _of(_("Timed jobs (cron)"), "cron", "crond"),
    _of(_("Clock (chrony)"), "chronyd"),
    _of(_("Clock (ntpd)"), "ntpd"),
    _of(_("Clock (systemd-timesyncd)"), "systemd-timesyn"),
    _of(_("Logs (rsyslog)"), "rsyslogd"),
    _of(_("Monitoring agent (SNMP)"), "snmpd"),
    _of(_("Printing (CUPS)"), "cupsd", 631),
    _of(_("Printing (spooler)"), "spoolsv"),
    _of(_("Remote management (WinRM)"), 5985, 5986),
)
PROGRAMS: Mapping[str, Message] = {name: one.title for one in SERVICES for name in one.programs}
PORTS: Mapping[int, Message] = {port: one.title for one in SERVICES for port in one.ports}


def known_as(program: str) -> str:
    """Return a program's name in the table; "" if it is not there. Windows' names end in .exe,
    and capitals do not matter there."""
    bare = program.lower().removesuffix(EXE) if program.lower().endswith(EXE) else program
    return bare if bare in PROGRAMS else ""
