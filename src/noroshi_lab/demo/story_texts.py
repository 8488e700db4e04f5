"""Hold the texts of the demo, and the definitions of the node in it."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.translation import Message, _, pgettext

ABOUT = _(
    "Shows an alarm from beginning to end on this computer: a process is monitored, killed "
    "and restarted; the alarm and recovery messages arrive in a simulated Microsoft 365 "
    "mailbox."
)
ONCE = _("exit after both messages, and print them as received")
LANG = _("language of the output: en or ja")
HEAD = _(
    "Noroshi shows an alarm from beginning to end on this computer: a process is monitored "
    "and\n"
    "killed, and its alarm is sent by email. This takes about 20 seconds. All files are in "
    "{folder}"
)
STARTING = _("node       Noroshi is starting")
LAB = _(
    "lab        Entra ID and Exchange Online, simulated: {sign_in}, SMTP {smtp_host}:{smtp_port}"
)
NODE = _("node       {line}")
SHOP = _("target     the order service is running (PID {pid}); it is checked every 2 s")
SIGNED = _("sign-in    {user} signed in on the lab's page; the redirect URL was pasted back")
KILLED = _("── the order service is killed (PID {pid})")
AGAIN = _("── the order service is restarted (PID {pid})")
GONE = _("── the order service ended")
STOPPED = _("Stopped; the folder was removed.")
POSTS = (
    _("Raised    {text}"),
    _("Queued    event and message, in one transaction"),
    _("Sent      through {text}, TLS and XOAUTH2"),
    _("Accepted  {text}"),
    _("Mailbox   {text}"),
)
DOWN = _("◆ CRITICAL: no such process")
UP = _("○ OK: running again")
SAME_THREAD = _("    (same thread)")
MANAGER = _("manager    ready; its address is at the end")
NO_MANAGER = _("manager    its port is in use; the demo continues without it")
BROWSER = _(
    "\n"
    "━━ Try it in a browser\n"
    "  Open the address in the last line. Choose a name and a password there; the first user "
    "with the\n"
    "  code becomes the administrator. The code can be used once: after that, log in at "
    "{url}\n"
    "  1. Settings › Monitoring settings › Disk space: set the warning limit of “Used” to 1. "
    "An alarm is\n"
    "     sent within 10 s.\n"
    "  2. Alarms: acknowledge it; the repeat notifications stop. Set the limit back to 99: "
    "you are notified of the recovery.\n"
    "  3. Mail: the route through the lab's Microsoft 365; send a test message, or add a "
    "second route.\n"
    "     Values of the lab: cloud lab, tenant {tenant_id}\n"
    "     client ID {client_id}, secret {client_secret}\n"
    "     sign in as {user}, password {password}; the code is on the phone\n"
    "     that the sign-in page shows\n"
    "  The mailbox that receives all messages: {mail_pages}\n"
    "  (The browser warns about the certificate there and at sign-in: it is the lab's own.)"
)
TERMINAL = _(
    "\n"
    "━━ Try it in another terminal\n"
    "  read the mailbox        {noroshi} lab mail --folder {lab}\n"
    "  show the state          {noroshi} --home {home} status\n"
    "  kill the order service  kill {pid}   (its alarm arrives; it is restarted after 5 s)"
)
TENANT = _(
    "\n"
    "━━ With a real tenant\n"
    "  end the demo            Ctrl-C   (the node needs the manager's port)\n"
    "  create a home folder    {noroshi} init\n"
    "  start the node          {noroshi} serve\n"
    "  set up Microsoft 365    {noroshi} setup microsoft365   (in another terminal; from the "
    "app\n"
    "                          registration to a test message: README, “Start for real”)"
)
WATCHING = _("\nThe demo continues until you press Ctrl-C.")
ADDRESS = _("The manager, in your browser:\n\n  {url}start?code={code}\n")
AS_RECEIVED = _("━━ As received")
AS_READ = _("━━ As displayed")
FAILED = _("The demo cannot continue: {why}")
IN_VAIN = _("{what} did not appear within {seconds:g} s")
ENDED = _("{what} ended unexpectedly; see {log}")

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

TITLES: Mapping[str, Message] = {
    "title": pgettext("a team", "Operations"),
    "route": _("SMTP server 1"),
    "machine": _("This computer"),
    "shop": _("Order service"),
    "disks": _("Disk space"),
}
"""The titles in the definitions, each in the language of the demo."""
