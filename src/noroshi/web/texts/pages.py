"""Every text of the pages, by key and in both languages. What an operation answers brings its own."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.translation import Message, _, pgettext
from noroshi.web.texts.administration import HANDLING
from noroshi.web.texts.alarms import ALARMS
from noroshi.web.texts.audit_log import AUDIT, DEEDS
from noroshi.web.texts.definition_edit import EDITING
from noroshi.web.texts.first_steps import FIRST
from noroshi.web.texts.forms import FORMS
from noroshi.web.texts.mail import MAILING, MAILING_EDIT, MAILING_FIELDS
from noroshi.web.texts.mail_route import MAILING_ROUTE
from noroshi.web.texts.monitors import ACTS, WATCHING
from noroshi.web.texts.settings import SETTINGS

TEXTS: Mapping[str, Message] = {
    "busy": _("Working…"),
    "skip": _("Skip to content"),
    "pages": _("Main pages"),
    "person.menu": _("Menu of {name} ({role})"),
    "language": _("Language"),
    "language.en": pgettext("pages", "English"),
    "language.ja": _("日本語"),
    "theme": _("Appearance"),
    "theme.auto": _("as the system"),
    "theme.light": _("light"),
    "theme.dark": _("dark"),
    "look.choose": pgettext("look.choose", "Choose"),
    "log_out": _("Log out"),
    "bar.lost": _("Alarms: lost"),
    "bar.waiting": _("waiting"),
    "foot": _("Noroshi {version} · {node} · times in {zone}"),
    "name": _("Name"),
    "password": _("Password"),
    "password.again": _("Once more"),
    "password.help": _("At least 12 characters. A sentence is good."),
    "log_in.title": _("Log in"),
    "log_in.do": _("Log in"),
    "log_in.meanwhile": _("Watching and sending go on, whether anybody is logged in or not."),
    "code.title": _("Second step"),
    "code.ask": _("Code"),
    "code.help": _("The six digits that your authenticator shows now, or a recovery code."),
    "code.do": _("Log in"),
    "code.other": _("Log in as somebody else"),
    "start.title": pgettext("start.title", "First start"),
    "start.title.code": _("Choose a password"),
    "start.about": _(
        "There is no administrator yet. Whoever started Noroshi has a one-time code: noroshi serve "
        "printed it on its terminal, or in its journal."
    ),
    "start.about.code": _(
        "An administrator gave you a one-time code. With it you choose your own password."
    ),
    "start.about.from_link": _(
        "There is no administrator yet. The one-time code is filled in already: choose a user name "
        "and a password for the first one."
    ),
    "start.about.code.from_link": _(
        "The one-time code is filled in already. Choose your own password."
    ),
    "start.code": _("One-time code"),
    "start.name": _("User name"),
    "start.name.help": _("Letters, digits and . _ @ -"),
    "start.do": _("Begin"),
    "start.different": _("The two passwords are not the same."),
    "start.have_code": _("I have a one-time code"),
    "reauthenticate.title": pgettext("pages", "Password once more"),
    "reauthenticate.about": _(
        "This may run programs on the node or send a secret elsewhere, or concerns who may log in. "
        "It holds for five minutes."
    ),
    "reauthenticate.kept": _(
        "What you entered is kept and goes along; nothing was changed yet."
    ),
    "reauthenticate.password": _("Your password"),
    "reauthenticate.secret": _("Secret or password"),
    "reauthenticate.code": _("Code"),
    "reauthenticate.files": _("The file once more (a page cannot keep it)"),
    "reauthenticate.do": _("Go on"),
    "error.title": _("That did not work"),
    "error.lost": _("Page not found"),
    "error.next": _(
        "What it was about may have been removed or renamed: look for it from the overview or "
        "the settings. Watching and sending go on."
    ),
    "error.back": pgettext("error.back", "To the overview"),
    "error.settings": _("To the settings"),
    "error.not_there": _("There is no page at this address. See whether it is typed right."),
    "error.method": _("This page cannot be asked for in that way."),
    "error.bug": _("Noroshi itself failed here. The node's log says where; watching goes on."),
    **WATCHING,
    **AUDIT,
    **DEEDS,
    **ALARMS,
    **HANDLING,
    **SETTINGS,
    **FIRST,
    **FORMS,
    **ACTS,
    **MAILING,
    **MAILING_EDIT,
    **MAILING_FIELDS,
    **MAILING_ROUTE,
    **EDITING,
}
