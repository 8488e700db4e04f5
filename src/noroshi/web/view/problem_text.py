"""Tell a problem of a form by the name of its field as people read it, not by the key that an
operation or a file of definitions has for it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from noroshi.core.definitions.problems import read_location
from noroshi.core.translation import Message, _, pgettext, plain
from noroshi.web.view.difference import sort_of
from noroshi.web.view.page_links import after_place
from noroshi.web.view.setting_names import ARGUMENT_NAMES, SETTING_NAMES
from noroshi.web.view.tree import STEP

INSIDE, OPTIONS, LIMITS = ("group", "monitor"), "options", "limits"
PLACING: Mapping[str, Message] = {
    "to": _("Destination"),
    "name": _("New name"),
    "title": _("Display name"),
}
FIELDS: Mapping[str, Mapping[str, Message]] = {
    "silence_add": {
        "place": _("Scope"),
        "reason": _("Reason"),
        "until": pgettext("silence.until", "Until"),
        "length": _("Duration"),
    },
    "token_new": {
        "name": _("Name"),
        "days": _("Valid for (days)"),
        "role": pgettext("administration", "Role"),
    },
    "user_add": {"name": _("Name"), "role": pgettext("administration", "Role")},
    "user_role": {"role": pgettext("administration", "Role")},
    "own_password": {"new": _("New password")},
    "queue_edit": {
        "to": _("Remaining recipients"),
        "routes": pgettext("administration", "Routes, in order"),
    },
    "send": {"to": _("To")},
    "examine_begin": {"to": _("To")},
    "set_secret": {"value": _("Client secret"), "secret": _("Client secret")},
    "monitor_copy": PLACING,
    "monitor_move": PLACING,
    "instance_copy": PLACING,
}
"""By operation: what the form that asks for it calls its fields."""
NOT_SAID = ("", "--set")


def problems_at(where: str, what: str, language: str, op: str = "") -> str:
    """Return a problem on one line, with its place in words."""
    named = place_name(where, language, op)
    return after_place(named, what) if named else what


def place_name(where: str, language: str, op: str = "") -> str:
    """Return the place of a problem in words; the place itself where it has no name."""
    if where in NOT_SAID:
        return ""
    own = FIELDS.get(op, {}).get(where)
    if own is not None:
        return own.say(language)
    found = read_location(where)
    if not found.key:
        return STEP.join(_steps(found.steps, language))
    sort = sort_of(found.key).say(language)
    thing = f"{sort} {found.key.partition('/')[2]}".strip()
    return STEP.join((thing, *_steps(found.steps, language)))


def _steps(steps: Sequence[str], language: str) -> Iterator[str]:
    """Yield names of groups and monitors as they are, settings as forms have them."""
    before = ""
    for number, step in enumerate(steps):
        last = number == len(steps) - 1
        if before in INSIDE:
            yield step
            before = ""
        elif step in INSIDE and not last:
            before = step
        elif step != OPTIONS or last:
            yield _called(step).say(language)


def _called(step: str) -> Message:
    name = step.partition("[")[0]
    if name == LIMITS:
        return _("Limits")
    return SETTING_NAMES.get(name) or ARGUMENT_NAMES.get(name) or plain(step)
