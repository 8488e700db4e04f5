"""Hold what `noroshi authorize` says."""

from __future__ import annotations

from noroshi.core.translation import _, ngettext, pgettext

ASK_SECRET = _("""Account {account} has no client secret yet (vault entry “{secret}”).
In the Entra admin centre, under App registrations > Certificates & secrets, copy the
*Value* of a client secret, not its Secret ID. It is not shown while you paste it.""")
ASK_ANY_SECRET = _("""Account {account} has no client secret yet (vault entry “{secret}”).
It is what the provider gave for this application. It is not shown while you paste it.""")
ASK_KEY_FILE = _(
    "Account {account} has no key file yet (vault entry “{secret}”). Give the JSON file that "
    "Google made for the service account: noroshi authorize {route} --secret-file FILE"
)
KEY_FILE = "key file"
ASK = {"entra": ASK_SECRET, "secret": ASK_ANY_SECRET, KEY_FILE: ASK_KEY_FILE}
SECRET_PROMPT = _("Client secret: ")
SECRET_BY_FILE = _(
    "There is no terminal to ask at: give the client secret by --secret-file FILE."
)
SECRET_KEPT = _("The client secret is in the vault as “{secret}”.")
OPEN_PAGE = _("""
1. Open this page in a browser, on any computer:

{url}

2. Sign in as the mailbox from which mail shall be sent, and accept.
3. The browser then says that it cannot connect to localhost. That is as it should be:
   what we need stands in its address bar.
4. Copy the whole address and paste it here, then press Enter. It begins with
   http://localhost (another redirect URI: with that one). It may span several lines.
""")
URL_PROMPT = _("Address: ")
GOES_ON = _("It is not complete yet. The rest of it (Enter alone: that was all): ")
GIVEN_UP = _("Nobody was signed in. To begin again: noroshi authorize {route}")
ONCE_MORE = _("Try once more, or end with Ctrl-C; what waits to be sent stays.")
SIGNED_IN = _(
    "Route {route} is signed in{user}. {waiting}Test it: noroshi send --route {name} --to ADDRESS --subject test --text test"
)
AS_WHOM = _(" as {user}")
THEY_GO = _("Mails that wait for it go out now: {count}. ")
IS_READ = _(
    "Its mailbox is read within five minutes, and the day's mail looked for there; noroshi "
    "status says what came of it."
)
NOT_READ = _(
    "{why} Sending is not affected: mails leave as before. If only an administrator may consent: "
    "App registrations › the app › API permissions › Mail.Read (delegated) › “Grant admin consent”, then run "
    "this command again."
)
NOBODY_SENDS = _("No node is running; mail goes out once noroshi serve runs.")
NO_PAGE = _(
    "--url-file, --here and --device are not for this route: its app signs in by itself, there "
    "is no page."
)
ONE_WAY = _("Take one of --here, --device and --url-file.")
OPEN_HERE = _("""
Open this page in a browser on this computer, sign in as the mailbox from which mail shall be
sent, and accept. Where another person is signed in in that browser, choose “Use another account”.
The browser then comes back here by itself; it must be done in five minutes.

{url}
""")
NOT_BACK_YET = _("""Nobody has come back from the page yet; still waiting. If the browser shows an error instead
(AADSTS50011, redirect_uri_mismatch, invalid_client ...), nobody will. Compare these values with the
application's registration at the provider, letter by letter:
  redirect URI  {redirect}
  client ID     {client_id}
If the provider does not accept other ports, put the registered one into accounts/{account}.toml:
redirect = "http://localhost:PORT/...". Paste the text of the error page here to see what it means.
Ctrl-C gives up.""")
NOBODY_CAME = _(
    "Nobody came back from the sign-in within five minutes. If the browser shows a page of "
    "Microsoft's with a number such as AADSTS50011, paste its text to: noroshi authorize {route}. If "
    "the browser is on another computer, leave --here out."
)
DONE_THERE = _("Route {route} is signed in.")
TYPE_CODE = ngettext(
    "\n1. On any device, open {url}\n2. Type this code: {code}\n3. Sign in as "
    "the mailbox from which mail shall be sent, and accept.\n\nIt is noticed "
    "here by itself. The code holds for {minutes} minute; Ctrl-C gives up.\n"
    "If the page refuses you with a number, that is not noticed here: press"
    " Ctrl-C. AADSTS53003 means\nthat the organisation blocks codes: sign in"
    " by a page instead (noroshi authorize {route}). The text\nof any other "
    "such page can be pasted there, to be told what to do.\n",
    "\n1. On any device, open {url}\n2. Type this code: {code}\n3. Sign in as "
    "the mailbox from which mail shall be sent, and accept.\n\nIt is noticed "
    "here by itself. The code holds for {minutes} minutes; Ctrl-C gives up."
    "\nIf the page refuses you with a number, that is not noticed here: "
    "press Ctrl-C. AADSTS53003 means\nthat the organisation blocks codes: "
    "sign in by a page instead (noroshi authorize {route}). The text\nof any"
    " other such page can be pasted there, to be told what to do.\n",
    by="minutes",
)
NO_SECRET = _("Nothing was entered, so no client secret was kept.")
NO_ADDRESS = _("Nothing was entered, so nobody was signed in.")
CANNOT_READ = pgettext("cannot_read", "Cannot read {file}: {why}")
BOTH_STDIN = _("Only one of --secret-file and --url-file can be the standard input (-).")
