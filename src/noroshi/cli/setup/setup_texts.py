"""Say what `noroshi setup microsoft365` says and asks at every step, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.translation import NOTHING, Message, _, ngettext, pgettext
from noroshi.guides.export import SENDS_BY

TITLE = _("Mail through Microsoft 365")
ABOUT = _(
    "Guides you step by step until a test message is accepted. Ctrl-C stops; your answers "
    "are saved, and the same command continues from there."
)
LATER = _("Interrupted. The setup so far is saved. To continue: {command}")
LATER_AS_BEFORE = _(
    "Interrupted. The account is unchanged, and its messages are sent as before. Your new "
    "answers are not saved. To start again: {command}"
)
LATER_AND = _("{later}\n{missing}")
NEW_SIGN_IN = _(
    "A sign-in is valid for one app in one tenant, and your answers change the app or tenant "
    "of an account that is in use. After the change takes effect, messages of this account "
    "use another route if their rule has one; otherwise, they wait until someone signs in "
    "again. No messages are lost."
)
SIGN_IN_NOW = _("Apply the change, then sign in?")
NO_SIGN_IN = _(
    "Nobody has yet signed in with the settings in effect. Until someone does, messages of "
    "this account use another route if their rule has one; otherwise, they wait."
)
OR_GO_BACK = with_commands(
    _("{missing} To undo the change: {command}"), command=CommandText("take-back", "{version}")
)
SECRET_REFUSED = _(
    "{why}\n"
    "So the client secret is not in the vault (“{entry}”). Everything else is in effect: "
    "accounts/{account}, routes/{route}. Until the secret is stored, messages of this "
    "account may have to wait. No messages are lost."
)
NO_SECRET = with_commands(
    _("The client secret is not in the vault. To store it: {command}"),
    command=CommandText("secret set", "{entry}"),
)

# asking

NUMBER = _("Number [{default}]: ")
WHICH = _("Enter a number from 1 to {most}.")
NEEDED = _("Nothing was entered. An answer is required here.")
YES_OR_NO = _("Enter y or n; Enter alone means {default}.")
GO_ON = _("Press Enter when done: ")
MENDED = _("Press Enter to try again, or q to quit: ")
ONLY_THESE = _(
    "Press Enter or one of the letters shown. After pressing Enter, you can enter addresses "
    "and other values."
)
MENDED_BY = _("How to fix it:")
CHECK = _("To check:")
ACTS_AFTER = _("Takes effect after {time}.")
UNFIT = _("{option}: {why}")
BY_OPTION = _("Cannot prompt for this value without a terminal: use {option}.")
SECRET_BY_FILE = pgettext(
    "secret_by_file",
    "Cannot prompt for the client secret without a terminal: use --secret-file FILE.",
)
WAYS_CLASH = _("these options belong to two different sign-in methods")
ONE_KIND = _("use either --graph or --smtp, not both")
SHARED_BY_APP = _(
    "--shared is for sign-in by a user: for an app, a shared mailbox is like any other"
)
MARKED = _(
    "[{mark}]: a custom sign-in server, not built into Noroshi. Its routes show this mark "
    "everywhere."
)

# its steps

WHO_SENDS = _("Sender and method")
REGISTRATION = _("In Microsoft 365: the app (administrator)")
EXCHANGE = _("In Microsoft 365: the mailbox (administrator)")
SIGN_IN = _("Sign-in")
TEST_MAIL = _("Test message")
READY = _("Done")

# the administrator

HOW_TO_SEE = (
    (_("Show the steps"), NOTHING),
    (_("Write the steps to a file for the administrator"), NOTHING),
    (_("The steps are done"), NOTHING),
)
WHICH_FILE = _("File")
WROTE_STEPS = _("The steps are in {file}.")
NOT_WRITTEN = _("Cannot write to {file}: {why}")
SEND_IT = _(
    "Pass the file on to the administrator. You can stop here (Ctrl-C), and continue once "
    "you have the administrator's answers."
)
SEND_CERTIFICATE = _("Pass on the certificate {file} too.")

# the end

MADE = with_commands(
    _(
        "In effect: accounts/{account}, {routes}. If you have a folder of definitions, update it "
        "before the next apply, which would otherwise undo these changes: {export} (comments in "
        "its files are lost). {status} shows the state of each route."
    ),
    export=CommandText("export", pgettext("command", "--force DIR")),
    status=CommandText("status"),
)
NO_RULE = _(
    "No rule uses this route yet, so no alarm is sent through it. Add to a file in rules/: "
    'routes = ["{route}"]'
)
ALARMS_TOGETHER = _(
    "Exchange accepts 30 messages a minute. After three alarms within a minute, each contact "
    "gets further alarms in one combined message (one_by_one)."
)
NO_END = _(
    "The expiry date of the secret is not known. Set secret_ends in accounts/{account}, and "
    "Noroshi will start reminding you 60 days before."
)


HELD = _(
    "This account is in use for sending. Changes are verified first, then applied all at "
    "once; until then, messages are sent as before."
)
TENANT_FOUND = _("{tenant} is the tenant {id} (according to {host}).")
TENANT_THERE = _("The tenant {id} exists (according to {host}).")
WHICH_WAY = _("Sign-in method?")
WHY: Mapping[str, Message] = {
    "app-certificate": _(
        "Best for a server: no user, no password, no second factor. You pass on only a "
        "certificate, which is not secret. Exchange Online PowerShell is needed once."
    ),
    "app-secret": _("The same, with a secret that expires after two years at most."),
    "person-paste": _(
        "The administrator gives you the client ID, secret, tenant ID and redirect URI. A user "
        "signs in once, on any computer."
    ),
    "person-here": _("The same, with a browser on this computer: nothing to paste."),
    "person-device": _("No secret; works with a phone. Many organisations block it."),
}
WHICH_KIND = _("Send over SMTP or through Graph?")
KINDS: Mapping[str, tuple[Message, Message]] = {
    "smtp": (
        SENDS_BY["smtp"],
        _("Requires the fewest permissions. Authenticated SMTP must be on for the mailbox."),
    ),
    "graph": (
        SENDS_BY["graph"],
        _("Choose this if port 587 or Authenticated SMTP is blocked. Messages of up to 3 MB."),
    ),
}
NOT_REGISTERED = _("not registered yet")
GO_ON_WITH = _(
    "Settings so far:\n"
    "  mailbox   {mailbox}\n"
    "  cloud     {cloud}\n"
    "  tenant    {tenant}\n"
    "  client ID {app}\n"
    "  sign-in   {way}\n"
    "  delivery  {kind}\n"
    "  saved in  accounts/{account}, routes/{route}\n"
    "Continue with these? (n: change them)"
)
NOT_KNOWN_YET = _("If you do not have this value yet, press Enter to stop here.")


UPLOADED = _("Press Enter once it is uploaded, or q to quit: ")
APP_KNOWN = _("The app {app} is registered in the tenant.")
CERTIFICATE_MADE = ngettext(
    "Created a key and certificate, valid for {days} day. The key stays in the vault.",
    "Created a key and certificate, valid for {days} days. The key stays in the vault.",
    by="days",
)
REPLACED = _(
    "The sign-in server accepts the certificate {new}, which has replaced {old} in the vault."
)
CERTIFICATE_WRITTEN = _("The certificate to upload is in {file}.")
CERTIFICATE_LATER = _(
    "Pass on the certificate {file} with the steps. The same command without "
    "--print-admin-steps writes this file."
)
CERTIFICATE_SHOWN = _("Cannot write a file here. Save the following as a .cer file:")
ASK_SECRET = _(
    "The client secret: its Value, not the Secret ID. It is not displayed when you paste it."
)
ASK_SECRET_OR_NONE = _(
    "The client secret: its Value, not the Secret ID. It is not displayed when you paste it. "
    "Leave empty if the app has none, because it is registered under “Mobile and desktop "
    "applications”."
)
SECRET = _("client secret")
CERTIFICATE = _("certificate")
TAKEN = _("The sign-in server accepts the {what}.")
NOT_SURE = _("Only a sign-in will show whether the {what} is correct. ({why})")
AS_PERSON = _(
    "Sign in as {person}, who can send from {mailbox}, not with the mailbox's own account."
)
AS_DELEGATE = _(
    "Sign in as a user who can send from the shared mailbox {mailbox}, not with the "
    "mailbox's own account."
)
TOKEN = _("Route “{route}” is signed in. Contents of its token:")
OBJECT_ID = _("The Object ID of its enterprise application is {id}.")
NO_ROLE = _("The token does not contain the permission {role}, or nobody has consented to it.")


# the test mail

STARTED = _("Press Enter once the node is running, or q to quit: ")
MENDED_OR_WAIT = _(
    "Press Enter to try again now, w to wait until the problem is resolved, or q to quit: "
)
NOBODY_SENDS = with_commands(
    _(
        "No node is running to send the message. In another window: {serve} (as a service: "
        "{service_install})"
    ),
    serve=CommandText("serve"),
    service_install=CommandText("service install", "--start"),
)
ON_ITS_WAY = _("A message to {to} is being sent through {route}; waiting for the reply.")
WAITS_STILL = _(
    "The earlier test message to {to} is still waiting ({id}). It is retried now, and no new "
    "one is sent."
)
WAITING = _(
    "The node retries the message automatically until it is accepted. Enter: retry now. "
    "Ctrl-C stops; the message stays in the queue."
)
NEXT_TRY = ngettext(
    "{tried} attempt so far. Next attempt at {at}, in {left}.",
    "{tried} attempts so far. Next attempt at {at}, in {left}.",
    by="tried",
)
TRIED_NOW = _("Retrying now.")
ACCEPTED = _("Accepted at {at}: message to {to}, through route “{route}”.")
NUMBER_OF_IT = _("number  {number}")
REPLY = _("reply   {reply}")
NOT_ARRIVED = _(
    "Accepted does not mean delivered: no one has seen the message in the inbox yet. Check "
    "the inbox, including “Other”, and Junk Email."
)
DID_IT_ARRIVE = _("Where did the message arrive?")
WHERE_IT_IS = (
    (_("In the inbox"), NOTHING),
    (_("Under “Other” or in Junk Email"), NOTHING),
    (_("It did not arrive"), NOTHING),
    (_("Check later"), NOTHING),
)
IT_ARRIVED = with_commands(
    _(
        "Delivery is now verified up to the inbox and recorded with your name. {command} shows "
        "the arrival as confirmed."
    ),
    command=CommandText("status"),
)
LOOK_FOR_IT = _(
    "The administrator can trace the message in the Exchange admin center › Mail flow › "
    "Message trace. A non-delivery report, if there is one, is in the mailbox {mailbox}."
)
WANT_AFTER = _("Show the steps that keep alarms out of “Other” and keep Sent Items small?")

# the second route

SECOND = _("A second route")
WHY_SECOND: Mapping[str, Message] = {
    "graph": _(
        "Policies sometimes turn Authenticated SMTP off, and firewalls close port 587. Microsoft "
        "Graph sends from the same mailbox over HTTPS: while one route is blocked, alarms use "
        "the other."
    ),
    "smtp": _(
        "Graph has its own limits and outages. SMTP sends from the same mailbox in another way: "
        "while one route is blocked, alarms use the other."
    ),
}
SECOND_LATER: Mapping[str, Message] = {
    "graph": with_commands(
        _("To add it: {command}"),
        command=CommandText("setup microsoft365", "--account {account} --graph"),
    ),
    "smtp": with_commands(
        _("To add it: {command}"),
        command=CommandText("setup microsoft365", "--account {account} --smtp"),
    ),
}
HAS_SECOND = _("A second route already exists: {route} sends from the same mailbox.")
WANT_SECOND: Mapping[str, Message] = {
    "graph": _("Add a Graph route now?"),
    "smtp": _("Add an SMTP route now?"),
}
NAME_SECOND = _("Add {second} to {names} as the fallback for {first}?")
NAMED_SECOND = _("{names}: {second} is now the fallback.")
