"""Name the field of a problem as people read it, not by the key of an operation or a definition
file. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from noroshi.core.definitions.problems import read_location
from noroshi.core.translation import Message, _, pgettext, plain
from noroshi.web.view.page_links import after_place
from noroshi.web.view.setting_names import ARGUMENT_NAMES, SETTING_NAMES, definition_name
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
"""The labels of a form's fields, by operation."""
NOT_SAID = ("", "--set")


def problems_at(place: str, text: str, language: str, op: str = "") -> str:
    """Return a problem on one line, with the place in words."""
    place_text = place_name(place, language, op)
    return after_place(place_text, text) if place_text else text


def place_name(place: str, language: str, op: str = "") -> str:
    """Return the place of a problem in words; the place itself where it has no name."""
    if place in NOT_SAID:
        return ""
    own_name = FIELDS.get(op, {}).get(place)
    if own_name is not None:
        return own_name.say(language)
    location = read_location(place)
    if not location.key:
        return STEP.join(_steps(location.steps, language))
    definition = definition_name(location.key).say(language)
    return STEP.join((definition, *_steps(location.steps, language)))


def _steps(steps: Sequence[str], language: str) -> Iterator[str]:
    """Yield names of groups and monitors as they are, settings as forms have them."""
    previous_step = ""
    for number, step in enumerate(steps):
        last = number == len(steps) - 1
        if previous_step in INSIDE:
            yield step
            previous_step = ""
        elif step in INSIDE and not last:
            previous_step = step
        elif step != OPTIONS or last:
            yield _step_name(step).say(language)


def _step_name(step: str) -> Message:
    name = step.partition("[")[0]
    if name == LIMITS:
        return _("Limits")
    return SETTING_NAMES.get(name) or ARGUMENT_NAMES.get(name) or plain(step)
