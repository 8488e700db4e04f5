"""What every action must do, whatever it leads to."""

from __future__ import annotations

import json
from dataclasses import is_dataclass

import pytest

from noroshi import schema
from noroshi.actions import built_in
from noroshi.actions.sample_alarms import made_up_alarms
from noroshi.actions.template import TemplateRenderer
from noroshi.core.translation import help_text

ACTIONS = [pytest.param(action, id=action.kind) for action in built_in(TemplateRenderer())]


@pytest.mark.parametrize("action", ACTIONS)
def test_its_options_have_defaults_and_help_in_both_languages(action):
    assert is_dataclass(schema.read(action.options, {}))
    fields = schema.form(action.options)["properties"].items()
    helps = {name: field.get("description", "") for name, field in fields}
    assert [name for name, help in helps.items() if help_text(help).ja == help] == []


@pytest.mark.parametrize("action", ACTIONS)
def test_an_unknown_option_is_an_error(action):
    with pytest.raises(schema.Invalid):
        schema.read(action.options, {"bogus": 1})


@pytest.mark.parametrize("action", ACTIONS)
def test_its_names_are_said_in_both_languages(action):
    assert action.title.en and action.title.ja and action.help.en and action.help.ja
    assert action.title.en != action.title.ja


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("given", [None, {}], ids=["no options", "all left out"])
async def test_a_draft_is_pure_and_can_be_stored(action, given):
    options = given if given is None else schema.read(action.options, given)
    for contact, topic, alarms in made_up_alarms():
        payload = action.draft(options, contact, topic, alarms)
        assert action.draft(options, contact, topic, alarms) == payload
        assert json.loads(json.dumps(payload)) == payload
        assert payload["subject"] and payload["text"]
        if action.finish is not None:
            assert await action.finish(payload) == payload


@pytest.mark.parametrize("action", ACTIONS)
async def test_its_defaults_stand_the_trial(action):
    if action.try_out is not None:
        assert list(await action.try_out(schema.read(action.options, {}))) == []
