"""A text leads to the page of the manager that it names, where a template shows it among others."""

import pytest

from noroshi import answer_json
from noroshi.core.instruction import (
    GUIDANCE,
    InstructionKind,
    ManagerPage,
    ManagerPlace,
    followed_by,
)
from noroshi.core.translation import _, composed, marks_of, plain
from noroshi.web.view.language import LOCALIZERS
from noroshi.web.view.page_links import address_of, links
from noroshi.web.view.problem_text import problems_at
from noroshi.web.view.templates import templates

NEVER = followed_by(plain("<b>Never</b>."), InstructionKind.SIGN_IN)
SIGN_IN = '&lt;b&gt;Never&lt;/b&gt;. Sign in on <a href="/mail/route/m%26%2265">'


def shown(text, here="", language="en"):
    said = LOCALIZERS[language].say(text, here)
    return templates(language).from_string("{{ said|links }}").render(said=said)


def test_a_page_is_a_link_and_all_else_of_the_text_is_escaped():
    assert shown(NEVER.fill(route='m&"65')) == f"{SIGN_IN}the route&#x27;s page</a>."
    assert '<a href="/mail/route/r">経路の画面</a>' in shown(
        NEVER.fill(route="r"), language="ja"
    )


def test_elsewhere_it_has_its_words_alone():
    text = LOCALIZERS["en"].say(NEVER.fill(route="r"))
    assert text == "<b>Never</b>. Sign in on the route's page."
    assert answer_json.as_json(NEVER.fill(route="r"))["en"] == (
        "<b>Never</b>. Sign in: noroshi authorize r"
    )
    attribute = templates("en").from_string('<i title="{{ text }}">').render(text=text)
    assert "<a" not in attribute and "&lt;b&gt;" in attribute


def test_a_problem_that_is_told_by_its_place_leads_there_too():
    text = LOCALIZERS["en"].say(NEVER.fill(route="r"), "/queue")
    said = problems_at("until", text, "en", "silence_add")
    assert said == f"Until: {text}"
    html = templates("en").from_string("{{ said|links }}").render(said=said)
    assert html.startswith("Until: &lt;b&gt;") and "/mail/route/r" in html
    assert problems_at("until", "{x}", "en", "silence_add") == "Until: {x}"


def test_a_text_within_others_keeps_its_link():
    text = composed("{who}: {why}; {why}", who="<x>", why=NEVER.fill(route="r"))
    assert shown(text).startswith("&lt;x&gt;: &lt;b&gt;") and shown(text).count("<a ") == 2


@pytest.mark.parametrize(
    ("here", "is_link"),
    [
        ("/", True),
        ("/mail", True),
        ("/mail/route/other", True),
        ("/mail/route/r", False),
        ("/mail/route/r?did=secret", False),
        ("/mail/route/r/stages", False),
    ],
)
def test_nothing_leads_to_the_page_that_is_read(here, is_link):
    assert ("<a " in shown(NEVER.fill(route="r"), here)) is is_link


def test_the_route_that_is_not_known_is_found_in_the_list():
    text = followed_by(_("x"), InstructionKind.PUT_SECRET).fill(entry="smtp1")
    assert 'href="/mail"' in shown(text)
    assert "href" not in shown(text, "/mail/route/smtp1")  # it has the field for it


def test_a_mail_is_opened_by_its_id():
    text = followed_by(_("x"), InstructionKind.EDIT_MAIL).fill(mail="a/b c")
    assert 'href="/queue/mail?id=a%2Fb%20c"' in shown(text)
    assert "href" in shown(text, "/queue/mail?id=other")
    assert "href" not in shown(text, "/queue/mail?id=a%2Fb%20c")


def test_each_page_that_an_instruction_names_has_an_address_but_the_form_that_is_read():
    pages = {told.page for told in GUIDANCE.values() if told.page}
    without = {page for page in pages if not address_of(ManagerPlace(page))}
    assert without == {ManagerPage.FORM}


@pytest.mark.parametrize("text", ["a text", "", 5, None])
def test_what_names_no_page_is_shown_as_it_is(text):
    assert links(text) is text and not marks_of(str(text))
