"""Texts of the pages on mail: routes, their order, accounts, and how they are added and changed."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.translation import Message, _, ngettext, pgettext

MAILING: Mapping[str, Message] = {
    "mailing.title": _("Mail"),
    "mailing.none": _("No alarm can leave yet: there is no route. Add the first one."),
    "mailing.well_one": _("Mails can leave by the only route."),
    "mailing.in_vain": _("The last diagnosis of a route failed, so mails may not leave."),
    "mailing.unproved": _(
        "Nothing is known against the routes, but not proved yet: {unproved} of {count}."
    ),
    "mailing.well": _("Mails can leave by every route ({count})."),
    "mailing.some": ngettext(
        "{bad} of {count} route cannot send. Alarms leave by the others.",
        "{bad} of {count} routes cannot send. Alarms leave by the others.",
    ),
    "mailing.no": ngettext(
        "{bad} of {count} route cannot send.", "{bad} of {count} routes cannot send."
    ),
    "mailing.for_now": ngettext(
        "{bad} of {count} route needs somebody, though what they have may still"
        " send for a while.",
        "{bad} of {count} routes need somebody, though what they have may still"
        " send for a while.",
    ),
    "mailing.stuck": ngettext(
        "{bad} of {count} route cannot send. Alarms of these cannot leave: {which}.",
        "{bad} of {count} routes cannot send. Alarms of these cannot leave: {which}.",
    ),
    "mailing.stuck.more": _("{names} and {more} more"),
    "mailing.all_bad": _(
        "No route can send. Alarms are kept and go out, worst first, as soon as one is back."
    ),
    "mailing.routes": _("Routes"),
    "mailing.first": _("SMTP server {n}"),
    "mailing.first.of": _("Route {n} ({kind})"),
    "mailing.further": _("Further route"),
    "mailing.add": _("Add a route"),
    "mailing.open": _("Settings, sign-in, diagnosis"),
    "mailing.used_by": _("Used by"),
    "mailing.unused": _("No rule names it, so no alarm goes by it."),
    "mailing.never": _("Nobody has signed in yet: until then no mail leaves by it."),
    "mailing.lacks": _(
        "“{entry}”, which it needs, is not in the vault: until then no mail leaves by it."
    ),
    "mailing.put_in": _("Put it in"),
    "mailing.through": _("Network"),
    "mailing.signed": _("Signed in"),
    "mailing.set_up": _("Set up"),
    "mailing.password_kept": _("Password"),
    "mailing.way_of": _("How far this route is proved"),
    "mailing.order": _("Order"),
    "mailing.order.about": _(
        "A mail takes the first route that can. The way back is found by itself."
    ),
    "mailing.rule": _("Rule {name}"),
    "mailing.notification": _("Notification {name}"),
    "mailing.up": _("Up"),
    "mailing.down": _("Down"),
    "mailing.out": pgettext("mailing.out", "Take out"),
    "mailing.into": _("Add at the end"),
    "mailing.into.ask": _("Route to add to {name}"),
    "mailing.only_one": _(
        "One route alone: if it fails, alarms wait. A second one by another way is worth it."
    ),
    "mailing.no_order": _("No rule and no notification names a route yet."),
    "mailing.accounts": _("Accounts"),
    "mailing.accounts.none": _(
        "No account yet. Adding a route through Microsoft 365 or Google makes one."
    ),
    "mailing.account": _("Account"),
    "mailing.mailbox": _("Mailbox"),
    "mailing.cloud": _("Cloud"),
    "mailing.sign_in": _("Sign-in"),
    "mailing.by_person": _("by a person"),
    "mailing.by_app": _("by the app itself"),
    "mailing.state": _("State"),
    "mailing.no_route": _("no route uses it"),
    "mailing.again": _("Sign in"),
    "mailing.networks": _("Networks"),
    "mailing.networks.about": _(
        "Where the way out needs a proxy, or a certain address of this computer."
    ),
    "mailing.networks.none": _("None: everything goes out directly."),
    "mailing.networks.add": _("Add a network"),
    "mailing.proxy": _("Proxy"),
    "mailing.source": pgettext("mailing.source", "From"),
    "mailing.edit": _("Change"),
    "mailing.direct": _("directly"),
    "mailing.retiring": _(
        "It signs in to Exchange Online by a password. Microsoft switches that off for existing "
        "tenants at the end of December 2026 (an administrator may switch it on again), gives it "
        "to no tenant made after that, and names the day on which it ends for good in the second "
        "half of 2027."
    ),
    "mailing.retiring.do": _("Add a route that signs in by OAuth 2.0"),
    "mailing.ends_soon": ngettext(
        "Its credential ends in {days} day ({day}). After that no mail leaves by this route.",
        "Its credential ends in {days} days ({day}). After that no mail leaves by this route.",
        by="days",
    ),
    "mailing.ended": _(
        "Its credential has ended ({day}): no mail leaves by this route until a new one is put in."
    ),
    "mailing.meanwhile": _("Alarms go by the other routes and are not lost."),
    "mailing.did.order": _("The order is changed."),
    "mailing.did.removed": _("It is removed."),
    "mailing.did.saved": _("It is saved."),
    "mailing.did.added": _(
        "The route is there. What is still missing stands below, in its order."
    ),
    "mailing.did.signed_in": _("The route is signed in. What waits for it goes out now."),
    "mailing.did.secret": _("It is in the vault; nobody is shown it again."),
}


NAMED: Mapping[str, Message] = {
    "host": _("Mail server"),
    "protection": _("Encryption"),
    "ca_file": _("Certificates to trust"),
    "smtp.certificate": _("Own certificate"),
    "sender": _("From"),
    "sender_name": _("Name beside it"),
    "envelope_sender": _("Envelope sender"),
    "smtp.user": _("Signs in as"),
    "password": _("Password's entry"),
    "auth": _("Way to sign in"),
    "ehlo": _("Calls itself"),
    "charset": _("Character set"),
    "graph": _("Graph's address"),
    "folder": _("Folder"),
    "envelope_headers": _("Envelope headers"),
    "url": pgettext("mail", "Address"),
    "url_entry": _("Address's entry"),
    "shape": _("Shape"),
    "header": _("Header"),
    "header_entry": _("Header's entry"),
    "plain_http": _("Without TLS"),
    "cloud": _("Cloud"),
    "tenant": _("Tenant ID"),
    "client_id": _("Client ID"),
    "sign_in": _("Sign-in"),
    "secret": _("Secret's entry"),
    "secret_ends": _("Secret ends on"),
    "secret_next": _("Next secret's entry"),
    "secret_next_ends": _("Next secret ends on"),
    "certificate": _("Certificate's entry"),
    "certificate_next": _("Next certificate's entry"),
    "mailbox": _("Mailbox"),
    "shared": _("Shared mailbox"),
    "reads_inbox": _("Reads its mailbox"),
    "redirect": _("Redirect URI"),
    "renew_every": _("Renewed at least every"),
    "proxy": _("Proxy"),
    "proxy_user": _("Proxy's user"),
    "proxy_password": _("Proxy password's entry"),
    "source": _("From address"),
}
MAILING_FIELDS: Mapping[str, Message] = {
    f"field.{name}": title for name, title in NAMED.items()
}


MAILING_EDIT: Mapping[str, Message] = {
    "mailing.edit.routes": _("Settings of route {name}"),
    "mailing.edit.accounts": _("Settings of account {name}"),
    "mailing.edit.networks": _("Settings of network {name}"),
    "mailing.edit.general": _("General"),
    "mailing.edit.options": _("Settings of this type"),
    "mailing.edit.name.help": pgettext(
        "mailing.edit.name.help", "a-z, 0-9, - and _. What people read is the title."
    ),
    "mailing.edit.no_name": _("The name must be made of a-z, 0-9, - and _."),
    "mailing.edit.leave": _("Leave without saving"),
    "mailing.edit.remove.route": _(
        "The route leaves every order that names it. Mails that wait for it alone stay until they "
        "are given another one. Going back to an earlier version brings it back."
    ),
    "mailing.edit.remove.other": _(
        "What still names it is told, and then nothing is removed. Going back to an earlier version "
        "brings it back; what is in the vault stays there."
    ),
    "mailing.new.which": _("Which route is added?"),
    "mailing.new.microsoft365": _("Microsoft 365"),
    "mailing.new.google": _("Google"),
    "mailing.new.smtp": _("Other SMTP server"),
    "mailing.new.webhook": pgettext("mailing.new.webhook", "Webhook"),
    "mailing.new.pickup": _("Pickup folder"),
    "mailing.new.about.microsoft365": _(
        "By SMTP or Microsoft Graph, signed in by OAuth 2.0: by a person, or by the app alone."
    ),
    "mailing.new.about.google": _(
        "Gmail and Google Workspace by SMTP, signed in by OAuth 2.0."
    ),
    "mailing.new.about.smtp": _(
        "An internal server or one at a provider; with a password, or without."
    ),
    "mailing.new.about.webhook": _("Teams, Slack, or anything else that takes JSON by HTTPS."),
    "mailing.new.about.pickup": _(
        "Mails as files in a folder, for another program on the node to fetch."
    ),
    "mailing.new.route": pgettext("mail", "Route"),
    "mailing.new.by": _("Mails leave by"),
    "mailing.new.by.smtp": _(
        "port 587; the smallest permission. “Authenticated SMTP” must be on for the mailbox."
    ),
    "mailing.new.by.graph": _(
        "HTTPS; where port 587 or Authenticated SMTP is closed. Good as a second route."
    ),
    "mailing.new.name": _(
        "a-z, 0-9, - and _. Left empty it is {smtp}, and {graph} by Microsoft Graph."
    ),
    "mailing.new.name.smtp": _("a-z, 0-9, - and _. Left empty it is {smtp}."),
    "mailing.new.account": _("a new account"),
    "mailing.new.account.help": _(
        "For a second route by the same mailbox choose the account that is there; the fields below "
        "are then not needed."
    ),
    "mailing.new.no_mailbox": _(
        "Put in the mailbox that sends, or choose an account that is there."
    ),
    "mailing.new.client.help": _(
        "Not known yet? Leave it and the secret empty: the next page has the administrator's steps."
    ),
    "mailing.new.url": _("Webhook URL"),
    "mailing.new.url.help": _(
        "Whoever knows it can post there, so it goes into the vault like a password."
    ),
    "mailing.new.no_url": _("Paste the URL to which alarms are posted."),
    "mailing.new.plain": _("plain text"),
    "mailing.new.shape": _("Format"),
    "mailing.new.more": _("Advanced"),
    "mailing.new.all": _("Show all settings"),
    "mailing.new.next.test": _("Next: diagnose the route and send a test."),
    "mailing.new.into": pgettext("mailing.new.into", "Used by"),
    "mailing.new.into.about": _(
        "The route joins at the end of the order: it is taken when those before it cannot send."
    ),
    "mailing.new.next": _("Sign-in, diagnosis and test mail come next."),
}
