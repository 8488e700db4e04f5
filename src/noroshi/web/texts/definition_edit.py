"""The texts of the pages on which definitions are edited."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.translation import Message, _, ngettext, pgettext

EDITING: Mapping[str, Message] = {
    "watch.title": pgettext("definition_edit", "What is watched"),
    "watch.about": _(
        "Instances, their groups and monitors. A change holds from the next measurement on, "
        "without a restart."
    ),
    "watch.none": _("Nothing is watched yet. Add an instance: this computer, or another one."),
    "watch.unfold": ngettext("Show its {count} monitor", "Show its {count} monitors"),
    "watch.no_groups": _("It has no groups yet."),
    "watch.no_monitors": _("It has no monitors yet."),
    "watch.own": _("Noroshi watches its own routes, accounts, queue and health as well."),
    "watch.own.settings": _("Its limits and rules"),
    "edit.instance.own": _(
        "Made by Noroshi itself. Without rules of its own it tells the contacts of all rules, by "
        "other routes than the one that is ill."
    ),
    "edit.instance": _("Settings of {name}"),
    "edit.instance.new": _("New instance"),
    "edit.instance.add": _("Add an instance"),
    "edit.instance.remove": _(
        "Removes the instance {name} with all its groups and monitors ({count}). An earlier "
        "version of the settings brings it back."
    ),
    "edit.group": _("Settings of the group {name}"),
    "edit.group.new": _("New group"),
    "edit.group.add": _("Add a group"),
    "edit.group.remove": _("Removes the group {name} with its monitors ({count})."),
    "edit.monitor": _("Settings of {name}"),
    "edit.monitor.new": _("New monitor: {kind}"),
    "edit.monitor.add": _("Add a monitor"),
    "edit.monitor.see": _("See how it is"),
    "edit.monitor.settings": _("Change the settings"),
    "edit.monitor.remove": _(
        "Removes the monitor {name}; its history is kept for as long as that of others."
    ),
    "edit.kind.choose": _("What shall be watched?"),
    "edit.kind.about": _("Choose a kind. What it asks for comes on the next page."),
    "edit.kind.runs": _("Runs a program, so it asks for the password once more."),
    "edit.kind.gone": _("This kind is not installed, so its options cannot be shown."),
    "edit.what": _("What it is"),
    "edit.options": pgettext("edit.options", "What is watched"),
    "edit.limits": _("Limits"),
    "edit.limits.about": _(
        "The grey values hold while a row is empty. As soon as something is filled into a row, "
        "only that holds."
    ),
    "edit.limits.all": _("By kind, for all monitors that say nothing else."),
    "edit.when": _("When it is measured"),
    "edit.told": _("Who is told"),
    "edit.reading": _("Reading"),
    "edit.reading.other": _("another reading"),
    "edit.off": _("No limits"),
    "edit.rising.high": _("high values (default)"),
    "edit.rising.low": _("low values (default)"),
    "edit.name.file": _("a-z, 0-9, - and _. What people read is the title."),
    "edit.name.kept": _("a-z, 0-9, - and _."),
    "edit.save": _("Save"),
    "edit.mine": _("Save mine all the same"),
    "edit.preview": _("Preview changes"),
    "edit.note": _("Kept with the version, for whoever looks back later."),
    "edit.saved": _("Saved: version {number} is in force."),
    "edit.tried": _("What would change"),
    "edit.tried.about": _("Nothing is saved yet."),
    "edit.wrong": _("Not saved: please correct what is marked first."),
    "edit.fields": _("Marked at their fields below: {count}. What you entered is kept."),
    "edit.overtaken": _(
        "Your change is not saved yet. Below, what you entered stands on top of what is in "
        "force now; values that differ meanwhile are named at their fields."
    ),
    "edit.gone": _(
        "There is nothing under this name any more: it was removed, or given another name. "
        "Your change is not saved yet; what you entered is kept below. Saved all the same, it is "
        "made again under the name in the form."
    ),
    "edit.moved": _("It was given another name, or another place. There it is now:"),
    "edit.stranded": _(
        "What it stood in is there no more: it was removed, or given another name. Your change "
        "cannot be saved here; what you entered is kept below."
    ),
    "edit.fresh": _("Drop mine and look at what is in force"),
    "edit.reauthenticate": _(
        "This runs a program on the node or sends a secret elsewhere: enter your password again. "
        "Your input is kept."
    ),
    "edit.remove": _("Remove"),
    "edit.remove.title": _("Removing it"),
    "edit.remove.meant": _("Yes, remove it"),
    "edit.not_meant": _("Nothing was removed: tick the box beside it first."),
    "edit.only_look": _("Changing this needs the role administrator."),
    "rules.title": _("Rules"),
    "rules.about": _(
        "Who is told of which levels, how often, and by which routes. Instances, groups and "
        "monitors name the rules that act on them."
    ),
    "rules.none": _("There is no rule yet, so nobody is told of anything. Add the first one."),
    "rule.add": _("Add a rule"),
    "rule.new": _("New rule"),
    "rule.title": pgettext("rule.title", "Rule {name}"),
    "rule.about": _("Acts on all monitors that name it, or whose group or instance does."),
    "rule.remove": _("Removes the rule {name}. It must not be named anywhere any more."),
    "rule.told": _("Who is told, by which way"),
    "rule.when": _("When and how often"),
    "rule.options": _("How it is told: {action}"),
    "notifications.title": _("Notifications"),
    "notifications.about": _(
        "Who is told of what happens to Noroshi itself: it started, it stopped, a mail came back."
    ),
    "notifications.none": _(
        "There are none yet. What matters most is told by the rules' routes all the same."
    ),
    "notification.add": _("Add a notification"),
    "notification.new": _("New notification"),
    "notification.title": pgettext("notification.title", "Notification {name}"),
    "notification.about": _("Tells of what happens to Noroshi itself."),
    "notification.remove": _("Removes the notification {name}."),
    "notification.told": _("Who is told, by which way"),
    "notification.when": _("Of what, and when"),
    "telling.when": pgettext("telling.when", "When"),
    "telling.comma": _(", "),
    "kept.away": _("You have been away for a while. Log in again; what you entered is kept."),
    "kept.title": _("What you entered is kept"),
    "kept.about": _("It is not saved yet. Look at what it would change, then save it."),
    "kept.do": _("Preview changes"),
}
