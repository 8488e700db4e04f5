"""Show the problems of a step of the first start at the fields that were filled in: a beginner
knows neither the definition files nor the names of settings in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from noroshi.core.definitions.problems import read_location
from noroshi.core.marked_names import setting_at, settings_in
from noroshi.core.translation import _, marks_of
from noroshi.guides.setup_fields import SetupField, settings_of
from noroshi.operations.sign_in_answers import AccountChecked
from noroshi.service.sign_in.account_check import AccountCheckOperations
from noroshi.service.sign_in.authorization import SignInOperations
from noroshi.web.view.form_operations import Outcome, run
from noroshi.web.view.page_context import Visit
from noroshi.web.view.page_links import after_place
from noroshi.web.view.setting_names import definition_name

OPTIONS = "options"
Bad = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class StepProblems:
    """Hold the problems of a step: `reasons` stand above the form, those `by_field` below
    the fields, by name of the field."""

    reasons: tuple[str, ...] = ()
    by_field: Bad = field(default_factory=dict)


def problems_at_fields(
    visit: Visit,
    outcome: Outcome[object],
    labels: Mapping[str, str],
    aliases: Mapping[str, str],
) -> StepProblems:
    """Return the problems of a step at the fields. `labels` are the display names of the form's
    fields; `aliases` are the fields that stand for a setting of another name. A problem without
    a field begins with the place."""
    if not outcome.reasons or outcome.kind != "invalid":
        return StepProblems(outcome.reasons)
    texts_by_field, other_texts = dict[str, list[str]](), list[str]()
    for place, text in outcome.problems:
        setting = _setting(place, text, (*labels, *aliases))
        field_name = setting if setting in labels else aliases.get(setting, "")
        if not field_name:
            other_texts.append(_with_place(visit, place, text))
        elif setting in labels or field_name not in texts_by_field:
            # Else it is reported at its own setting.
            texts_by_field.setdefault(field_name, []).append(
                _worded(text, setting, labels[field_name])
            )
    if not texts_by_field:
        return StepProblems(
            (outcome.reasons[0], *(one for one in other_texts if one != outcome.reasons[0]))
        )
    field_labels = visit.say(_(", ")).join(
        labels[one] for one in labels if one in texts_by_field
    )
    head = visit.say(_("Correct these fields: {fields}.").fill(fields=field_labels))
    return StepProblems(
        (head, *other_texts), {name: tuple(texts) for name, texts in texts_by_field.items()}
    )


def problems_of_setup(
    visit: Visit, outcome: Outcome[object], fields: Sequence[SetupField]
) -> StepProblems:
    """Return the problems of a setup at the fields."""
    labels = {one.name: visit.say(one.label) for one in fields}
    return problems_at_fields(visit, outcome, labels, settings_of(fields))


def _setting(place: str, text: str, settings: tuple[str, ...]) -> str:
    """Return the setting that is meant: that of the place; or, of a route's options as a whole, the
    one that the text names."""
    setting = read_location(place).setting
    if setting in settings:
        return setting
    named_settings = settings_in(text) if setting == OPTIONS else ()
    return next((one for one in settings if one in named_settings), "")


def _worded(text: str, setting: str, label: str) -> str:
    """Return the text of a problem with the name of the setting replaced by the label of the
    field."""
    parts, at = list[str](), 0
    for mark in marks_of(text):
        if setting_at(mark) == setting:
            parts += (text[at : mark.start], label)
            at = mark.end + _is_parted(text[mark.end :])
    return "".join((*parts, text[at:])) if parts else text


def _is_parted(following: str) -> bool:
    """Return whether a blank follows that separates Latin letters from another script: after a
    label in that script none is needed."""
    return following[:1] == " " and following[1:2].isalpha() and not following[1:2].isascii()


def _with_place(visit: Visit, place: str, text: str) -> str:
    """Return a problem, preceded by the name of the definition if that is not the form's
    own."""
    location = read_location(place)
    if not location.key or not location.inner_path:
        return text
    return after_place(visit.say(definition_name(location.key)), text)


async def check_account(visit: Visit, account: str, secret: str) -> Outcome[AccountChecked]:
    """Refuse a setting that is wrong for sure; what cannot be asked now the sign-in will show."""
    outcome = await run(
        visit, AccountCheckOperations.account_check, account=account, secret=secret
    )
    field = outcome.ok.field if outcome.answer else ""
    if not field:
        return Outcome()
    reason = visit.say(outcome.ok.why)
    return Outcome(None, (reason,), 400, problems=((field, reason),), kind="invalid")


async def store_secret(visit: Visit, account: str, entry: str, secret: str) -> Outcome[object]:
    """Put an account's secret, if one was given, into the vault, once the server takes both."""
    outcome = await check_account(visit, account, secret)
    if outcome.reasons or not secret:
        return outcome
    return await run(visit, SignInOperations.set_secret, name=entry, value=secret, proved=True)
