"""A plan has all that its definitions say and inherit; what is wrong is said all at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from noroshi.core.cadence import WEEK, FixedInterval, FixedTimes
from noroshi.core.definitions.compiler import (
    AccountDef,
    CloudDef,
    ContactDef,
    Definitions,
    GroupDef,
    InstanceDef,
    Kind,
    Kinds,
    LimitsDef,
    MonitorDef,
    NotificationDef,
    RouteDef,
    RuleDef,
    compile,
)
from noroshi.core.definitions.schema import WindowDef
from noroshi.core.definitions.schema_mail import NetworkDef
from noroshi.core.levels import Level, RuleTrigger
from noroshi.core.mail import Network
from noroshi.core.maintenance import OneTimeWindow, WeeklyWindow
from noroshi.core.model import Limits
from tests.sweeps import sweep


def as_given(given, where):
    return dict(given), ()


DISK = Kind(
    read=as_given,
    limits={"used": Limits(warning=80, critical=90)},
    readings=frozenset({"used", "free"}),
)
PROCESS = Kind(
    read=as_given,
    limits={"count": Limits(critical=0, rising=False)},
    readings=frozenset({"count"}),
)
SMTP = Kind(
    read=as_given, names=frozenset({"account", "host", "port", "user", "ca_file", "protection"})
)
GRAPH = Kind(read=as_given, names=frozenset({"account", "graph", "user", "ca_file"}))
KINDS = Kinds(
    checks={
        "disk": DISK,
        "process": PROCESS,
        "script": Kind(read=as_given),
        "page": Kind(read=as_given, by_network=True),
    },
    actions={"mail": Kind(read=as_given)},
    transports={"smtp": SMTP, "graph": GRAPH, "pickup": Kind(read=as_given)},
    account=lambda account, cloud, network: (account.mailbox, cloud.name),
)
ROOT = MonitorDef(id="m1", name="root", kind="disk")
GROUP = GroupDef(name="os", monitor=(ROOT,))
WEB = InstanceDef(name="web", group=(GROUP,))
OPS = ContactDef(name="ops", addresses=("ops@example.test",))
RULE = RuleDef(name="ops", action="mail", contacts=("ops",), routes=("smtp1",))
ROUTE = RouteDef(name="smtp1", kind="smtp", options={"host": "mail.test"})
CLOUD = CloudDef(
    name="lab",
    authority="https://lab.test/{tenant}",
    scope="smtp",
    smtp_host="smtp.lab.test",
    smtp_port=5870,
    ca_file="/ca.pem",
)
ACCOUNT = AccountDef(
    name="m365", cloud="lab", tenant="t", client_id="c", secret="m365", mailbox="n@example.test"
)


def defined(web=WEB, *, contact=OPS, rule=RULE, route=ROUTE, account=ACCOUNT, cloud=CLOUD):
    return Definitions(
        instances={"web": web},
        contacts={"ops": contact},
        rules={"ops": rule, "night": replace(rule, name="night")},
        routes={"smtp1": route},
        accounts={"m365": account},
        clouds={"lab": cloud},
        networks={"office": NetworkDef(name="office", proxy="proxy.test:8080")},
    )


def monitor_of(web):
    plan = compile(defined(web), KINDS)
    assert not isinstance(plan, tuple), list(map(str, plan))
    return plan.monitors["m1"]


def said_of(definitions):
    problems = compile(definitions, KINDS)
    assert isinstance(problems, tuple)
    return [str(problem) for problem in problems]


def with_monitor(**changes):
    return replace(WEB, group=(replace(GROUP, monitor=(replace(ROOT, **changes),)),))


def with_group(**changes):
    return replace(WEB, group=(replace(GROUP, **changes),))


def stacked(instance, group, monitor):
    """An instance whose three storeys say what they are given."""
    inner = replace(GROUP, monitor=(replace(ROOT, **monitor),), **group)
    return replace(WEB, group=(inner,), **instance)


AT = FixedTimes(times=(time(7, 30),), zone="UTC", days=frozenset({0, 4}))


@pytest.mark.parametrize(
    ("instance", "group", "monitor", "cadence"),
    [
        pytest.param(
            {}, {}, {}, FixedInterval(timedelta(minutes=1)), id="nobody says: a minute"
        ),
        pytest.param(
            {"every": "5m"}, {}, {}, FixedInterval(timedelta(minutes=5)), id="the instance"
        ),
        pytest.param(
            {"every": "5m"},
            {"every": "1h30m"},
            {},
            FixedInterval(timedelta(hours=1.5)),
            id="the group",
        ),
        pytest.param(
            {"every": "5m"},
            {"every": "1h"},
            {"every": "1s"},
            FixedInterval(timedelta(seconds=1)),
            id="it",
        ),
        pytest.param(
            {}, {"at": "07:30", "days": ("mon", "fri")}, {}, AT, id="times of the group"
        ),
        pytest.param(
            {"at": ("07:30",)},
            {},
            {"every": "1d"},
            FixedInterval(timedelta(days=1)),
            id="not at times",
        ),
        pytest.param(
            {"zone": "Asia/Tokyo", "every": "1d"},
            {},
            {"at": ("19:00", "07:30")},
            FixedTimes(times=(time(7, 30), time(19)), zone="Asia/Tokyo", days=WEEK),
            id="times in the instance's zone",
        ),
    ],
)
def test_the_nearest_word_on_when_wins(instance, group, monitor, cadence):
    assert monitor_of(stacked(instance, group, monitor)).cadence == cadence


@pytest.mark.parametrize(
    ("instance", "group", "monitor", "names"),
    [
        pytest.param(None, None, None, [], id="nobody says: none"),
        pytest.param(("ops",), None, None, ["ops"], id="the instance"),
        pytest.param(("ops",), ("night",), None, ["night"], id="the group replaces"),
        pytest.param(("ops",), None, ("night", "ops"), ["night", "ops"], id="the monitor"),
        pytest.param(("ops",), ("ops",), (), [], id="none of them"),
    ],
)
def test_the_nearest_list_of_rules_wins(instance, group, monitor, names):
    web = stacked({"rules": instance}, {"rules": group}, {"rules": monitor})
    assert [rule.id for rule in monitor_of(web).rules] == names


HIGH, LOW = LimitsDef(critical=99), LimitsDef(warning=10, critical=5, rising=False)


@pytest.mark.parametrize(
    ("instance", "group", "monitor", "limits"),
    [
        pytest.param({}, {}, {}, {"used": Limits(warning=80, critical=90)}, id="the kind's"),
        pytest.param(
            {"disk": {"used": HIGH}}, {}, {}, {"used": Limits(critical=99)}, id="replaced whole"
        ),
        pytest.param(
            {"disk": {"used": HIGH}},
            {"disk": {"free": LOW}},
            {},
            {"used": Limits(critical=99), "free": Limits(warning=10, critical=5, rising=False)},
            id="each reading by itself",
        ),
        pytest.param(
            {}, {"disk": {"used": HIGH}}, {"used": LimitsDef()}, {"used": Limits()}, id="off"
        ),
        pytest.param(
            {"process": {"count": LimitsDef(warning=2)}},
            {},
            {},
            {"used": Limits(warning=80, critical=90)},
            id="another kind's",
        ),
    ],
)
def test_the_nearest_limits_of_a_reading_win(instance, group, monitor, limits):
    web = stacked({"limits": instance}, {"limits": group}, {"limits": monitor})
    assert monitor_of(web).limits == limits


@pytest.mark.parametrize(
    "off",
    [
        pytest.param(({"enabled": False}, {}, {}), id="the instance"),
        pytest.param(({}, {"enabled": False}, {}), id="the group"),
        pytest.param(({}, {}, {"enabled": False}), id="the monitor"),
        pytest.param(({"enabled": False}, {}, {"enabled": True}), id="above it"),
    ],
)
def test_a_monitor_is_stopped_if_it_or_what_it_is_in_is_not_enabled(off):
    assert monitor_of(stacked(*off)).disabled
    assert not monitor_of(WEB).disabled


def test_a_monitor_of_a_page_has_the_network_it_names():
    found = monitor_of(with_monitor(kind="page", network="office"))
    assert (found.network.name, found.network.proxy) == ("office", "proxy.test:8080")
    assert monitor_of(with_monitor(kind="page")).network == Network()


def test_a_title_may_have_the_wide_blank_of_japanese():
    assert monitor_of(replace(WEB, title="受付\u30001号機")).instance.title == "受付\u30001号機"


def test_which_way_is_bad_is_the_kinds_to_say():
    web = with_monitor(kind="process", limits={"count": LimitsDef(warning=3, critical=1)})
    assert monitor_of(web).limits == {"count": Limits(warning=3, critical=1, rising=False)}


def test_a_rule_has_its_contacts_and_all_it_says():
    rule = replace(RULE, on=("critical",), when="nth", nth=3, most=5, repeat="30m")
    found = compile(defined(rule=rule), KINDS).rules["ops"]
    assert [contact.id for contact in found.contacts] == ["ops"]
    assert found.levels == {Level.CRITICAL}
    assert (found.trigger, found.nth, found.most) == (RuleTrigger.NTH, 3, 5)
    assert found.repeat == timedelta(minutes=30)


@pytest.mark.parametrize(
    ("given", "options"),
    [
        pytest.param(
            {"account": "m365"},
            {
                "account": "m365",
                "host": "smtp.lab.test",
                "port": 5870,
                "user": "n@example.test",
                "ca_file": "/ca.pem",
            },
            id="all from the account",
        ),
        pytest.param(
            {"account": "m365", "host": "near.test", "user": "shared@example.test"},
            {
                "account": "m365",
                "host": "near.test",
                "port": 5870,
                "user": "shared@example.test",
                "ca_file": "/ca.pem",
            },
            id="what is given stays",
        ),
        pytest.param({"host": "mail.test"}, {"host": "mail.test"}, id="no account"),
    ],
)
def test_a_route_takes_what_its_account_knows(given, options):
    plan = compile(defined(route=replace(ROUTE, options=given)), KINDS)
    assert plan.routes["smtp1"].options == options
    assert plan.accounts == {"m365": ("n@example.test", "lab")}


@pytest.mark.parametrize(
    ("options", "given", "minute", "hour"),
    [
        pytest.param({"sender": "n@contoso.test"}, {}, 30, 100, id="a domain of one's own"),
        pytest.param({"sender": "DoNotReply@1.azurecomm.net"}, {}, 5, 10, id="Azure's domain"),
        pytest.param({"sender": "n@contoso.test"}, {"mails_an_hour": 0}, 30, 0, id="raised"),
        pytest.param({"host": "mail.test"}, {}, 0, 0, id="another server"),
    ],
)
def test_azure_communication_services_have_an_allowance_unless_told(
    options, given, minute, hour
):
    azure = {"host": "smtp.azurecomm.net", **options}
    plan = compile(defined(route=replace(ROUTE, options=azure, **given)), KINDS)
    pace = plan.routes["smtp1"].pace
    assert (pace.mails_a_minute, pace.mails_an_hour) == (minute, hour)


def test_a_route_by_graph_has_its_address_from_the_account_s_cloud():
    route = RouteDef(name="smtp1", kind="graph", options={"account": "m365"})
    cloud = replace(CLOUD, graph="https://graph.test")
    plan = compile(defined(route=route, cloud=cloud), KINDS)
    assert plan.routes["smtp1"].options == {
        "account": "m365",
        "graph": "https://graph.test",
        "user": "n@example.test",
        "ca_file": "/ca.pem",
    }
    without = compile(defined(route=route), KINDS)
    assert "graph" not in without.routes["smtp1"].options


GROUP_AT = "instances/web.toml: group.os"
ROOT_AT = f"{GROUP_AT}.monitor.root"


@sweep(
    ("web", "said"),
    [
        pytest.param(
            with_monitor(kind="dsik"),
            f"{ROOT_AT}.kind: there is no type of monitor “dsik” (did you mean disk?)",
            id="unknown kind",
        ),
        pytest.param(
            with_monitor(rules=("oops",)),
            f"{ROOT_AT}.rules: there is no rule “oops” (did you mean ops?)",
            id="unknown rule",
        ),
        pytest.param(
            replace(WEB, rules=("ops", "ops")),
            "instances/web.toml: rules: contains “ops” twice",
            id="rule twice",
        ),
        pytest.param(
            replace(WEB, zone="Asia/Tokio"),
            "instances/web.toml: zone: “Asia/Tokio” is not a time zone that this computer knows; use "
            "a name such as Asia/Tokyo",
            id="unknown zone",
        ),
        pytest.param(
            replace(WEB, zone="../etc/passwd"),
            "instances/web.toml: zone: “../etc/passwd” is not a time zone that this computer knows; "
            "use a name such as Asia/Tokyo",
            id="zone that is a path",
        ),
        pytest.param(
            replace(WEB, address="web 1"),
            "instances/web.toml: address: “web 1” is not a valid host name or address",
            id="bad address",
        ),
        pytest.param(
            replace(WEB, title="a\r\nBcc: x"),
            "instances/web.toml: title: must be one line without control characters",
            id="title of two lines",
        ),
        pytest.param(
            with_group(every="5m", at="07:30"),
            f"{GROUP_AT}: both “every” and “at” are set; keep only one",
            id="every and at",
        ),
        pytest.param(
            with_group(days=("mon",)),
            f"{GROUP_AT}.days: requires “at”, which is not set here",
            id="days alone",
        ),
        pytest.param(
            with_group(at="07:30", days=("mo",)),
            f"{GROUP_AT}.days: “mo” is not a day of the week (did you mean mon?)",
            id="unknown day",
        ),
        pytest.param(
            with_monitor(at=("7:30",)),
            f'{ROOT_AT}.at: “7:30” is not a time of day; use a format such as "07:30"',
            id="bad time of day",
        ),
        pytest.param(
            with_monitor(every="0s"),
            f"{ROOT_AT}.every: “0s” is too short; it must be at least 1s",
            id="too often",
        ),
        pytest.param(
            with_monitor(every="5 min"),
            f"{ROOT_AT}.every: “5 min” is not a duration; "
            "use a format such as 30s, 5m, 1h30m or 1d",
            id="no duration",
        ),
        pytest.param(
            with_monitor(timeout="2h"),
            f"{ROOT_AT}.timeout: “2h” is too long; it must be at most 1h",
            id="time-out too long",
        ),
        pytest.param(
            with_monitor(patience=0),
            f"{ROOT_AT}.patience: must be between 1 and 100, not 0",
            id="no patience",
        ),
        pytest.param(with_monitor(id=""), f"{ROOT_AT}: the monitor has no ID yet", id="no id"),
        pytest.param(
            with_group(monitor=(ROOT, replace(ROOT, name="var"))),
            f"{GROUP_AT}.monitor.var: the ID m1 is already used by web/os/root; "
            "remove it here, and a new one is assigned",
            id="id twice",
        ),
        pytest.param(
            with_group(monitor=(ROOT, replace(ROOT, id="m2"))),
            f"{ROOT_AT}: this name is used more than once (2); each monitor needs a unique one",
            id="name twice",
        ),
        pytest.param(
            with_group(name="O S"),
            "instances/web.toml: group: “O S” is not a valid name: use a-z, 0-9, - and _, at "
            "most 64 characters, beginning with a letter or digit",
            id="bad name",
        ),
        pytest.param(
            with_monitor(limits={"usde": HIGH}),
            f"{ROOT_AT}.limits: there is no reading “usde” (did you mean used?)",
            id="limits of no reading",
        ),
        pytest.param(
            with_group(limits={"disc": {"used": HIGH}}),
            f"{GROUP_AT}.limits: there is no type of monitor “disc” (did you mean disk?)",
            id="limits of no kind",
        ),
        pytest.param(
            with_monitor(limits={"used": LimitsDef(warning=95, critical=92)}),
            f"{ROOT_AT}.limits.used: warning (95) is above critical (92). Change one of them",
            id="limits in the wrong order",
        ),
        pytest.param(
            with_monitor(limits={"free": LimitsDef(warning=2, critical=9, rising=False)}),
            f"{ROOT_AT}.limits.free: warning (2) is below critical (9), but lower values "
            "of this reading are worse. Change one of them",
            id="falling limits in the wrong order",
        ),
        pytest.param(
            with_monitor(limits={"used": LimitsDef(margin=-1)}),
            f"{ROOT_AT}.limits.used.margin: -1 is negative; a hysteresis must be 0 or more",
            id="margin below zero",
        ),
        pytest.param(
            with_monitor(network="office"),
            f"{ROOT_AT}.network: is only for types that connect through a network (http), not for disk",
            id="a network of a kind that has none",
        ),
        pytest.param(
            with_monitor(kind="page", network="offic"),
            f"{ROOT_AT}.network: there is no network “offic” (did you mean office?)",
            id="no such network",
        ),
    ],
)
def test_what_is_wrong_with_an_instance_is_said_once_with_its_place(web, said):
    assert said_of(defined(web)) == [said]


@sweep(
    ("changes", "said"),
    [
        pytest.param(
            {"action": "mial"},
            "rules/night.toml: action: there is no action “mial” (did you mean mail?)",
            id="unknown action",
        ),
        pytest.param(
            {"contacts": ("me",)},
            "rules/night.toml: contacts: there is no contact “me”; available: ops",
            id="unknown contact",
        ),
        pytest.param(
            {"contacts": ()},
            "rules/night.toml: contacts: is empty, so nobody would be notified",
            id="no contact",
        ),
        pytest.param(
            {"routes": ("smtp1", "smtp")},
            "rules/night.toml: routes: there is no route “smtp” (did you mean smtp1?)",
            id="unknown route",
        ),
        pytest.param(
            {"routes": ()},
            "rules/night.toml: routes: is empty, so nothing could be sent",
            id="no route",
        ),
        pytest.param(
            {"on": ()},
            "rules/night.toml: on: is empty, so the rule would never apply",
            id="no level",
        ),
        pytest.param(
            {"nth": 3},
            'rules/night.toml: nth: applies only to a notification at the nth measurement (when = "nth")',
            id="nth without when",
        ),
        pytest.param(
            {"when": "nth"},
            'rules/night.toml: a notification at the nth measurement (when = "nth") requires nth: the number of consecutive measurements',
            id="when nth without nth",
        ),
        pytest.param(
            {"most": 1000},
            "rules/night.toml: most: must be between 1 and 999, not 1000",
            id="too many tellings",
        ),
        pytest.param(
            {"repeat": "10s"},
            "rules/night.toml: repeat: “10s” is too short; it must be at least 1m",
            id="repeated too soon",
        ),
    ],
)
def test_what_is_wrong_with_a_rule_is_said_once_with_its_place(changes, said):
    definitions = defined()
    wrong = replace(definitions.rules["night"], **changes)
    rules = {"ops": definitions.rules["ops"], "night": wrong}
    assert said_of(replace(definitions, rules=rules)) == [said]


@sweep(
    "address",
    [
        "",
        "ops",
        "ops@",
        "@example.test",
        "a@b@c.test",
        "a b@c.test",
        "a@c.test\nBcc: d@e.test",
        "<a@c.test>",
        "a@c.test, b@c.test",
        ".a@c.test",
        "a@c..test",
        "a@[192.0.2.1]",
    ],
)
def test_a_contact_is_told_at_addresses_alone(address):
    contact = replace(OPS, addresses=("well@example.test", address))
    said = said_of(defined(contact=contact))
    shown = address.replace("\n", r"\n")
    assert said == [f"contacts/ops.toml: addresses: “{shown}” is not an email address"]


@sweep(
    ("changes", "said"),
    [
        pytest.param(
            {"route": replace(ROUTE, kind="smpt")},
            "routes/smtp1.toml: kind: there is no type of route “smpt” (did you mean smtp?)",
            id="unknown type of route",
        ),
        pytest.param(
            {"route": replace(ROUTE, connections=0)},
            "routes/smtp1.toml: connections: must be between 1 and 100, not 0",
            id="no connection",
        ),
        pytest.param(
            {"route": replace(ROUTE, options={"account": "m356"})},
            "routes/smtp1.toml: options.account: there is no account “m356” (did you mean m365?)",
            id="unknown account",
        ),
        pytest.param(
            {"route": replace(ROUTE, options={"account": "m365", "protection": "none"})},
            "routes/smtp1.toml: options.protection: the account's access token must not be sent "
            'unencrypted; use "starttls" or "tls"',
            id="a token in the clear",
        ),
        pytest.param(
            {"contact": replace(OPS, addresses=())},
            "contacts/ops.toml: addresses: has no email address",
            id="contact without address",
        ),
        pytest.param(
            {"account": replace(ACCOUNT, cloud="labs")},
            "accounts/m365.toml: cloud: there is no cloud “labs” (did you mean lab?)",
            id="unknown cloud",
        ),
        pytest.param(
            {"account": replace(ACCOUNT, tenant="")},
            "accounts/m365.toml: tenant: is missing: cloud “lab” requires the directory (tenant) ID",
            id="no tenant",
        ),
        pytest.param(
            {"account": replace(ACCOUNT, redirect="http://localhost:x/")},
            "accounts/m365.toml: redirect: “http://localhost:x/” has an invalid port; use a format "
            "such as http://localhost:8400/cb",
            id="no port in the redirect",
        ),
        pytest.param(
            {"account": replace(ACCOUNT, mailbox="noroshi")},
            "accounts/m365.toml: mailbox: “noroshi” is not an email address",
            id="no mailbox",
        ),
        pytest.param(
            {"cloud": replace(CLOUD, authority="http://lab.test/{tenant}")},
            "clouds/lab.toml: authority: must begin with https://",
            id="sign-in in the clear",
        ),
        pytest.param(
            {"cloud": replace(CLOUD, graph="http://graph.test")},
            "clouds/lab.toml: graph: must begin with https://",
            id="a token in the clear",
        ),
        pytest.param(
            {"cloud": replace(CLOUD, smtp_port=0)},
            "clouds/lab.toml: smtp_port: must be between 1 and 65535, not 0",
            id="no port",
        ),
    ],
)
def test_what_is_wrong_with_the_way_out_is_said_once_with_its_place(changes, said):
    assert said_of(defined(**changes)) == [said]


def test_all_problems_are_said_at_once():
    web = stacked({"zone": "Mars"}, {"every": "x"}, {"kind": "y", "patience": 101})
    contact = replace(OPS, addresses=("nobody",))
    assert len(said_of(defined(web, contact=contact))) == 5


def test_a_script_may_have_limits_for_any_reading():
    web = with_monitor(kind="script", limits={"load1": HIGH})
    assert monitor_of(web).limits == {"load1": Limits(critical=99)}


def test_a_time_out_may_be_longer_than_the_interval():
    monitor = monitor_of(with_monitor(every="10s", timeout="1m"))
    assert monitor.timeout == timedelta(minutes=1)


def test_options_are_read_by_their_kind_which_is_told_their_place():
    places = []

    def read(given, where):
        places.append(where)
        return dict(given), ()

    kinds = replace(KINDS, checks={"disk": replace(DISK, read=read)})
    compile(defined(), kinds)
    assert places == [f"{ROOT_AT}.options"]


def test_every_problem_is_said_in_both_languages():
    web = stacked({"zone": "Mars"}, {"every": "x"}, {"kind": "disc"})
    found = compile(defined(web), KINDS)
    assert [problem.say("ja") for problem in found] == [
        (
            "instances/web.toml: zone: 「Mars」というタイム ゾーンはありません。Asia/Tokyo のように指定してください"
        ),
        (
            f"{GROUP_AT}.every: 「x」は時間の形式が正しくありません。"
            "30s、5m、1h30m、1d の形式で指定してください"
        ),
        f"{ROOT_AT}.kind: 監視項目の種別「disc」はありません。disk のことでしょうか",
    ]


NIGHT = WindowDef(title="updates", begins="22:00", ends="02:00", days=("sat",))
MOVE = WindowDef(begins="2026-12-24 18:00", ends="2026-12-25 06:00")


def test_planned_work_above_holds_below_too_in_the_zone_of_the_instance():
    web = replace(
        stacked({"maintenance": (MOVE,)}, {}, {"maintenance": (NIGHT,)}), zone="Asia/Tokyo"
    )
    begins, ends = map(datetime.fromisoformat, ("2026-12-24T18:00", "2026-12-25T06:00"))
    assert monitor_of(web).maintenance == (
        OneTimeWindow(begins=begins, ends=ends, zone="Asia/Tokyo"),
        WeeklyWindow(
            begins=time(22),
            ends=time(2),
            zone="Asia/Tokyo",
            days=frozenset({5}),
            title="updates",
        ),
    )


@pytest.mark.parametrize("port", ["0", "65536", "9" * 5000, "x", ""])
def test_a_proxy_s_port_that_is_none_is_a_problem_at_its_place(port):
    office = NetworkDef(name="office", proxy=f"proxy.test:{port}")
    (problem,) = said_of(replace(defined(), networks={"office": office}))
    assert problem.startswith("networks/office.toml: proxy: must be host:port")


# what a hub gave

HUB_OPS = ContactDef(name="boss", addresses=(), of_hub=True)
HUB_RULE = RuleDef(name="urgent", action="mail", contacts=("boss",), routes=(), of_hub=True)


def with_hub(web=None, rule=HUB_RULE, **more):
    """Definitions with a rule and a contact of the hub beside the node's own."""
    own = defined(web or replace(WEB, rules=("urgent",), of_hub=True))
    return replace(
        own,
        rules={**own.rules, "urgent": rule},
        contacts={**own.contacts, "boss": HUB_OPS},
        **more,
    )


