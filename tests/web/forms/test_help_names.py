"""A help text is the same in the reference and in a form: there it has the labels of the form."""

from noroshi.checks.process import CHECK
from noroshi.core.translation import plain
from noroshi.web.forms.table import HelpNames, help_of
from noroshi.web.view.setting_names import CHOICE_NAMES, setting_name
from tests.sweeps import sweep


def english(message):
    return message.say("en")


@sweep(
    ("text", "names", "expected"),
    [
        (
            "`auto`: the strongest.",
            HelpNames(setting="auth", choices=("auto", "plain")),
            "“automatic”: the strongest.",
        ),
        (
            'With `when = "nth"`: which.',
            HelpNames(),
            "With “Notify” set to “once, at the nth measurement”: which.",
        ),
        (
            "Set `count` with `rising = true`.",
            HelpNames(kind="process", readings=CHECK.names),
            "Set “Processes” with “Worse when” set to “higher”.",
        ),
        (
            "The first of `name` and `command`.",
            HelpNames(kind="process"),
            "The first of “Program name” and “Command line”.",
        ),
        ("Report with `noroshi beat NAME`.", HelpNames(), "Report with `noroshi beat NAME`."),
        ("`auto` elsewhere.", HelpNames(), "`auto` elsewhere."),
        ("`no_such = 1`.", HelpNames(), "`no_such = 1`."),
    ],
)
def test_what_a_file_names_has_the_label_of_the_form(text, names, expected):
    assert help_of(plain(text), names, english) == expected


def test_a_label_stands_between_the_quotes_of_the_language():
    auto = CHOICE_NAMES["auto"].say("ja")
    names = HelpNames(setting="auth", choices=("auto",))
    assert help_of(plain("`auto`"), names, lambda message: message.say("ja")) == f"「{auto}」"


def test_no_blank_stands_beside_japanese_quotes():
    names = HelpNames(setting="by", choices=("auto", "tcp"))
    text = help_of(
        plain("`auto` か `tcp` (ping) です"), names, lambda message: message.say("ja")
    )
    assert text == "「自動」か「TCP」(ping) です"


def test_the_source_of_an_instance_is_not_that_of_a_network():
    names = [setting_name("source", one) for one in ("instances", "networks")]
    assert [one.en for one in names if one] == ["Monitored by", "Source address"]
