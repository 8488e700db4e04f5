"""Texts of the page of one route: app, sign-in, administrator's steps, diagnosis, test mail."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.translation import Message, _, pgettext

MAILING_ROUTE: Mapping[str, Message] = {
    "route.app": _("App registration"),
    "route.steps.see": _("See the administrator's steps"),
    "route.client": _("Client ID"),
    "route.client.help": _("In the Entra admin center it is called “Application (client) ID”."),
    "route.secret": _("Client secret"),
    "route.secret.kept": _("One is kept. Fill this in only to put another in its place."),
    "route.secret.help": _(
        "The secret's Value, not the Secret ID. Once saved it is shown to nobody."
    ),
    "route.secret_first": _(
        "The client secret is not in the vault yet. Put it in above, save, then sign in."
    ),
    "route.secret.none": _("This way to sign in shows a certificate instead of a secret."),
    "route.ends": _("The secret ends on"),
    "route.ends.help": _(
        "The day under “Expires”. Microsoft does not tell it, so it is kept here; you are told "
        "60, 30, 14, 7 and 1 days before, by another route."
    ),
    "route.tenant": _("Tenant ID"),
    "route.tenant.help": _("Or a domain of the organisation. Empty: the mailbox's."),
    "route.mailbox.help": _(
        "Mails come from it. Whoever signs in is this mailbox, or has Full Access and Send As to it."
    ),
    "route.shared": _("It is a shared mailbox: somebody else signs in for it"),
    "route.save.check": _("Save and check"),
    "route.checked": _("What the sign-in server says"),
    "route.checking": _("Asking the sign-in server …"),
    "route.check.tenant": _("Tenant"),
    "route.check.app": _("App"),
    "route.check.secret": _("Secret or certificate"),
    "route.check.there": _("It is there: {id}"),
    "route.check.known": _("The tenant knows it."),
    "route.check.taken": _("It is taken."),
    "route.check.later": _("Only the sign-in will tell."),
    "route.not_registered": _(
        "The app is not registered yet: hand the administrator's steps on, and put in here what "
        "comes back."
    ),
    "route.sign_in": _("Sign-in"),
    "route.ways": _("Ways to sign in"),
    "route.way.browser": _("In this browser"),
    "route.way.paste": _("Paste the URL"),
    "route.way.device": _("Type a code"),
    "route.way.app_secret": _("App only (secret)"),
    "route.way.app_certificate": _("App only (certificate)"),
    "route.browser.about": _(
        "The provider's sign-in page opens; when you are done it brings you back here by itself. "
        "There is nothing to copy."
    ),
    "route.browser.not": _(
        "The manager's address here is not where the sign-in ends ({redirect}), so the browser "
        "would not come back by itself. Open the manager on the node's own machine, or through a "
        "tunnel, as http://localhost, and it does; or paste the URL."
    ),
    "route.redirect": _(
        "Registered as a redirect URI on the platform “Web”, letter by letter:"
    ),
    "route.begin": _("Sign in"),
    "route.begin.again": _("Sign in again"),
    "route.as_whom": _(
        "Sign in as {mailbox}. If this browser is signed in as another person, choose “Use "
        "another account”: whoever signs in is whom the mails leave by."
    ),
    "route.as_delegate": _(
        "Sign in as somebody with Full Access and Send As to {mailbox}, not as that mailbox."
    ),
    "route.leaving": _("The sign-in page opens by itself; if it does not, open it here."),
    "route.open": _("Open the sign-in page"),
    "route.open.tab": _("Open the sign-in page in another tab"),
    "route.paste.one": _("Open the sign-in page."),
    "route.paste.two": _(
        "At the end the browser says that it cannot reach localhost. That is as it should be: "
        "copy the whole address bar."
    ),
    "route.paste.three": _("Paste it here."),
    "route.pasted": _("URL that the browser ended at"),
    "route.pasted.help": _(
        "Blanks, line breaks and quotes do no harm; from ?code= on is enough. If a page with a "
        "number like AADSTS50011 is shown instead, paste its text."
    ),
    "route.finish": _("Complete the sign-in"),
    "route.prepare": _("Show its address, to copy"),
    "route.device.about": _(
        "On any other computer or phone you open a page and type a code. The node needs no browser."
    ),
    "route.device.caution": _(
        "Many organisations forbid it by Conditional Access (AADSTS53003 and the like). Then take "
        "another way."
    ),
    "route.device.do": pgettext("route.device.do", "Get a code"),
    "route.device.again": _("Get another code"),
    "route.device.open": _("Open this page there"),
    "route.device.code": _("and type this code"),
    "route.device.wait": _(
        "Waiting for the sign-in. The code holds until {until}, {minutes} min more."
    ),
    "route.device.over": _("The code holds no more. Get another one."),
    "route.app.about": _(
        "Nobody signs in: no person, no password, no second factor. It does not end when somebody "
        "leaves. The administrator grants the right once."
    ),
    "route.app_secret.how": _(
        "Put in client ID and secret above, have the administrator's steps done, then prove it."
    ),
    "route.key_file": _("Key file (JSON)"),
    "route.key_file.help": _("The whole JSON file that Google made for the service account."),
    "route.switch": _(
        "Now it signs in another way: {way}. With this button it signs in this way from now on."
    ),
    "route.prove": _("Sign in and look at the token"),
    "route.certificate": _("Certificate"),
    "route.certificate.until": _("{name}, until {day}"),
    "route.certificate.none": _(
        "There is none yet. Key and certificate are made here; the key never leaves this node."
    ),
    "route.certificate.new": _("Make a certificate"),
    "route.certificate.again": _("Make another one"),
    "route.certificate.caution": _(
        "Another one takes the place of this one at once: until it is uploaded nobody signs in by it."
    ),
    "route.certificate.save": _("Save the certificate (.cer)"),
    "route.certificate.where": _(
        "Upload the .cer file in the Entra admin center: App registrations › the app › "
        "Certificates & secrets › Certificates › Upload certificate. The thumbprint shown there must be "
        "this one."
    ),
    "route.certificate.import": _("Bring one along (PFX or PEM)"),
    "route.certificate.file": _("File"),
    "route.certificate.file.help": _(
        "PFX (.pfx, .p12) or PEM, with the certificate and its private key in it; at most {most} KiB."
    ),
    "route.certificate.passphrase": _("The file's passphrase"),
    "route.certificate.passphrase.help": _(
        "The password of a PFX; empty if there is none. It opens the file and is kept nowhere."
    ),
    "route.certificate.pem": _("Or PEM as text"),
    "route.certificate.pem.help": _("Certificate and private key, one after the other."),
    "route.certificate.sealed": _(
        "The private key goes into the vault and is never shown. What was there is "
        "replaced once the sign-in server takes the new one: upload it first."
    ),
    "route.certificate.import.do": _("Keep it"),
    "route.force": _("Keep it all the same, though the sign-in server does not take it"),
    "route.thumbprint": _("Thumbprint"),
    "route.token": _("What is granted"),
    "route.token.wait": _("Looking into the token …"),
    "route.token.words": _("What the token says"),
    "route.token.who": _("To whom"),
    "route.token.app": _("the app itself"),
    "route.token.what": _("Granted"),
    "route.token.until": _("Access token"),
    "route.token.until.at": _("until {at}, then renewed by itself"),
    "route.token.renewed": _("Refresh token"),
    "route.token.renewed.at": _(
        "renewed {at}. It ends after 90 days without use, so it is renewed even if no mail leaves."
    ),
    "route.admin": _("To ask of the administrator"),
    "route.admin.about": _("Your values are in it; it can be copied as it stands."),
    "route.admin.whole": _("All as a text"),
    "route.admin.check": _("To see whether it is so:"),
    "route.admin.takes": _("Acts after: {time}"),
    "route.copy": _("Copy"),
    "route.copied": _("Copied"),
    "route.doctor": _("Diagnosis"),
    "route.doctor.about": _("It goes all the way to the recipient and sends nothing."),
    "route.doctor.do": _("Diagnose"),
    "route.doctor.again": _("It is mended: diagnose again"),
    "route.doctor.running": _("Under way …"),
    "route.doctor.well": _("{at}: all well; nothing was sent."),
    "route.doctor.stopped": _("{at}: stopped at stage {n}."),
    "route.stage.ok": _("ok"),
    "route.stage.failed": pgettext("route.stage.failed", "stopped"),
    "route.stage.rest": _("not reached"),
    "route.stage.now": pgettext("route.stage.now", "now"),
    "route.stage.next": _("to come"),
    "route.remedy.who": _("Who mends it"),
    "route.remedy.how": _("How"),
    "route.remedy.takes": _("Acts after"),
    "route.remedy.reply": _("The server's reply, word for word"),
    "route.remedy.page": _("Page"),
    "route.test": _("Test mail"),
    "route.test.to": _("To"),
    "route.test.do": _("Send a test mail"),
    "route.test.waits": _("Waiting for its receipt. The node tries again by itself."),
    "route.test.taken": _(
        "Accepted. That is not yet arrived: look into the inbox, and whether the mail lies under "
        "“Other” or in Junk Email."
    ),
    "route.test.arrived": _("It was seen in the inbox."),
    "route.test.arrived_by": _("It was seen in the inbox. {by} said so."),
    "route.test.seen": _("I see it in the inbox"),
    "route.test.stopped": _(
        "It did not leave. The reason stands below; the diagnosis says what mends it."
    ),
    "route.test.see": pgettext("route.test.see", "See the mail"),
    "route.else": _("If this route fails"),
    "route.else.change": _("Change the order"),
    "route.else.none": _("No other route: alarms wait until this one is back."),
    "route.settings": _("All settings"),
    "route.entry": _("Secret “{entry}”"),
    "route.entry.kept": _(
        "Kept in the vault as “{entry}”. Fill this in only to put another in its place."
    ),
    "route.entry.lacks": _(
        "The vault has no “{entry}” yet: without it no mail leaves by this route."
    ),
    "route.goes": _("It is sent to {to}."),
    "route.goes.led": _(
        "It is sent to {to}, which the API token {token} chose. Type it only if that is right."
    ),
    "route.entry.do": _("Keep in the vault"),
    "route.landed": _("Sign-in"),
    "route.landed.not": _("The sign-in is not complete"),
    "route.landed.back": _("Back to the manager"),
    "route.landed.out": _(
        "You are logged out of the manager meanwhile. Log in, and begin the sign-in anew."
    ),
    "route.only_admin": _("Only an administrator changes routes and signs them in."),
}
