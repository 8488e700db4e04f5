"""The texts of the settings' first page, and of one's own account, contacts, files, health and
places."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.translation import Message, _, ngettext, pgettext

SETTINGS: Mapping[str, Message] = {
    "settings.about": _(
        "Watching goes on while settings change; each change is a version that can be taken back."
    ),
    "settings.definitions": _("Definitions"),
    "settings.people": _("People and programs"),
    "settings.node": _("This node"),
    "versions.short": _("What each change was, and the way back."),
    "users.short": _("Who may log in, and as what."),
    "tokens.short": _("By what programs speak to Noroshi."),
    "audit.short": _("Who changed what, and when."),
    "me.title": _("My account"),
    "me.short": _("Your password, and two-step log-in."),
    "me.about": _("Logged in as {name} ({role})."),
    "me.none": _("This account is gone. Log in again."),
    "me.password": _("Password"),
    "me.old": _("Current password"),
    "me.new": _("New password"),
    "me.password.do": _("Change the password"),
    "me.password.done": _("The password is changed. All other browsers are logged out."),
    "me.ends": _("Your other browsers are logged out."),
    "me.totp": _("Two-step log-in"),
    "me.totp.about": _(
        "Besides the password, the log-in asks for a code that your phone shows. Whoever learns the password alone stays outside."
    ),
    "me.totp.off.done": _("Two-step log-in is off. All other browsers are logged out."),
    "me.scan": _("Scan this with your authenticator"),
    "me.scan.picture": _("QR code for the authenticator"),
    "me.scan.about": _(
        "Microsoft Authenticator, Google Authenticator and others read it. Without a camera, type this key there. Then type the code that it shows."
    ),
    "me.recovery": _("Your recovery codes"),
    "watch.short": _("Instances, groups and monitors: what is measured, and its limits."),
    "rules.short": _("When an alarm is sent, to whom, and by which route."),
    "notifications.short": _(
        "What is told of Noroshi itself: start, stop, changes, all is well."
    ),
    "contacts.title": _("Contacts"),
    "contacts.short": _("Who is told, at which addresses, in which language."),
    "contacts.about": _("People and lists who are told. Rules and notifications name them."),
    "contacts.none": _(
        "There are no contacts yet, so nobody is told of anything. Add the first one."
    ),
    "contacts.told": _("Told by"),
    "contacts.monitors": _("(monitors: {count})"),
    "contacts.not_told": _("nothing names it"),
    "contact.add": _("Add a contact"),
    "contact.new": _("New contact"),
    "contact.title": _("Contact {name}"),
    "contact.about": _(
        "What is changed here holds from the next mail on; mails that wait keep their addresses."
    ),
    "contact.remove": _(
        "{name} is told of nothing any more. What names it has to be changed first."
    ),
    "contact.who": pgettext("contact.who", "Who"),
    "contact.how": _("How mails are written"),
    "files.title": _("Import and export"),
    "files.short": _("All definitions as files, out and in."),
    "files.about": _(
        "The same files as noroshi export and noroshi apply have. What would change is shown before it holds."
    ),
    "files.did": _("Version {number} is in force."),
    "files.problems": _("Problems: {count}. Nothing was changed."),
    "files.problems.about": _(
        "All of them, each with its file and place. Mend the files, and choose them again."
    ),
    "files.plan": pgettext("files.plan", "Changes: {count}"),
    "files.same": _("Nothing would change."),
    "files.base": _("against version {number}"),
    "files.empty": _("I mean it: all watching may end"),
    "files.apply": _("Bring it into force"),
    "files.goes_on": _("Watching goes on meanwhile. It can be taken back under Versions."),
    "files.out": _("Export"),
    "files.out.about": _("A zip with one TOML file for each definition. No secret is in it."),
    "files.out.do": _("Download version {number}"),
    "files.count": ngettext("{count} file", "{count} files"),
    "files.in": _("Import"),
    "files.files": _("Files"),
    "files.files.help": _(
        "A zip as it comes from here, or single TOML files; {packed} MiB packed and {size} MiB unpacked at most."
    ),
    "files.sort": _("Single files are"),
    "files.sort.auto": _("what their content says"),
    "files.sort.help": _("The folder in which they would stand. In a zip the folders say it."),
    "files.how": _("Other definitions"),
    "files.how.some": _("stay as they are"),
    "files.how.whole": _("are removed: these files are all there is"),
    "files.look": _("Show what would change"),
    "files.look.about": pgettext("files.look.about", "Nothing is changed yet."),
    "files.names": _("Own clouds and blueprints"),
    "files.names.about": _(
        "What they say is changed in files. Their names can be changed here."
    ),
    "files.names.do": _("Another name"),
    "naming.title": _("{name}: its name"),
    "naming.about": _("What it says is changed in files, and stays as it is here."),
    "files.no_file": _("No file was chosen."),
    "files.too_long": _(
        "Packed this is more than the {most} MiB that a page can carry. Bring it in by parts, or by noroshi apply with a folder."
    ),
    "health.title": _("Noroshi itself"),
    "health.short": _("Whether it is on time: queue, store, disk, clock, version."),
    "health.well": _("Noroshi itself is well."),
    "health.ill": _("Noroshi itself needs a look."),
    "health.about": _(
        "It watches itself like everything else, and tells its troubles by another route than the one that is ill."
    ),
    "health.now": pgettext("health.now", "Now"),
    "health.late": _("Lateness"),
    "health.late.is": _("{late} s at worst in the last minute"),
    "health.queue": ngettext(
        "{waiting} mail waiting, {aside} set aside",
        "{waiting} mails waiting, {aside} set aside",
        by="waiting",
    ),
    "health.oldest": _("(oldest from {at})"),
    "health.store": pgettext("health.store", "Store"),
    "health.free": _("Free on its volume"),
    "health.program": _("Program"),
    "health.node": _("Node"),
    "health.system": pgettext("health.system", "System"),
    "health.clock": _("Clock"),
    "health.clock.set": _("set by {by} s within the last hour"),
    "health.ran": _("Runs for"),
    "health.own": _("Its own monitors"),
    "health.own.none": _("They come with the first route."),
    "places.title": _("Ports and folders"),
    "places.short": _("Where Noroshi listens, and where its files are."),
    "places.about": _(
        "As the process has it from noroshi.toml. A change there holds after a restart."
    ),
    "places.listens": _("Listens at"),
    "places.files": _("Files and folders"),
    "places.goes": _("Goes out"),
    "places.backup": _("Backup"),
    "places.backup.last": _("Last taken at {at} by {who}:"),
    "places.backup.none": _("No backup was taken here yet."),
    "places.backup.how": _(
        "While the node runs, as a command on its computer; the key is kept apart from it."
    ),
}