def test_a_rule_of_the_hub_has_the_routes_of_the_node_and_its_contact_needs_no_address():
    plan = compile(with_hub(), KINDS)
    assert not isinstance(plan, tuple), list(map(str, plan))
    monitor = plan.monitors["m1"]
    assert monitor.instance.of_hub
    (rule,) = monitor.rules
    assert (rule.id, rule.of_hub, rule.routes) == ("urgent", True, ("smtp1",))
    assert [contact.id for contact in rule.contacts] == ["boss"]
    assert not plan.rules["ops"].of_hub


def test_a_rule_of_the_hub_goes_by_all_routes_in_the_order_of_the_nodes_own_rules():
    definitions = with_hub()
    routes = {name: replace(definitions.routes["smtp1"], name=name) for name in "abc"}
    own = {
        "one": replace(definitions.rules["ops"], name="one", routes=("c",)),
        "two": replace(definitions.rules["ops"], name="two", routes=("b", "c")),
    }
    definitions = replace(
        definitions, routes=routes, rules={"urgent": definitions.rules["urgent"], **own}
    )
    plan = compile(definitions, KINDS)
    assert not isinstance(plan, tuple), list(map(str, plan))
    assert plan.rules["urgent"].routes == ("c", "b", "a")
    assert plan.rules["two"].routes == ("b", "c")


