"""What stands under a field says more than its label."""

import re

from noroshi import actions, checks, schema, transports
from noroshi.actions.template import TemplateRenderer
from noroshi.core.definitions import schema as monitoring, schema_mail
from noroshi.web.view.setting_names import setting_name
from tests.sweeps import sweep

SAYS_NOTHING = {"a", "the", "of", "for", "is", "it", "in", "on", "this", "that"}


def forms():
    reactions = actions.built_in(TemplateRenderer())
    for kind in (*checks.BUILT_IN, *reactions, *transports.BUILT_IN):
        yield kind.kind, schema.form(kind.options)
    for module in (monitoring, schema_mail):
        for name, definition in vars(module).items():
            if name.endswith("Def"):
                yield name, schema.form(definition)


def words_of(text):
    return {word.removesuffix("s") for word in re.findall(r"\w+", text.lower())}


@sweep(("kind", "form"), forms)
def test_a_help_has_a_word_beyond_the_label(kind, form):
    for name, setting in form.get("properties", {}).items():
        label, described = setting_name(name, kind), setting.get("description", "")
        if label is not None and described:
            assert words_of(described) - words_of(label.en) - SAYS_NOTHING, name
