"""Each answer of the tables, and each trouble on the way, has its remedy in both languages."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from noroshi.core.mail import Fault
from noroshi.core.translation import NOTHING, Message, bilingual, sentence
from noroshi.guides.microsoft365 import national_replacements
from noroshi.knowledge.knowledge_files import knowledge
from noroshi.network import connection_errors
from noroshi.network.connection_errors import not_reached
from noroshi.ports.examination import PEOPLE, Cure, Remedy, Whose
from noroshi.transports.diagnostics.closed_ports import (
    remedy_of_closed_port,
    remedy_of_no_way_out,
)
from noroshi.transports.diagnostics.connection_remedies import (
    OBSTACLES,
    explanation_of,
    obstacle_remedy,
    remedy_of,
)
from noroshi.transports.diagnostics.connection_steps import with_values
from noroshi.transports.diagnostics.token_causes import remedy_of_token
from noroshi.transports.http.status_codes import http_rules
from noroshi.transports.smtp import errors, token_diagnosis
from noroshi.transports.smtp.reply_classifier import smtp_rules
from noroshi.transports.smtp.token_diagnosis import cause
from tests.sweeps import sweep
from tests.transports.diagnostics.examination_runner import EXAM, NOW, VALUES
from tests.transports.smtp.test_token_diagnosis import jwt

WHOLE = with_values(
    EXAM,
    user="box@example.com",
    sender="n@example.com",
    envelope="bounces@example.com",
    host="smtp.office365.com",
    port="587",
    other="login.microsoftonline.com:443",
    network="office",
    ca_place="networks/office.toml",
    object_id="22222222-3333-4444-5555-666666666666",
    permission="SMTP.Send",
    proxy="proxy.example.com:8080",
    graph_route="graph2",
    proxy_password="proxy",
    password="relay",
    url_entry="hook",
    header_entry="key",
    starttls="-starttls smtp ",
    person="aki@example.com",
    scope="https://outlook.office.com/SMTP.Send",
    app_scope="https://outlook.office365.com/.default",
)
ROWS = knowledge().explanations
CAUSES = {
    name
    for name in vars(token_diagnosis).values()
    if isinstance(name, str) and name.startswith("tokens.")
}
ANSWERS = [
    pytest.param(rule.explanation, id=f"{name} {rule.code} {rule.enhanced} {rule.part}")
    for name, rules in (
        ("SMTP", smtp_rules()),
        ("Graph", http_rules("graph")),
        ("webhook", http_rules("webhooks")),
    )
    for rule in rules
]
OTHERS = [
    pytest.param(ROWS["connections.closed_port"], id="a closed port"),
    pytest.param(ROWS["connections.closed_beside_graph"], id="a closed port beside Graph"),
    pytest.param(ROWS["connections.closed_alone"], id="a closed port without Graph"),
    pytest.param(ROWS["connections.nothing_out"], id="nothing gets out"),
    pytest.param(explanation_of(599, "", "odd"), id="an unknown no"),
    pytest.param(explanation_of(499, "", "odd"), id="an unknown later"),
]
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
OF_SERVERS = ("SILENT", "CONNECTION_CLOSED", "NOT_SMTP", "NO_STARTTLS", "NO_WAY", "WANTS_TLS")
PLACES = re.compile(r"<(?!who|public|object|/?dev)[^>]*>|\{")


def check(remedy: Remedy) -> None:
    """It is whole, in both languages, and every place is filled."""
    texts = [remedy.meaning, remedy.who, *remedy.how, remedy.takes]
    assert remedy.meaning != NOTHING and remedy.who != NOTHING
    for words in texts:
        assert bool(words.en) == bool(words.ja)
        assert not JAPANESE.search(words.en) and (JAPANESE.search(words.ja) or not words.ja)
    shown = "\n".join([*(w.en + w.ja for w in texts), *remedy.lines, remedy.link])
    assert PLACES.search(shown) is None, shown
    assert remedy.link == "" or remedy.link.startswith("https://")


@pytest.mark.parametrize("told", [remedy_of_closed_port, remedy_of_no_way_out])
def test_a_port_that_refuses_may_be_no_firewall_s_and_one_that_is_silent_rather_is(told):
    refused, silent = (
        told(connection_errors.TCP, WHOLE),
        told(connection_errors.NO_CONNECTION, WHOLE),
    )
    check(refused)
    check(silent)
    assert "refuses connections" in refused.meaning.en and "拒否" in refused.meaning.ja
    assert "refuse" not in silent.meaning.en


def test_graph_is_advised_as_one_more_route_or_named_where_it_is_there():
    named = remedy_of_closed_port(connection_errors.TCP, WHOLE)
    assert "graph2" in named.how[0].en and 'kind = "graph"' not in named.lines
    advised = remedy_of_closed_port(connection_errors.TCP, with_values(WHOLE, graph_route=""))
    assert advised.lines[0] == "# routes/m365-graph.toml" and 'kind = "graph"' in advised.lines


@sweep("advice", ANSWERS + OTHERS)
def test_each_answer_of_the_tables_has_its_remedy(advice):
    remedy = advice.remedy(WHOLE, "the reply")
    check(remedy)
    assert remedy.how or remedy.lines or remedy.link
    assert remedy.reply == "the reply" and (remedy.takes != NOTHING or remedy.how)


@sweep("advice", ANSWERS)
def test_what_stands_beside_an_answer_says_what_it_means_first(advice):
    parties = {"user": "u@x", "sender": "s@x", "envelope": "e@x"}
    told, means = advice.summary(**parties), advice.meaning.fill(**parties)
    if not advice.quiet:
        assert told.en.startswith(means.en) and told.ja.startswith(means.ja)
        assert "{" not in told.en + told.ja


@sweep("about", sorted(OBSTACLES, key=lambda words: words.en))
def test_each_trouble_on_the_way_has_its_remedy(about):
    check(obstacle_remedy(about).remedy(bilingual(en="It is so.", ja="そうです。"), WHOLE))


@sweep("name", sorted(CAUSES))
def test_each_cause_that_a_token_tells_has_its_remedy(name):
    row = knowledge().explanations[name]
    remedy = row.cure.remedy(bilingual(en="It is so.", ja="そうです。"), WHOLE)
    check(remedy)
    assert (remedy.lines or remedy.how) and remedy.takes != NOTHING


@pytest.mark.parametrize(
    "about",
    [connection_errors.CERTIFICATE, connection_errors.EXPIRED, connection_errors.OTHER_NAME],
)
def test_a_certificate_that_a_provider_like_microsoft_never_shows_is_the_network_s(about):
    trouble = not_reached(about, where="smtp.office365.com:587", why="it is so")
    told = remedy_of(trouble, WHOLE)
    check(told)
    assert told.whose is Whose.NETWORK and "on the network path" in told.how[0].en
    of_the_house = replace(WHOLE, people={})
    assert remedy_of(trouble, of_the_house).whose is Whose.ADMINISTRATOR


def test_no_trouble_and_no_cause_is_left_out():
    told = {
        name for name, words in vars(connection_errors).items() if isinstance(words, Message)
    }
    parts = {"OF_ONE", "CLOSED_CONNECTION", "REFUSED_CONNECTION", "NOTHING"}
    assert {
        name for name in told - parts if getattr(connection_errors, name) not in OBSTACLES
    } == set()
    assert [name for name in OF_SERVERS if getattr(errors, name) not in OBSTACLES] == []
    rows = {name for name in knowledge().explanations if name.startswith("tokens.")}
    assert rows == CAUSES
    for fault in Fault:
        assert f"connections.fault_of_{fault.name.lower()}" in knowledge().cures


CHINA = replace(WHOLE, replacements=national_replacements("microsoft365-china"))


@pytest.mark.parametrize("place", ["entra.microsoft.com", "//admin.", "Connect-ExchangeOnline"])
def test_whoever_is_in_no_national_cloud_is_led_to_the_pages_and_the_shell_of_most(place):
    """Else nobody would be led there, and those of the other clouds neither."""
    rows = [row for one in (*ANSWERS, *OTHERS) for row in one.values]
    remedies = [row.remedy(WHOLE, "the reply") for row in rows]
    assert [one for one in remedies if place in "\n".join([*one.lines, one.link])]


@sweep("advice", [*ANSWERS, *OTHERS])
def test_whoever_is_in_a_national_cloud_is_led_to_its_own_pages_and_shell(advice):
    remedy = advice.remedy(CHINA, "the reply")
    check(remedy)
    shown = "\n".join([*remedy.lines, remedy.link])
    assert "entra.microsoft.com" not in shown and "//admin." not in shown
    connects = [line for line in remedy.lines if "Connect-ExchangeOnline" in line]
    assert all(line.endswith(" -ExchangeEnvironmentName O365China") for line in connects)


def test_a_page_of_the_entra_admin_center_is_the_same_one_in_its_cloud():
    cure = Cure(party=Whose.YOU, link="https://entra.microsoft.com/#view/Apps/{client_id}")
    told = cure.remedy(bilingual(en="x", ja="x"), CHINA)
    assert told.link == f"https://entra.microsoftonline.cn/#view/Apps/{VALUES['client_id']}"
    assert national_replacements("microsoft365") == national_replacements("google") == {}


def test_a_place_without_a_value_shows_what_belongs_there():
    row = knowledge().explanations[token_diagnosis.OF_APP]
    remedy = row.cure.remedy(bilingual(en="x", ja="x"), EXAM)
    assert "-Identity <user> `" in "\n".join(remedy.lines)
    assert VALUES["client_id"] in "\n".join(remedy.lines)


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (
            bilingual(en="the vault is away", ja="保管庫がありません"),
            "The vault is away. 保管庫がありません。",
        ),
        (bilingual(en="It is so.", ja="そうです。"), "It is so. そうです。"),
        (
            bilingual(en="mail.example:25 hung up", ja="切れました"),
            "mail.example:25 hung up. 切れました。",
        ),
    ],
)
def test_a_trouble_stands_as_a_sentence_of_its_own(told, shown):
    assert f"{sentence(told).en} {sentence(told).ja}" == shown


def test_whoever_can_mend_a_thing_has_a_name():
    assert set(PEOPLE) == set(Whose)


@pytest.mark.parametrize(
    ("oid", "shown"),
    [(VALUES["client_id"], VALUES["client_id"]), ("$(x)", "<object ID of the enterprise")],
)
def test_an_app_s_own_token_names_its_enterprise_application(oid, shown):
    claims = {"aud": "https://outlook.office365.com", "idtyp": "app", "oid": oid}
    token = jwt(claims | {"roles": ["SMTP.SendAsApp"], "exp": NOW.timestamp() + 3600})
    found = cause(token, "smtp", "box@example.com", NOW)
    remedy = remedy_of_token(token, found, EXAM, "535 5.7.3 no")
    (line,) = [one for one in remedy.lines if "-ObjectId" in one]
    assert f"-ObjectId {shown}" in line
    assert not [one for one in remedy.lines if "MgGraph" in one]
