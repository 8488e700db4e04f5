"""Hold what the demo says, and the definitions that its node is given."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.translation import _

ABOUT = _(
    "Shows the whole path on this machine: a process is watched, ended and started again; "
    "its alarm and its recovery arrive in a mailbox of a simulated Microsoft 365."
)
ONCE = _("end after both mails, and print them as they were received")
LANG = _("language of what is told: en or ja")
HEAD = _(
    "Noroshi runs the whole path on this machine: a process is watched and killed, and its alarm "
    "is mailed.\nThat takes about 20 seconds. Everything lies in {folder}"
)
STARTING = _("node       Noroshi is starting")
LAB = _(
    "lab        Entra ID and Exchange Online, simulated: {sign_in}, SMTP {smtp_host}:{smtp_port}"
)
NODE = _("node       {line}")
SHOP = _("target     the order service runs (pid {pid}); it is watched every 2 s")
SIGNED = _("sign-in    {user} signed in on the lab's page; the redirect URL was pasted back")
KILLED = _("── the order service is killed (pid {pid})")
AGAIN = _("── the order service is started again (pid {pid})")
GONE = _("── the order service ended")
STOPPED = _("Stopped; the folder was removed.")
POSTS = (
    _("Seen      {text}"),
    _("Recorded  event and mail, in one transaction"),
    _("Sent      by {text}, TLS and XOAUTH2"),
    _("Accepted  {text}"),
    _("Mailbox   {text}"),
)
DOWN = _("◆ CRITICAL: no such process")
UP = _("○ OK: it runs again")
SAME_THREAD = _("    (same thread)")
MANAGER = _("manager    ready; its address comes last")
NO_MANAGER = _("manager    its port is taken; the demo goes on without it")
BROWSER = _("""
━━ Try it in a browser
  Open the address in the last line. Choose a name and a password there; whoever has the code is
  the administrator. The code is good once: after that, log in at {url}
  1. Settings › What is watched › Disk space: set the warning limit of “Used” to 1. Within 10 s an
     alarm leaves.
  2. Alarms: acknowledge it; its reminders stop. Set the limit back to 99: the recovery comes.
  3. Mail: the route through the lab's Microsoft 365; send a test mail, or add a second route.
     Values of the lab: cloud lab, tenant {tenant_id}
     client ID {client_id}, secret {client_secret}
     sign in as {user}, password {password}; the code is on the phone
     that the sign-in page shows
  The mailbox where all of it arrives: {mail_pages}
  (The browser warns of the certificate there and at the sign-in: it is the lab's own.)""")
TERMINAL = _("""
━━ Try it in another terminal
  read the mailbox        {noroshi} lab mail --folder {lab}
  see the state           {noroshi} --home {home} status
  kill the order service  kill {pid}   (its alarm comes; 5 s later it is started again)""")
TENANT = _("""
━━ With a real tenant
  noroshi init, noroshi serve, and in another terminal noroshi setup microsoft365,
  which leads from the app registration to a test mail (README, “Start for real”)""")
WATCHING = _("\nThe demo watches on until Ctrl-C.")
ADDRESS = _("The manager, in your browser:\n\n  {url}start?code={code}\n")
AS_RECEIVED = _("━━ As it was received")
AS_READ = _("━━ As a person reads it")
FAILED = _("The demo stops: {why}")
IN_VAIN = _("{what} did not come within {seconds:g} s")
ENDED = _("{what} ended by itself; see {log}")

DEFINITIONS: Mapping[str, str] = {
    "contacts/ops.toml": """\
title = "{title}"
addresses = ["{reader}"]
language = "{language}"
zone = "{zone}"
""",
    "rules/ops.toml": """\
action = "mail"
contacts = ["ops"]
routes = ["smtp1"]
""",
    "routes/smtp1.toml": """\
title = "{route}"
kind = "smtp"
connections = 3

[options]
account = "lab"
sender = "{user}"
""",
    # Of itself the node tells nobody until the story is told: its one route is not signed in
    # yet when it starts.
    "instances/noroshi.toml": "rules = []\n",
    "instances/shop01.toml": """\
title = "{machine}"

[[group]]
name = "services"

[[group.monitor]]
name = "shop"
title = "{shop}"
kind = "process"
every = "2s"
rules = ["ops"]

[group.monitor.options]
command = "{mark}"
label = "{shop}"

[[group]]
name = "disks"

[[group.monitor]]
name = "disks"
title = "{disks}"
kind = "disk"
every = "10s"
rules = ["ops"]
may_vanish = true

[group.monitor.limits.used]
warning = 99
critical = 99.9
""",
}

OWN: Mapping[str, dict[str, str]] = {
    "en": {
        "title": "Operations",
        "language": "en",
        "route": "SMTP server 1",
        "machine": "This machine",
        "shop": "Order service",
        "disks": "Disk space",
    },
    "ja": {
        "title": "情シス",
        "language": "ja",
        "route": "SMTPサーバー1",
        "machine": "このマシン",
        "shop": "受注サービス",
        "disks": "ディスク容量",
    },
}