NIGHTLY = NotificationDef(
    name="n", events=("started",), contacts=("boss",), routes=("smtp1",), action="mail"
)


@pytest.mark.parametrize(
    ("definitions", "said"),
    [
        pytest.param(
            with_hub(replace(WEB, rules=("urgent",))),
            "instances/web.toml: rules: there is no rule “urgent”",
            id="an own instance uses no rule of the hub",
        ),
        pytest.param(
            with_hub(replace(WEB, rules=("ops",), of_hub=True)),
            "instances/web.toml: rules: there is no rule “ops”",
            id="an instance of the hub uses no own rule",
        ),
        pytest.param(
            with_hub(rule=replace(HUB_RULE, contacts=("ops",))),
            "rules/urgent.toml: contacts: there is no contact “ops”",
            id="a rule of the hub tells no own contact",
        ),
        pytest.param(
            with_hub(WEB, rule=replace(HUB_RULE, of_hub=False, routes=("smtp1",))),
            "rules/urgent.toml: contacts: there is no contact “boss”",
            id="an own rule tells no contact of the hub",
        ),
        pytest.param(
            with_hub(notifications={"n": NIGHTLY}),
            "notifications/n.toml: contacts: there is no contact “boss”",
            id="nor does a notification",
        ),
    ],
)
def test_what_the_hub_gave_and_the_nodes_own_are_not_mixed(definitions, said):
    (problem,) = said_of(definitions)
    assert problem.startswith(said)
