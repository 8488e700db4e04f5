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
    """Describe a service that is recognised; `programs` are process names as the kernel has
    them (Linux keeps 15 letters)."""

    title: Message
    programs: Sequence[str] = ()
    ports: Sequence[int] = ()


def _service(title: Message, *signs: str | int) -> KnownService:
    programs = tuple(one for one in signs if isinstance(one, str))
    ports = tuple(one for one in signs if isinstance(one, int))
    return KnownService(title, programs, ports)


# Ports: IANA, Service Name and Transport Protocol Port Number Registry; those from 8000 on, 9200,
# 11211 and 27017 by the defaults of the programs that use them.
SERVICES: Sequence[KnownService] = (
    _service(_("Remote login (SSH)"), "sshd", 22),
    _service(_("Web server (nginx)"), "nginx"),
    _service(_("Web server (Apache)"), "apache2", "httpd"),
    _service(_("Web server (Caddy)"), "caddy"),
    _service(_("Web server (IIS)"), "w3wp"),
    _service(_("Website (HTTP)"), 80, 8080),
    _service(_("Website (HTTPS)"), 443, 8443),
    _service(_("Load balancer (HAProxy)"), "haproxy"),
    _service(_("Web proxy (Squid)"), "squid", 3128),
    _service(_("Database (PostgreSQL)"), "postgres", 5432),
    _service(_("Database (MySQL)"), "mysqld"),
    _service(_("Database (MariaDB)"), "mariadbd"),
    _service(_("Database (MySQL or MariaDB)"), 3306),
    _service(_("Database (SQL Server)"), "sqlservr", 1433),
    _service(_("Database (Oracle)"), "tnslsnr", 1521),
    _service(_("Database (MongoDB)"), "mongod", 27017),
    _service(_("Cache (Redis)"), "redis-server", 6379),
    _service(_("Cache (memcached)"), "memcached", 11211),
    _service(_("Search (Elasticsearch)"), 9200),
    _service(_("Message queue (RabbitMQ)"), 5672),
    _service(_("Containers (Docker)"), "dockerd"),
    _service(_("Containers (containerd)"), "containerd"),
    _service(_("Containers (Kubernetes)"), "kubelet"),
    _service(_("Virtual machines (libvirt)"), "libvirtd"),
    _service(_("Virtual machines (Hyper-V)"), "vmms"),
    _service(_("Shared folders (Samba)"), "smbd"),
    _service(_("Shared folders (SMB)"), 445),
    _service(_("Shared folders (NFS)"), 2049),
    _service(_("File transfer (FTP)"), "vsftpd", "proftpd", 21),
    _service(_("Remote Desktop"), "xrdp", 3389),
    _service(_("Name server (BIND)"), "named"),
    _service(_("Name server (Unbound)"), "unbound"),
    _service(_("Name server (dnsmasq)"), "dnsmasq"),
    _service(_("Name server (Windows)"), "dns"),
    _service(_("Name server (DNS)"), 53),
    _service(_("Directory (OpenLDAP)"), "slapd"),
    _service(_("Directory (LDAP)"), 389, 636),
    _service(_("Mail server (Postfix)"), "master"),
    _service(_("Mail server (Exim)"), "exim4", "exim"),
    _service(_("Mail server (SMTP)"), 25, 465, 587),
    _service(_("Mailboxes (Dovecot)"), "dovecot"),
    _service(_("Mailboxes (IMAP)"), 143, 993),
    _service(_("Mailboxes (POP3)"), 110, 995),
    _service(_("Scheduled jobs (cron)"), "cron", "crond"),
    _service(_("Clock (chrony)"), "chronyd"),
    _service(_("Clock (ntpd)"), "ntpd"),
    _service(_("Clock (systemd-timesyncd)"), "systemd-timesyn"),
    _service(_("Logs (rsyslog)"), "rsyslogd"),
    _service(_("Monitoring agent (SNMP)"), "snmpd"),
    _service(_("Printing (CUPS)"), "cupsd", 631),
    _service(_("Printing (spooler)"), "spoolsv"),
    _service(_("Remote management (WinRM)"), 5985, 5986),
)
PROGRAMS: Mapping[str, Message] = {name: one.title for one in SERVICES for name in one.programs}
PORTS: Mapping[int, Message] = {port: one.title for one in SERVICES for port in one.ports}


def known_as(program: str) -> str:
    """Return a program's name in the table; "" if it is not there. Windows' names end in .exe,
    and capitals do not matter there."""
    bare = program.lower().removesuffix(EXE) if program.lower().endswith(EXE) else program
    return bare if bare in PROGRAMS else ""
