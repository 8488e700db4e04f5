"""The fields of a setup: what is taken, and what is told where it is not."""

from datetime import UTC, datetime

import pytest

from noroshi.core.definitions.schema_mail import AccountDef
from noroshi.core.translation import NOTHING
from noroshi.guides import setup_fields as fields
from noroshi.guides.setup_goal import NOT_YET

NOW = datetime(2027, 6, 1, tzinfo=UTC)
FORMS = {
    "microsoft365": fields.MICROSOFT365,
    "server": (*fields.SERVER, *fields.NAMING),
    "webhook": (*fields.WEBHOOK, *fields.NAMING),
}


@pytest.mark.parametrize(
    ("field", "typed", "why"),
    [
        (fields.MAILBOX, "alerts@contoso.com", None),
        (fields.MAILBOX, "alerts", fields.NO_ADDRESS),
        (fields.PERSON, "", fields.NO_ADDRESS),
        (fields.RECIPIENT, "ops@contoso.com", None),
        (fields.TENANT, NOT_YET, None),
        (fields.TENANT, "contoso.onmicrosoft.com", None),
        (fields.TENANT, "contoso", fields.NO_TENANT),
        (fields.CLIENT_ID, NOT_YET.upper(), None),
        (fields.CLIENT_ID, "contoso.com", fields.NO_GUID),
        (fields.ROUTE_NAME, "smtp-2_a", None),
        (fields.ROUTE_NAME, "SMTP 2", fields.NO_NAME),
        (fields.HOST, "anything at all", None),
    ],
)
def test_what_a_field_takes(field, typed, why):
    assert field.check(typed) == why


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("2028-01-31", None),
        ("2027-01-31", "2027-01-31 has passed"),
        ("2028/1/31", "enter it as 2028-01-31"),
        ("31.1.2028", "enter it in the format 2028-01-31"),
        ("2028-02-30", "“2028-02-30” is not a valid date"),
    ],
)
def test_the_last_day_of_a_secret(typed, why):
    refusal = fields.check_expiry(typed, NOW)
    assert refusal is None if why is None else refusal.say("en").startswith(why)


@pytest.mark.parametrize("form", FORMS)
def test_a_form_has_each_field_once_and_one_secret(form):
    names = [one.name for one in FORMS[form]]
    assert len(names) == len(set(names))
    assert [one.name for one in FORMS[form] if one.hidden] == ["secret"]


@pytest.mark.parametrize("form", FORMS)
def test_no_setting_is_told_of_at_two_fields(form):
    names = {one.name for one in FORMS[form]}
    standing_for = fields.settings_of(FORMS[form])
    assert not names & standing_for.keys()
    assert names.issuperset(standing_for.values())


def test_the_terminal_asks_with_words_of_its_own_or_with_the_label():
    assert fields.MAILBOX.prompt is fields.MAILBOX.question
    assert fields.PERSON.question == NOTHING and fields.PERSON.prompt is fields.PERSON.label


def test_the_fields_of_an_account_are_settings_of_its_definition():
    settings = AccountDef.__dataclass_fields__
    assert [one.name for one in fields.MICROSOFT365 if one.name not in settings] == ["by"]
