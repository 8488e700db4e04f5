"""What a command says: its hints can be typed as they stand, for the home folder that was given."""

import sys
from argparse import Namespace

import pytest

from noroshi.cli.context import CommandContext
from noroshi.cli.handlers.queue import HOW_TO_RELEASE, NOTHING_WAITS, TRIED_AGAIN
from noroshi.core.instruction import InstructionKind, followed_by
from noroshi.core.translation import composed, plain

QUOTE = '"' if sys.platform == "win32" else "'"
HERE = f" --home {QUOTE}/srv/a b{QUOTE}"


def said(text, home="/srv/a b", language="en"):
    args = Namespace(home=home) if home else Namespace()
    return CommandContext(args, home, language, None).say(text)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_command_of_a_text_is_meant_for_the_home_folder(language):
    text = HOW_TO_RELEASE.fill(id="01J")
    assert f"noroshi queue release{HERE} 01J" in said(text, language=language)
    assert said(text, "", language) == text.say(language)


def test_what_people_wrote_stays_though_it_looks_like_a_command():
    subject = "run noroshi status"
    assert said(TRIED_AGAIN.fill(id="01J", subject=subject)).endswith(subject)
    assert said(TRIED_AGAIN.fill(id="01J", subject=plain(subject))).endswith(subject)


def test_an_instruction_is_meant_for_it_too_wherever_it_stands():
    text = followed_by(NOTHING_WAITS, InstructionKind.SHOW_MAIL, mail="01J")
    assert said(text).endswith(f"noroshi queue show{HERE} 01J")
    assert said(composed("{why}: {text}", why="noroshi status", text=text)).startswith(
        "noroshi status: "
    )
    assert said(composed("{why}: {text}", why="x", text=text)).endswith(
        f"noroshi queue show{HERE} 01J"
    )


def test_a_home_folder_with_braces_is_no_place_of_a_text():
    text = HOW_TO_RELEASE.fill(id="01J")
    here = " --home " + QUOTE + "/srv/{id}" + QUOTE
    assert f"noroshi queue release{here} 01J" in said(text, "/srv/{id}")
