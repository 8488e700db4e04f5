"""Hold what `noroshi authorize` says."""

from __future__ import annotations

from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.translation import _, ngettext, pgettext

ASK_SECRET = _(
    "Account “{account}” has no client secret yet (vault entry “{secret}”).\n"
    "In the Entra admin center, under App registrations › Certificates & secrets, copy the\n"
    "*Value* of a client secret, not its Secret ID. It is not displayed when you paste it."
)
ASK_ANY_SECRET = _(
    "Account “{account}” has no client secret yet (vault entry “{secret}”).\n"
    "The provider issued it for this application. It is not displayed when you paste it."
)
ASK_KEY_FILE = with_commands(
    _(
        "Account “{account}” has no key file yet (vault entry “{secret}”). Specify the JSON file "
        "of the Google service account: {command}"
    ),
    command=CommandText("authorize", pgettext("command", "{route} --secret-file FILE")),
)
KEY_FILE = "key file"
ASK = {"entra": ASK_SECRET, "secret": ASK_ANY_SECRET, KEY_FILE: ASK_KEY_FILE}
SECRET_PROMPT = _("Client secret: ")
SECRET_BY_FILE = _(
    "Cannot prompt for the client secret without a terminal: use --secret-file FILE."
)
SECRET_KEPT = _("The client secret is stored in the vault as “{secret}”.")
OPEN_PAGE = _(
    "\n"
    "1. Open this page in a browser, on any computer:\n"
    "\n"
    "{url}\n"
    "\n"
    "2. Sign in with the account of the mailbox that will send the alarms, and accept the\n"
    "   permissions.\n"
    "3. The browser then says that it cannot connect to localhost. This is expected:\n"
    "   its address bar contains the URL that is needed.\n"
    "4. Copy the whole URL, paste it here and press Enter. It starts with http://localhost,\n"
    "   or with your own redirect URI. It may span several lines.\n"
)
URL_PROMPT = _("URL: ")
GOES_ON = _("The URL is not complete yet. Paste the rest (Enter alone if there is no more): ")
GIVEN_UP = with_commands(
    _("The sign-in was not completed. To start again: {command}"),
    command=CommandText("authorize", "{route}"),
)
ONCE_MORE = _("Try again, or stop with Ctrl-C. Waiting messages stay in the queue.")
SIGNED_IN = with_commands(
    _("Route “{route}” is signed in{user}. {waiting}To test it: {command}"),
    command=CommandText(
        "send", pgettext("command", "--route {name} --to ADDRESS --subject test --text test")
    ),
)
AS_WHOM = _(" as {user}")
THEY_GO = ngettext(
    "Sending {count} waiting message now. ", "Sending {count} waiting messages now. "
)
IS_READ = with_commands(
    _(
        "The mailbox is read within five minutes, to find the day's check message. {command} "
        "shows the result."
    ),
    command=CommandText("status"),
)
NOT_READ = _(
    "{why} Sending is not affected: messages are sent as before. If only an administrator "
    "can consent, have one select App registrations › the app › API permissions › Mail.Read "
    "(delegated) › “Grant admin consent”, then run this command again."
)
NOBODY_SENDS = with_commands(
    _("No node is running. Messages are sent once {command} runs."),
    command=CommandText("serve"),
)
NO_PAGE = _(
    "--url-file, --here and --device do not apply to this route: it uses app-only sign-in, "
    "which needs no sign-in page."
)
ONE_WAY = _("Use only one of --here, --device and --url-file.")
OPEN_HERE = _(
    "\n"
    "Open this page in a browser on this computer, sign in with the account of the mailbox\n"
    "that will send the alarms, and accept the permissions. If someone else is signed in to "
    "that\n"
    "browser, choose “Use another account”.\n"
    "The browser then returns here automatically. The time limit is five minutes.\n"
    "\n"
    "{url}\n"
)
NOT_BACK_YET = _(
    "Still waiting: the browser has not returned yet. If it shows an error (such as "
    "AADSTS50011,\n"
    "redirect_uri_mismatch or invalid_client), it will not return. Compare these values with "
    "the\n"
    "application's registration at the provider, character by character:\n"
    "  redirect URI  {redirect}\n"
    "  client ID     {client_id}\n"
    "If the provider does not accept other ports, set the registered port in "
    "accounts/{account}.toml:\n"
    'redirect = "http://localhost:PORT/...". Paste the text of the error page here to see '
    "its meaning.\n"
    "Ctrl-C cancels."
)
NOBODY_CAME = with_commands(
    _(
        "The browser did not return from the sign-in within five minutes. If it shows a "
        "Microsoft error with a code such as AADSTS50011, paste the text into: {command}. If the "
        "browser is on another computer, omit --here."
    ),
    command=CommandText("authorize", "{route}"),
)
DONE_THERE = _("Route “{route}” is signed in.")
TYPE_CODE = with_commands(
    ngettext(
        "\n"
        "1. On any device, open {url}\n"
        "2. Enter this code: {code}\n"
        "3. Sign in with the account of the mailbox that will send the alarms, and accept the\n"
        "   permissions.\n"
        "\n"
        "Noroshi detects the sign-in automatically. The code is valid for {minutes} minute; "
        "Ctrl-C cancels.\n"
        "If the page shows an error code, Noroshi cannot detect it: press Ctrl-C. AADSTS53003\n"
        "means that the organisation blocks device codes: use the sign-in page instead\n"
        "({command}). For other errors, paste the text of the page there to see how to fix it.\n",
        "\n"
        "1. On any device, open {url}\n"
        "2. Enter this code: {code}\n"
        "3. Sign in with the account of the mailbox that will send the alarms, and accept the\n"
        "   permissions.\n"
        "\n"
        "Noroshi detects the sign-in automatically. The code is valid for {minutes} minutes; "
        "Ctrl-C cancels.\n"
        "If the page shows an error code, Noroshi cannot detect it: press Ctrl-C. AADSTS53003\n"
        "means that the organisation blocks device codes: use the sign-in page instead\n"
        "({command}). For other errors, paste the text of the page there to see how to fix it.\n",
        by="minutes",
    ),
    command=CommandText("authorize", "{route}"),
)
NO_SECRET = _("Nothing was entered, so no client secret was saved.")
NO_ADDRESS = _("Nothing was entered, so the sign-in was not completed.")
CANNOT_READ = pgettext("cannot_read", "Cannot read {file}: {why}")
BOTH_STDIN = _("Only one of --secret-file and --url-file can be the standard input (-).")
