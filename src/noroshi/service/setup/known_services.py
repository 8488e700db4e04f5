"""Services that somebody would miss: what they are in words, by which programs they are known
and at which TCP ports they listen. One table; whoever misses one adds a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from noroshi.core.words import Words

EXE = ".exe"
"""The end of programs' names on Windows; the table has them without."""


@dataclass(frozen=True, slots=True)
class KnownService:
    """`programs` by their process's name as the kernel has it (Linux keeps 15 letters)."""

    title: Words
    programs: Sequence[str] = ()
    ports: Sequence[int] = ()


def _of(en: str, ja: str, *known: str | int) -> KnownService:
    programs = tuple(one for one in known if isinstance(one, str))
    ports = tuple(one for one in known if isinstance(one, int))
    return KnownService(Words(en=en, ja=ja), programs, ports)


# Ports: IANA, Service Name and Transport Protocol Port Number Registry; those from 8000 on, 9200,
# 11211 and 27017 by the defaults of the programs that use them.
SERVICES: Sequence[KnownService] = (
    _of("Remote log-in (SSH)", "リモート ログイン (SSH)", "sshd", 22),
    _of("Web server (nginx)", "Web サーバー (nginx)", "nginx"),
    _of("Web server (Apache)", "Web サーバー (Apache)", "apache2", "httpd"),
    _of("Web server (Caddy)", "Web サーバー (Caddy)", "caddy"),
    _of("Web server (IIS)", "Web サーバー (IIS)", "w3wp"),
    _of("Website (HTTP)", "Web サイト (HTTP)", 80, 8080),
    _of("Website (HTTPS)", "Web サイト (HTTPS)", 443, 8443),
    _of("Load balancer (HAProxy)", "負荷分散 (HAProxy)", "haproxy"),
    _of("Web proxy (Squid)", "Web プロキシ (Squid)", "squid", 3128),
    _of("Database (PostgreSQL)", "データベース (PostgreSQL)", "postgres", 5432),
    _of("Database (MySQL)", "データベース (MySQL)", "mysqld"),
    _of("Database (MariaDB)", "データベース (MariaDB)", "mariadbd"),
    _of("Database (MySQL or MariaDB)", "データベース (MySQL・MariaDB)", 3306),
    _of("Database (SQL Server)", "データベース (SQL Server)", "sqlservr", 1433),
    _of("Database (Oracle)", "データベース (Oracle)", "tnslsnr", 1521),
    _of("Database (MongoDB)", "データベース (MongoDB)", "mongod", 27017),
    _of("Cache (Redis)", "キャッシュ (Redis)", "redis-server", 6379),
    _of("Cache (memcached)", "キャッシュ (memcached)", "memcached", 11211),
    _of("Search (Elasticsearch)", "検索 (Elasticsearch)", 9200),
    _of("Message queue (RabbitMQ)", "メッセージ キュー (RabbitMQ)", 5672),
    _of("Containers (Docker)", "コンテナー (Docker)", "dockerd"),
    _of("Containers (containerd)", "コンテナー (containerd)", "containerd"),
    _of("Containers (Kubernetes)", "コンテナー (Kubernetes)", "kubelet"),
    _of("Virtual machines (libvirt)", "仮想マシン (libvirt)", "libvirtd"),
    _of("Virtual machines (Hyper-V)", "仮想マシン (Hyper-V)", "vmms"),
    _of("Shared folders (Samba)", "共有フォルダー (Samba)", "smbd"),
    _of("Shared folders (SMB)", "共有フォルダー (SMB)", 445),
    _of("Shared folders (NFS)", "共有フォルダー (NFS)", 2049),
    _of("File transfer (FTP)", "ファイル転送 (FTP)", "vsftpd", "proftpd", 21),
    _of("Remote Desktop", "リモート デスクトップ", "xrdp", 3389),
    _of("Name server (BIND)", "DNS サーバー (BIND)", "named"),
    _of("Name server (Unbound)", "DNS サーバー (Unbound)", "unbound"),
    _of("Name server (dnsmasq)", "DNS サーバー (dnsmasq)", "dnsmasq"),
    _of("Name server (Windows)", "DNS サーバー (Windows)", "dns"),
    _of("Name server (DNS)", "DNS サーバー", 53),
    _of("Directory (OpenLDAP)", "ディレクトリ (OpenLDAP)", "slapd"),
    _of("Directory (LDAP)", "ディレクトリ (LDAP)", 389, 636),
    _of("Mail server (Postfix)", "メールサーバー (Postfix)", "master"),
    _of("Mail server (Exim)", "メールサーバー (Exim)", "exim4", "exim"),
    _of("Mail server (SMTP)", "メールサーバー (SMTP)", 25, 465, 587),
    _of("Mailboxes (Dovecot)", "メールボックス (Dovecot)", "dovecot"),
    _of("Mailboxes (IMAP)", "メールボックス (IMAP)", 143, 993),
    _of("Mailboxes (POP3)", "メールボックス (POP3)", 110, 995),
    _of("Timed jobs (cron)", "定期実行 (cron)", "cron", "crond"),
    _of("Clock (chrony)", "時刻同期 (chrony)", "chronyd"),
    _of("Clock (ntpd)", "時刻同期 (ntpd)", "ntpd"),
    _of("Clock (systemd-timesyncd)", "時刻同期 (systemd-timesyncd)", "systemd-timesyn"),
    _of("Logs (rsyslog)", "ログ (rsyslog)", "rsyslogd"),
    _of("Monitoring agent (SNMP)", "監視エージェント (SNMP)", "snmpd"),
    _of("Printing (CUPS)", "印刷 (CUPS)", "cupsd", 631),
    _of("Printing (spooler)", "印刷 (スプーラー)", "spoolsv"),
    _of("Remote management (WinRM)", "リモート管理 (WinRM)", 5985, 5986),
)
PROGRAMS: Mapping[str, Words] = {name: one.title for one in SERVICES for name in one.programs}
PORTS: Mapping[int, Words] = {port: one.title for one in SERVICES for port in one.ports}


def known_as(program: str) -> str:
    """Return a program's name in the table; "" if it is not there. Windows' names end in .exe,
    and capitals do not matter there."""
    bare = program.lower().removesuffix(EXE) if program.lower().endswith(EXE) else program
    return bare if bare in PROGRAMS else ""
