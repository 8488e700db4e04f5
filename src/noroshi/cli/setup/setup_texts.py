"""Say what `noroshi setup microsoft365` says and asks at every step, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.translation import NOTHING, Message, _, ngettext, pgettext
from noroshi.guides.export import SENDS_BY

TITLE = _("Mail through Microsoft 365")
ABOUT = _(
    "Step by step to a test mail that was accepted. Ctrl-C leaves it for now: answers are kept, "
    "and the same command goes on from there."
)
LATER = _(
    "Left for now. What is set up so far is kept; go on with: noroshi setup "
    "microsoft365{account}"
)
LATER_AS_BEFORE = _(
    "Left for now. The account is as it was, and its mails go on as before; what was answered now "
    "is not kept. Begin again with: noroshi setup microsoft365{account}"
)

LATER_AND = _("{later}\n{missing}")
NEW_SIGN_IN = _(
    "A sign-in is kept for one app of one tenant, and this changes which one signs in for an account "
    "that sends. Once it is in force, its mails wait until somebody has signed in anew, or go by "
    "another route where their rule names one; none is lost."
)
SIGN_IN_NOW = _("Put it in force, and sign in right after that?")
NO_SIGN_IN = _(
    "Nobody has signed in for what is in force now: mails by this account wait until then, or go by "
    "another route where their rule names one."
)
OR_GO_BACK = _("{missing} To go back to how it was: noroshi take-back {version}")
SECRET_REFUSED = _(
    "{why}\nSo the client secret is not in the vault (“{entry}”). In force is all the rest: "
    "accounts/{account}, routes/{route}. Until the secret is there, mails by this account may have to "
    "wait; none is lost."
)
NO_SECRET = _("The client secret is not in the vault. Put it in: noroshi secret set {entry}")

# asking

NUMBER = _("Number [{default}]: ")
WHICH = _("A number from 1 to {most}.")
NEEDED = _("Nothing was entered, and it does not go on without an answer here.")
YES_OR_NO = _("y or n, please; Enter alone is {default}.")
GO_ON = _("Enter once it is done: ")
MENDED = _("Enter: try again (mended, or not)   q: leave it for now: ")
ONLY_THESE = _(
    "Here Enter goes on, or one of the letters; nothing else is taken, and no address. Where an "
    "address is wanted it is asked for after Enter."
)
MENDED_BY = _("What mends it:")
CHECK = _("To see whether it is so:")
ACTS_AFTER = _("Acts after {time}.")
UNFIT = _("{option}: {why}")
BY_OPTION = _("There is no terminal to ask at: give it by {option}.")
SECRET_BY_FILE = pgettext(
    "secret_by_file",
    "There is no terminal to ask at: give the client secret by --secret-file FILE.",
)
WAYS_CLASH = _("these options name two different ways to sign in")
NO_ADDRESS = _("this is not a mail address")
ONE_KIND = _("take one of --graph and --smtp")
SHARED_BY_APP = _(
    "--shared is for a person who signs in: an app sends from a shared mailbox as from any "
    "other"
)
MARKED = _(
    "[{mark}]: its sign-in server is none of those that Noroshi knows. Its routes are marked so "
    "wherever they are shown."
)

# its steps

WHO_SENDS = _("Who sends, and how")
REGISTRATION = _("At Microsoft 365: the app (administrator)")
EXCHANGE = _("At Microsoft 365: the mailbox (administrator)")
SIGN_IN = _("Sign-in")
TEST_MAIL = _("Test mail")
READY = _("Done")

# the administrator

HOW_TO_SEE = (
    (_("Show me the steps"), NOTHING),
    (_("Write them into a file for the administrator"), NOTHING),
    (_("They are done"), NOTHING),
)
WHICH_FILE = _("File")
WROTE_STEPS = _("The steps are in {file}.")
NOT_WRITTEN = _("{file} cannot be written: {why}")
SEND_IT = _(
    "Hand it on. You may leave here (Ctrl-C) and come back with what the administrator gives you."
)
SEND_CERTIFICATE = _("With it goes the certificate, {file}.")

# the end

MADE = _(
    "In force: accounts/{account}, {routes}. If you have a folder of definitions, bring it up to "
    "date before the next apply, which would undo this otherwise: noroshi export --force DIR "
    "(comments in its files are not kept). "
    "noroshi status tells how each route is."
)
NO_RULE = _('No rule names it yet, so no alarm goes by it: routes = ["{route}"] in rules/.')
ALARMS_TOGETHER = _(
    "Exchange takes 30 mails a minute. From the fourth alarm within a minute on, a contact gets "
    "them together in one mail (one_by_one)."
)
NO_END = _(
    "Nobody has said yet when the secret ends. Write it as secret_ends in accounts/{account}, and "
    "Noroshi reminds you from 60 days before."
)


HELD = _(
    "Mails leave by this account now. What you change is proved first and put in force at once "
    "after that; until then they go on as before."
)
MAILBOX = _("Mailbox that alarms come from")
TENANT = _("Tenant ID, or a domain of the organisation")
TENANT_FOUND = _("{tenant} is the tenant {id} (says {host}).")
TENANT_THERE = _("The tenant {id} is there (says {host}).")
WHICH_WAY = _("How shall it sign in?")
WHY: Mapping[str, Message] = {
    "app-certificate": _(
        "Best for a server: no person, no password, no second factor; nothing to hand over but "
        "a certificate that may be seen. It needs PowerShell for Exchange once."
    ),
    "app-secret": _("The same, with a secret that ends after two years at most."),
    "person-paste": _(
        "Where the administrator gives client ID, secret, tenant ID and redirect URL. Somebody "
        "signs in once, on any computer."
    ),
    "person-here": _("The same, where this computer has a browser: nothing to paste."),
    "person-device": _("No secret; on a phone, say. Many organisations block it."),
}
WHICH_KIND = _("And by which way shall mails leave?")
KINDS: Mapping[str, tuple[Message, Message]] = {
    "smtp": (
        SENDS_BY["smtp"],
        _(
            "The permission for nothing but that. “Authenticated SMTP” must be on for the mailbox."
        ),
    ),
    "graph": (
        SENDS_BY["graph"],
        _("Where port 587 or Authenticated SMTP is closed. Mails of up to 3 MB."),
    ),
}
PERSON = _("Who signs in")
NO_TENANT = _("must be a tenant ID, or a domain such as contoso.onmicrosoft.com")
NOT_REGISTERED = _("not registered yet")
GO_ON_WITH = _("""What is known so far:
  mailbox   {mailbox}
  cloud     {cloud}
  tenant    {tenant}
  client ID {app}
  way       {way}
  sends by  {kind}
  kept in   accounts/{account}, routes/{route}
