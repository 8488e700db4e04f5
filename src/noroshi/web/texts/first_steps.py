"""The texts of the first start."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.translation import Message, _, pgettext

FIRST: Mapping[str, Message] = {
    "first.title": _("First start"),
    "first.short": _(
        "Who is notified, what this machine monitors, the delivery route, a test alarm."
    ),
    "first.steps": _("How far the first start has come"),
    "first.done": _("done"),
    "first.next": _("Next"),
    "first.skip": _("Skip this step"),
    "first.later": _("Go on later (the overview keeps a note)"),
    "first.forbidden": _("The first start needs the role administrator."),
    "first.mend": _("Please correct: {fields}."),
    "first.of.instances": _("Instance {name}"),
    "first.of.contacts": _("Contact {name}"),
    "first.of.rules": _("Rule {name}"),
    "first.of.notifications": _("Notification {name}"),
    "first.of.routes": _("Route {name}"),
    "first.of.networks": _("Network {name}"),
    "first.of.accounts": _("Account {name}"),
    "first.of.clouds": _("Cloud {name}"),
    "first.of.blueprints": _("Blueprint {name}"),
    "first.open": _(
        "The first start is not finished: it is not proved yet that alarms reach you."
    ),
    "first.go_on": _("Go on with it"),
    "first.put_away": _("Do not show this any more"),
    "first.administrator.step": _("Administrator"),
    "first.person.step": pgettext("first.person.step", "Who is told"),
    "first.machine.step": _("This machine"),
    "first.mail.step": pgettext("first.mail.step", "How mail is sent"),
    "first.alarm.step": _("Receive an alarm"),
    "first.person.title": _("Who is notified when something is wrong?"),
    "first.person.about": _("This becomes the first contact. More of them can be added later."),
    "first.language": _("Language"),
    "first.language.help": _("Of the mails, and of these pages in this browser."),
    "first.person.name": _("Name"),
    "first.person.name.help": _("A person or a team, such as Operations."),
    "first.addresses": _("Mail addresses"),
    "first.addresses.help": _(
        "Several with commas or blanks between them. One that can be read on a phone is good."
    ),
    "first.zone": _("Time zone"),
    "first.zone.help": _("Times in mails are in this zone. Suggested: that of this machine."),
    "first.machine.title": _("Watch {name}"),
    "first.machine.about": _(
        "This was found here. Sensible limits are set; all of it can be changed later, while it runs."
    ),
    "first.machine.name": _("Name of this machine"),
    "first.machine.found": _("What to watch"),
    "first.machine.there": _("watched already"),
    "first.machine.none": _("Nothing was found here that Noroshi could watch."),
    "first.machine.gone": _(
        "Something that was chosen is no longer found here: it may have ended meanwhile. "
        "Choose from what is found now."
    ),
    "first.machine.do": _("Begin to watch"),
    "first.machine.more": _("Logs, jobs, scripts and other computers come later."),
    "first.mail.title": _("By which way shall alarms leave?"),
    "first.mail.about": _(
        "This becomes the first route. A second one, which takes over when this one fails, is added under Mail."
    ),
    "first.mail.ways": _("Ways out"),
    "first.mail.server": _("Another mail server"),
    "first.route": _("SMTP server 1"),
    "first.by": _("Mails leave by"),
    "first.sealed": _("Secrets are sealed in the vault and never shown again."),
    "first.app": _("No app registration yet? Four steps in the Entra admin center"),
    "first.app.1": _(
        "entra.microsoft.com › App registrations › New registration; a name such as Noroshi, accounts in this directory only."
    ),
    "first.app.2": _("Redirect URI: platform Web, {redirect}"),
    "first.app.3": _(
        "API permissions › Microsoft Graph › Delegated › SMTP.Send, or Mail.Send where mails leave by Microsoft Graph. For the sign-in by a code: Authentication › Allow public client flows."
    ),
    "first.app.4": _(
        "Certificates & secrets › New client secret: its Value (not the Secret ID) goes below. For SMTP, Authenticated SMTP must be on for the mailbox (Exchange admin center)."
    ),
    "first.mailbox": _("Mailbox that sends"),
    "first.mailbox.help": _("The address from which alarms come."),
    "first.tenant": _("Tenant"),
    "first.tenant.help": _("The directory (tenant) ID, or a domain of the organisation."),
    "first.client_id": _("Client ID"),
    "first.client_id.help": _("The application (client) ID of the app registration."),
    "first.secret": _("Client secret"),
    "first.secret.help": _(
        "Its Value. Leave it empty if one is kept already, or if the app is a public client."
    ),
    "first.secret.do": _("Keep the secret"),
    "first.secret_ends": _("It ends on"),
    "first.secret_ends.help": _("Announced 60, 30, 14, 7 and 1 days before."),
    "first.cloud.more": _("Another cloud than Microsoft 365 worldwide"),
    "first.cloud": _("Cloud"),
    "first.host": _("Host"),
    "first.host.help": _("Such as smtp.example.com."),
    "first.sender": _("Sender"),
    "first.sender.help": _("The address from which alarms come."),
    "first.protection": _("Protection"),
    "first.protection.starttls": _("STARTTLS (usual)"),
    "first.protection.tls": _("TLS from the start of the connection"),
    "first.protection.none": _("none (an internal server)"),
    "first.port": _("Port"),
    "first.port.help": _("Default: 587, or 465 with TLS."),
    "first.user": pgettext("first_steps", "User"),
    "first.user.help": _("Empty: the sender's address."),
    "first.password.help": _("Leave it empty for a server that wants none."),
    "first.sign_in.title": _("Sign in with the mailbox that sends"),
    "first.sign_in.about": _("Once. From then on Noroshi renews it by itself."),
    "first.sign_in.ways": _("Ways to sign in"),
    "first.browser": _("In this browser"),
    "first.browser.about": _(
        "The sign-in page opens here; sign in as the mailbox. At the end it brings you back by itself: there is nothing to copy."
    ),
    "first.paste": _("Paste the address"),
    "first.paste.1": _("Open the sign-in page, in any browser, and sign in as the mailbox."),
    "first.paste.open": _("Open the sign-in page"),
    "first.paste.2": _(
        "The browser ends at {redirect}… with an error page. That is as it should be."
    ),
    "first.paste.3": _("Copy the whole address from the address bar, and paste it here."),
    "first.paste.anew": _("Begin the sign-in anew"),
    "first.pasted": _("Address of the last page"),
    "first.paste.do": pgettext("first.paste.do", "Sign in"),
    "first.device": _("By a code"),
    "first.device.about": _(
        "You get a code, and type it on a phone or another computer. The app must allow public client flows."
    ),
    "first.device.do": _("Get a code"),
    "first.device.open": _("Type this code at"),
    "first.device.waits": _("Waiting for the sign-in. This page goes on by itself."),
    "first.device.not_yet": _("Nobody has finished there yet. Waiting on."),
    "first.device.again": _("Get another code"),
    "first.device.ask": _("I have signed in"),
    "first.guide": _(
        "What the administrator of Microsoft 365 sets up, with your values filled in"
    ),
    "first.alarm.title": _("Now prove that alarms reach you."),
    "first.alarm.sent": _("The test alarm was sent. Type the number from its mail."),
    "first.alarm.waits": _("The test alarm waits; the reason is below."),
    "first.alarm.under_way": _("The test alarm is on its way."),
    "first.alarm.about": _(
        "“Sent” is not the end. Only when you have it in your hands is the first start finished."
    ),
    "first.alarm.send": _("Test alarm"),
    "first.alarm.what": _(
        "It goes through the queue and the route as every alarm, and stays in the ledger."
    ),
    "first.alarm.goes_to": _("To {who} ({to})."),
    "first.alarm.to": pgettext("col.to", "To"),
    "first.alarm.do": _("Send the test alarm"),
    "first.alarm.again": _("Send another one"),
    "first.alarm.no_contact": _("There is nobody yet to send it to."),
    "first.alarm.no_route": _("There is no delivery route yet."),
    "first.way": _("How far the alarm has come"),
    "first.you": _("You"),
    "first.you.waits": _("waited for"),
    "first.number": _("The four digits in the mail"),
    "first.number.do": _("It has arrived"),
    "first.number.help": _(
        "The subject is “[TEST] A test alarm from Noroshi”. It mostly arrives within a minute."
    ),
    "first.not": _("If it does not arrive"),
    "first.not.1": _("Look into the junk mail folder."),
    "first.not.2": _(
        "An administrator of Microsoft 365 looks into the quarantine, security.microsoft.com/quarantine."
    ),
    "first.not.3": _("Is the address right? {to}"),
    "first.not.change": _("Change it"),
    "first.doctor": _("Diagnose the route"),
    "first.the_mail": _("See the mail"),
    "first.proved.title": _("It has arrived. Alarms reach you."),
    "first.proved.about": _(
        "Given back by {who} at {at}: that is kept as proof. It went to {to}."
    ),
    "first.to_overview": _("To the overview"),
    "first.back.machine": _("Back to 3, this machine"),
    "first.back.mail": _("Back to the form"),
    "first.back.route": _("Back to 4, the delivery route"),
}