Go on with this? (n: change it)""")
CLIENT_ID = _("Application (client) ID")
NOT_KNOWN_YET = _("If it is not known yet: Enter alone leaves it for now.")
NO_GUID = _("must be like 11111111-2222-3333-4444-555555555555")


UPLOADED = _("Enter: try again, once it is uploaded   q: leave it for now: ")
APP_KNOWN = _("The tenant knows the app {app}.")
CERTIFICATE_MADE = ngettext(
    "Made a key and a certificate, for {days} day. The key stays in the vault.",
    "Made a key and a certificate, for {days} days. The key stays in the vault.",
    by="days",
)
REPLACED = _(
    "The sign-in server takes the certificate {new}, which is in the vault now in the place of "
    "{old}."
)
CERTIFICATE_WRITTEN = _("The certificate to upload is in {file}.")
CERTIFICATE_LATER = _(
    "The certificate, {file}, goes with the steps: the same command without --print-admin-steps "
    "writes it."
)
CERTIFICATE_SHOWN = _(
    "No file can be written here. Save what follows as a file that ends in .cer:"
)
ASK_SECRET = _(
    "The client secret: its Value, not the Secret ID. It is not shown while you paste it."
)
ASK_SECRET_OR_NONE = _(
    "The client secret: its Value, not the Secret ID. It is not shown while you paste it. Empty: "
    "the app has none, as it is registered under “Mobile and desktop applications”."
)
SECRET_PROMPT = _("Client secret: ")
SECRET_ENDS = _("Day on which it expires, as in 2028-01-31 (empty: not known)")
NO_DATE = _("write it as in 2028-01-31")
NO_SUCH_DAY = _("there is no day {given}")
WRITE_DAY = _("write it as {day}")
IS_OVER = _(
    "{day} is over, and a secret that has ended is of no use: look at its “Expires” in the portal"
)
SECRET = _("client secret")
CERTIFICATE = _("certificate")
TAKEN = _("The sign-in server takes the {what}.")
NOT_SURE = _("Whether the {what} is right cannot be told yet; the sign-in will. ({why})")
AS_PERSON = _("Sign in as {person}, who may send from {mailbox}; not as the mailbox itself.")
AS_DELEGATE = _(
    "Sign in as somebody who may send from the shared mailbox {mailbox}; not as the mailbox "
    "itself."
)
TOKEN = _("Route {route} is signed in. What its token says:")
OBJECT_ID = _("Its app is the enterprise application with the Object ID {id}.")
NO_ROLE = _("The token carries no permission {role}, or nobody consented to it.")


# the test mail

STARTED = _("Enter: it runs now   q: leave it for now: ")
MENDED_OR_WAIT = _("Enter: try again now   w: wait until it is through   q: leave it for now: ")
NOBODY_SENDS = _(
    "No node is running, so nobody would send it. In another window: noroshi serve (as a "
    "service: noroshi service install --start)"
)
TO = _("Send a test mail to")
ON_ITS_WAY = _("A mail to {to} is on its way by {route}; waiting for its receipt.")
WAITS_STILL = _(
    "The test mail to {to} from before still waits ({id}); it is tried now instead of another "
    "one."
)
WAITING = _(
    "The node tries it again by itself until it is accepted. Enter: try it at once. Ctrl-C leaves; "
    "the mail stays in the queue."
)
NEXT_TRY = ngettext(
    "Tried {tried} time so far. Next try at {at}, in {left}.",
    "Tried {tried} times so far. Next try at {at}, in {left}.",
    by="tried",
)
TRIED_NOW = _("It is tried now.")
ACCEPTED = _("Accepted at {at}: the mail to {to}, by route {route}.")
NUMBER_OF_IT = _("number  {number}")
REPLY = _("reply   {reply}")
NOT_ARRIVED = _(
    "Accepted is not arrived: that the mail lies in the inbox nobody has seen yet. Look there, "
    "and whether it is under “Other” or in Junk Email."
)
DID_IT_ARRIVE = _("Where is it?")
WHERE_IT_IS = (
    (_("In the inbox"), NOTHING),
    (_("Under “Other”, or in Junk Email"), NOTHING),
    (_("Nowhere"), NOTHING),
    (_("I will look later"), NOTHING),
)
IT_ARRIVED = _(
    "Then it is proved to the very end. That you saw it is written down: noroshi status shows this "
    "route as seen arrived."
)
LOOK_FOR_IT = _(
    "The administrator finds it under Exchange admin center, Mail flow, Message trace. A report "
    "of non-delivery, if there is one, lies in the mailbox {mailbox}."
)
WANT_AFTER = _("Show the steps that keep alarms out of “Other”, and Sent Items small?")

# the second route

SECOND = _("A second route")
WHY_SECOND: Mapping[str, Message] = {
    "graph": _(
        "Authenticated SMTP is switched off by policies now and then, and firewalls close port "
        "587. Microsoft Graph goes by HTTPS, from the same mailbox: while one of them is closed, "
        "alarms go by the other."
    ),
    "smtp": _(
        "Graph has limits and outages of its own. SMTP goes another way, from the same mailbox: "
        "while one of them is closed, alarms go by the other."
    ),
}
SECOND_LATER: Mapping[str, Message] = {
    "graph": _("To add it: noroshi setup microsoft365 --account {account} --graph"),
    "smtp": _("To add it: noroshi setup microsoft365 --account {account} --smtp"),
}
HAS_SECOND = _("There is one already: {route} sends from the same mailbox.")
WANT_SECOND: Mapping[str, Message] = {
    "graph": _("Add a route by Graph now?"),
    "smtp": _("Add a route by SMTP now?"),
}
NAME_SECOND = _("Let {names} go by {second} whenever {first} cannot?")
NAMED_SECOND = _("{names}: {second} takes over now.")
