"""The commands, each a process of its own, asking a node through its door."""

import asyncio
import json
import re
from datetime import UTC, datetime
from importlib.util import find_spec

import pytest

from noroshi.checks import BUILT_IN as CHECKS
from noroshi.cli.exits import ASIDE, WAITS
from noroshi.cli.handlers.status import CANNOT_SEND, NEED_SOMEBODY
from noroshi.core.delivery import decide_fate
from noroshi.core.levels import Level
from noroshi.core.mail import Answer, Receipt, Verdict
from noroshi.core.translation import bilingual
from noroshi.ports import Arrival, Document
from noroshi.service import ForbiddenError, refusal_as_json, run_as_json
from noroshi.service.errors import OperationFailedError
from noroshi.stores.memory.store import MemoryStore
from noroshi.testing import DAWN, FaultyStore
from tests.cli.command_process import a_node, typed
from tests.service.harness import (
    AKI,
    CANARY,
    CONTENT,
    DEFERRED,
    DOWN,
    OLD_SECRET,
    REFUSED,
    Harness,
    documents,
)

HEAVY = ("asyncio", "pydantic", "email", "importlib.metadata", "sqlite3", "logging")
READER = "msgspec"
"""What reads an answer into its type: a page for a person may cost it, a script's command not."""
LOADED = (
    "-c",
    """if True:
    import sys
    from noroshi.cli import main
    code = main()
    print(*sorted(sys.modules), sep=chr(10), file=sys.stderr)
    sys.exit(code)""",
)
FOLDER = {
    "contacts/ops.toml": 'addresses = ["ops@example.com"]\n',
    "routes/plain.toml": 'kind = "post"\n',
    "rules/all.toml": 'action = "mail"\ncontacts = ["ops"]\nroutes = ["plain"]\n',
    "instances/web1.toml": 'rules = ["all"]\n[[group]]\nname = "base"\n'
    '[[group.monitor]]\nname = "disks"\nkind = "disk"\n',
}


@pytest.fixture
async def harness(tmp_path):
    """A node with definitions, behind the door of the home folder tmp_path."""
    found = Harness()
    async with a_node(tmp_path, found.service):
        await apply(found)
        yield found


async def apply(harness, **changed):
    given = tuple(Document(**one) for one in documents(**changed))
    await harness.service.definitions.apply(AKI, given)


def written(folder, **changed):
    for name, text in (FOLDER | changed).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return str(folder)


async def the_mail(harness):
    """The payload of the one that waits."""
    (row,) = await harness.store.queue()
    waiting, _ = await harness.store.envelope(row.envelope.id)
    return waiting.envelope.payload


async def test_a_mail_is_queued_and_its_id_is_printed(harness, tmp_path):
    argv = ("send", "--to", "ops", "--subject", "点検", "--text", "本文")
    told = await typed(*argv, home=tmp_path)
    (waiting,) = await harness.store.queue()
    assert (told.code, told.out) == (WAITS, f"{waiting.envelope.id}\n")
    assert told.err.startswith("To ops: not sent yet; waiting for its turn\n")
    assert (
        f"until it can be sent. Details: noroshi queue show {waiting.envelope.id}" in told.err
    )
    assert waiting.envelope.payload["subject"] == "点検"


async def settled_soon(harness, **said):
    """The mail that comes is tried, and each address gets that answer."""
    while not await harness.store.queue():  # noqa: ASYNC110  another process sends it
        await asyncio.sleep(0.01)
    now = harness.time.now
    node = await harness.store.begin("sender", now)
    parcel = await harness.store.claim_parcel(node, "plain", now)
    answers = {f"{name}@example.com": Answer(verdict) for name, verdict in said.items()}
    receipt = Receipt(at=now, answers=answers, route="plain")
    assert await harness.store.settle(parcel, receipt, decide_fate(parcel, receipt, 0.0))


async def test_an_address_that_was_refused_is_told_beside_one_that_was_taken(harness, tmp_path):
    await apply(harness, contacts__ops={"addresses": ["a@example.com", "b@example.com"]})
    argv = ("send", "--to", "ops", "--subject", "s", "--text", "t", "--route", "plain")
    told, _ = await asyncio.gather(
        typed(*argv, home=tmp_path),
        settled_soon(harness, a=Verdict.ACCEPTED, b=Verdict.REFUSED),
    )
    accepted, refused = told.err.splitlines()[:2]
    assert accepted.startswith("To ops: accepted by the server")
    assert told.code == ASIDE
    assert "refused" in refused and "b@example.com" in refused and "a@" not in refused


async def test_a_mail_that_was_accepted_ends_with_0(harness, tmp_path):
    argv = (
        "send",
        "--to",
        "ops",
        "--subject",
        "s",
        "--text",
        "t",
        "--route",
        "plain",
        "--json",
    )
    told, _ = await asyncio.gather(
        typed(*argv, home=tmp_path), settled_soon(harness, ops=Verdict.ACCEPTED)
    )
    (mail,) = json.loads(told.out)["mails"]
    assert (told.code, mail["state"], told.err) == (0, "accepted", "")


@pytest.mark.parametrize("refusal", [ForbiddenError, OperationFailedError])
async def test_who_cannot_look_is_told_that_it_is_not_known(tmp_path, refusal):
    """A token may be allowed to send alone; and a store in trouble has the mail all the same: by
    the code of a failure a script would send it twice."""
    unseen = refusal_as_json(refusal(bilingual(en="not to be seen", ja="見られません")))

    async def door(reader, writer):
        asked = json.loads(await reader.readline())
        answer = {"ok": {"ids": ["01J/send/ops"]}} if asked["op"] == "send" else unseen
        writer.write(json.dumps(answer).encode() + b"\n")
        writer.close()

    (tmp_path / "noroshi.toml").write_text('name = "node"\n')
    async with await asyncio.start_unix_server(door, str(tmp_path / "door.sock")):
        argv = ("send", "--to", "ops", "--subject", "s", "t")
        told = await typed(*argv, home=tmp_path)
    assert (told.code, told.out) == (WAITS, "01J/send/ops\n")
    assert "It is not known whether it was sent: not to be seen" in told.err


async def test_a_mail_that_was_set_aside_does_not_go_by_itself(harness, tmp_path):
    argv = ("send", "--to", "ops", "--subject", "s", "--text", "t", "--route", "plain")
    told, _ = await asyncio.gather(
        typed(*argv, home=tmp_path), settled_soon(harness, ops=Verdict.REFUSED)
    )
    assert "undeliverable" in told.err and "until it can be sent" not in told.err
    assert told.code == ASIDE
    assert "noroshi queue release" in told.err


async def test_a_mails_text_may_stand_behind_the_options(harness, tmp_path):
    told = await typed("send", "--to", "ops", "--subject", "s", "It works.", home=tmp_path)
    assert told.code == WAITS and (await the_mail(harness))["text"] == "It works."


async def test_a_text_that_is_given_twice_is_refused(harness, tmp_path):
    told = await typed(
        "send", "--to", "ops", "--subject", "s", "a", "--text", "b", home=tmp_path
    )
    assert told.code == 2 and "--text" in told.err
    assert await harness.store.queue() == []


async def test_a_mails_text_may_come_by_a_pipe(harness, tmp_path):
    argv = ("send", "--to", "ops", "--subject", "s", "--level", "critical")
    assert (await typed(*argv, home=tmp_path, given="一行\n二行\n")).code == WAITS
    mail = await the_mail(harness)
    assert (mail["text"], mail["importance"]) == ("一行\n二行\n", "high")


async def test_what_is_no_text_is_refused_before_it_is_sent(harness, tmp_path):
    argv = ("send", "--to", "ops", "--subject", b"\xff", "--text", "t", "--lang", "ja")
    told = await typed(*argv, home=tmp_path)
    assert told.code == 3 and told.err.startswith(
        "引数に、端末の文字コードとして正しくない文字があります"
    )
    assert await harness.store.queue() == []


async def test_what_a_node_answers_before_it_has_read_all_is_told(tmp_path):
    """Who is sent away at the door has said more than anybody there will listen to."""
    sent_away = refusal_as_json(ForbiddenError(bilingual(en="go away", ja="お帰りください")))

    async def door(reader, writer):
        await reader.readexactly(1)
        writer.write(json.dumps(sent_away).encode() + b"\n")
        writer.close()

    home = tmp_path / "home"
    home.mkdir()
    (home / "noroshi.toml").write_text('name = "node"\n')
    async with await asyncio.start_unix_server(door, str(home / "door.sock")):
        argv = ("send", "--to", "ops", "--subject", "s")
        told = await typed(*argv, home=home, given="t" * (8 << 20))
    assert (told.code, told.err) == (5, "go away\n")


async def test_a_mail_that_cannot_go_tells_every_reason(harness, tmp_path):
    argv = ("send", "--to", "opps", "--subject", "s", "--text", "t", "--route", "nowhere")
    told = await typed(*argv, home=tmp_path)
    assert (told.code, told.out) == (3, "")
    assert (
        "  to: “opps” is not an email address, and there is no contact of that name (did you mean ops?)"
        in told.err
    )
    assert "  routes: there is no route “nowhere”" in told.err


@pytest.mark.parametrize(
    "argv",
    [
        pytest.param(("--version",), id="version"),
        pytest.param(("status",), id="status"),
        pytest.param(("send", "--to", "ops", "--subject", "s", "--text", "t"), id="send"),
        pytest.param(("queue", "list"), id="queue list"),
        pytest.param(("kinds",), id="kinds"),
    ],
)
async def test_a_command_that_must_be_quick_loads_nothing_heavy(harness, tmp_path, argv):
    told = await typed(*argv, home=tmp_path, before=LOADED)
    assert told.code == (WAITS if argv[0] == "send" else 0)
    heavy = HEAVY if argv[0] in ("status", "queue", "kinds") else (*HEAVY, READER)
    assert [name for name in heavy if name in told.err.splitlines()] == []
    assert all(map(find_spec, (*HEAVY, READER)))  # a name that there is not is never loaded


async def test_the_version_loads_no_module_of_ours_but_the_first(tmp_path):
    told = await typed("--version", before=LOADED)
    ours = [name for name in told.err.splitlines() if name.startswith("noroshi")]
    assert ours == ["noroshi", "noroshi.cli"]


@pytest.mark.parametrize("command", ["status", "health"])
async def test_a_number_of_what_waits_says_of_what_it_is(harness, tmp_path, command):
    await typed("send", "--to", "ops", "--subject", "s", "t", home=tmp_path)
    told = await typed("--lang", "en", command, home=tmp_path)
    assert re.search(r"\d messages? waiting", told.out)
    assert ("1 message waiting (0 alarms; oldest" in told.out) is (command == "status")
    assert "待機中のメール " in (await typed("--lang", "ja", command, home=tmp_path)).out


async def test_status_says_what_is_wrong_first(harness, tmp_path):
    await harness.measured()
    told = (await typed("status", home=tmp_path)).out.splitlines()
    assert told[0] == "◆ CRITICAL: the only monitor is not OK."
    assert told[1] == "▨ 1 of 2 routes cannot send."
    assert any(re.match(r"  ◆ CRITICAL  web1/base/disks  /var  since ", line) for line in told)
    assert any(line.endswith("used 95.2% (limit 90%)") for line in told)


async def test_a_route_that_needs_somebody_and_holds_no_token_cannot_send(harness, tmp_path):
    app = CONTENT["accounts/box"] | {"sign_in": "app"}
    await harness.service.definitions.apply(
        AKI, tuple(Document(**d) for d in documents(accounts__box=app))
    )
    await harness.service.sign_in.set_secret(AKI, "app", OLD_SECRET)
    with pytest.raises(OperationFailedError):
        await harness.service.sign_in.authorize_app(AKI, "m365")
    told = (await typed("status", home=tmp_path)).out
    assert CANNOT_SEND.fill(bad=1, count=2).en in told.splitlines()
    assert NEED_SOMEBODY.fill(bad=1, count=2).en not in told.splitlines()


async def test_nothing_is_said_to_be_well_by_a_way_that_nothing_has_gone(harness, tmp_path):
    await harness.measured(level=Level.OK, used=12.0)
    await harness.service.sign_in.set_secret(AKI, "app", CANARY)
    await harness.service.sign_in.authorize_begin(AKI, "m365")
    await harness.service.sign_in.authorize_finish(
        AKI, "m365", "http://localhost/?code=good&state=S"
    )
    told = (await typed("status", home=tmp_path)).out.splitlines()
    assert told[0] == "○ The only monitor is OK."
    assert (
        told[1]
        == "－ Not verified yet, because no message has been accepted so far: m365, plain."
    )


async def test_what_was_never_measured_is_not_called_ok(harness, tmp_path):
    told = (await typed("status", home=tmp_path)).out
    assert told.startswith("· The only monitor has not been measured yet.")
    assert "  · not yet  web1/base/disks" in told


async def test_one_that_is_ok_is_told_in_the_singular(tmp_path):
    monitors = [{"name": name, "kind": "disk"} for name in ("disks", "more")]
    web = {"rules": ["all"], "group": [{"name": "base", "monitor": monitors}]}
    harness = Harness()
    async with a_node(tmp_path, harness.service):
        await apply(harness, instances__web1=web)
        await harness.measured(level=Level.OK, used=5.0)
        told = (await typed("status", home=tmp_path)).out
    assert told.startswith("○ 1 of 2 monitors is OK; 1 not measured yet.")


async def test_its_own_watch_has_titles_in_the_readers_language(tmp_path):
    harness = Harness(checks=CHECKS)
    async with a_node(tmp_path, harness.service):
        await apply(harness)
        in_english = (await typed("status", "--all", home=tmp_path)).out
        in_japanese = (await typed("--lang", "ja", "status", "--all", home=tmp_path)).out
    assert "noroshi/mail/queue (Mail › Mail queue)" in in_english
    assert "noroshi/mail/queue (メール送信 › 送信キュー)" in in_japanese


async def test_a_monitors_title_is_shown_and_its_reason_below_on_a_narrow_terminal(tmp_path):
    disks = {"name": "disks", "kind": "disk", "title": "Disk space"}
    group = {"name": "base", "title": "Base", "monitor": [disks]}
    harness = Harness()
    async with a_node(tmp_path, harness.service):
        await apply(harness, instances__web1={"rules": ["all"], "group": [group]})
        await harness.measured()
        told = (await typed("status", home=tmp_path, COLUMNS="80")).out
    assert "  ◆ CRITICAL  web1/base/disks (Base › Disk space)  /var  since " in told
    assert "\n      used 95.2% (limit 90%)\n" in told


async def test_status_says_when_a_sign_in_was_last_renewed(harness, tmp_path):
    await harness.service.sign_in.set_secret(AKI, "app", CANARY)
    await harness.service.sign_in.authorize_begin(AKI, "m365")
    await harness.service.sign_in.authorize_finish(
        AKI, "m365", "http://localhost/?code=good&state=S"
    )
    told = (await typed("status", home=tmp_path)).out
    assert re.search(r"  － not verified yet  m365 +post  sign-in renewed ", told)
    routes = json.loads((await typed("status", "--json", home=tmp_path)).out)["routes"]
    renewed = {route["name"]: route["renewed"] for route in routes}
    assert datetime.fromisoformat(renewed["m365"]) == harness.time.now
    assert renewed["plain"] is None


async def test_a_route_whose_rest_is_over_is_tried_with_the_next_mail(harness, tmp_path):
    await harness.service.queue.send(AKI, ("ops",), "s", "t", ("plain",))
    await harness.attempted("plain", DOWN, "connection refused")
    assert (
        "refused. Next attempt: " in (await typed("status", home=tmp_path, COLUMNS="200")).out
    )
    told = (await typed("--lang", "ja", "status", home=tmp_path, COLUMNS="200")).out
    assert "connection refused。次の試行: " in told
    harness.time.pass_by(seconds=86400)
    told = (await typed("status", home=tmp_path, COLUMNS="200")).out
    assert (
        "Next attempt: " not in told and "The route is retried with the next message." in told
    )


async def test_a_mail_that_came_back_is_shown_with_the_report(harness, tmp_path):
    sent = await harness.service.queue.send(AKI, ("ops",), "s", "t", ("plain",))
    await harness.attempted("plain", Verdict.ACCEPTED, "OK", 250)
    told = (await typed("queue", "show", sent.ids[0], home=tmp_path, COLUMNS="200")).out
    assert re.search(r"\narrival not confirmed +Delivery is not verified, and ", told)
    back = Arrival(
        address="ops@example.com", state="came back", reported_at=DAWN, text="550 5.1.10 no"
    )
    await harness.store.record_arrival(sent.ids[0], back)
    told = (await typed("queue", "show", sent.ids[0], home=tmp_path, COLUMNS="200")).out
    assert re.search(r"\nstate +bounced\n", told) and "arrival not confirmed" not in told
    assert "not verified" not in told
    assert re.search(r"\n  .*  bounced  ops@example.com  550 5.1.10 no\n", told)
    assert "remaining routes" not in told and "remaining addresses" not in told


async def test_status_in_japanese_keeps_its_columns(harness, tmp_path):
    await harness.measured()
    told = (await typed("status", "--lang", "ja", home=tmp_path)).out
    assert "◆ 危険: 監視項目 (1件) が正常ではありません。" in told
    assert "\n  ▨ 未サインイン   m365                post  " in told
    assert "\n  － 送信実績なし  plain (Old server)  post\n" in told


async def test_status_for_programs_holds_both_languages(harness, tmp_path):
    await harness.measured()
    status = json.loads((await typed("status", "--json", home=tmp_path)).out)
    assert status["running"] is True and status["level"] == "critical"
    words = status["monitors"][0]["items"][0]["words"]
    assert words["ja"] == "使用率 95.2% (しきい値 90% 以上)"
    assert datetime.fromisoformat(status["at"]).utcoffset() is not None


@pytest.mark.parametrize(
    ("level", "route", "code"),
    [
        pytest.param(Level.OK, None, 0, id="all is well"),
        pytest.param(Level.WARNING, None, 1, id="a warning"),
        pytest.param(Level.OK, DOWN, 1, id="a route is down"),
        pytest.param(Level.OK, REFUSED, 1, id="a message is undeliverable"),
        pytest.param(Level.OK, DEFERRED, 0, id="a mail waits"),
    ],
)
async def test_status_answers_a_script_by_its_exit_code(tmp_path, level, route, code):
    harness = Harness()
    told = tuple(
        documents(
            routes__m365=None,
            rules__all={"action": "mail", "contacts": ["ops"], "routes": ["plain"]},
        )
    )
    async with a_node(tmp_path, harness.service):
        await harness.service.definitions.apply(AKI, tuple(Document(**one) for one in told))
        await harness.measured(level=level, used=50.0)
        if route is not None:
            await harness.service.queue.send(AKI, ("ops",), "s", "t")
            await harness.attempted("plain", route, "no", 550)
        assert (await typed("status", "--check", home=tmp_path)).code == code
        assert (await typed("status", home=tmp_path)).code == 0


async def test_the_same_answer_again_and_again_is_told_once_with_how_often(harness, tmp_path):
    await harness.service.queue.send(AKI, ("ops",), "s", "t", ("plain",))
    (one,) = await harness.store.queue()
    for text in ("busy [a1]", "busy [b2]", "busy [c3]", "no such user", "busy"):
        await harness.attempted("plain", DEFERRED, text)
        harness.time.pass_by(minutes=30)
    told = (await typed("queue", "show", one.envelope.id, home=tmp_path)).out
    _, _, attempts = told.partition("Attempts\n")
    lines = attempts.splitlines()[:3]
    assert re.search(r"06:00–.*07:00 \(3 times\) +deferred .*busy \[c3\]", lines[0])
    assert "no such user" in lines[1] and "times" not in lines[1]
    assert lines[2].endswith("busy")


async def test_the_queue_is_listed_and_one_of_it_shown(harness, tmp_path):
    await harness.service.queue.send(AKI, ("ops",), "点検のお知らせ", "本文\n二行", ("plain",))
    await harness.attempted("plain", DEFERRED, "mailbox busy", 450)
    listed = (await typed("queue", "list", home=tmp_path)).out.splitlines()
    assert listed[0].split() == ["STATE", "ID", "TO", "NEXT", "ATTEMPT", "ATTEMPTS", "SUBJECT"]
    assert listed[1].startswith("waiting  ") and listed[1].endswith("点検のお知らせ")
    assert listed[2] == "    waiting for plain: mailbox busy"
    id = listed[1].split()[1]
    shown = (await typed("queue", "show", id, "--lang", "ja", home=tmp_path)).out
    assert "あとで再試行  plain  ops@example.com  450 mailbox busy" in shown
    assert "待機理由      mailbox busy" in shown
    assert "  本文\n  二行" in shown


async def test_a_try_that_is_due_is_told_as_now(harness, tmp_path):
    harness.time.now = datetime.now(UTC)
    await harness.service.queue.send(AKI, ("ops",), "s", "t", ("plain",))
    told = (await typed("queue", "list", home=tmp_path)).out.splitlines()
    assert re.search(r"  ops  now +0 +s$", told[1])


async def test_an_accepted_mail_has_no_routes_left(harness, tmp_path):
    await harness.service.queue.send(AKI, ("ops",), "s", "t", ("plain",))
    (one,) = await harness.store.queue()
    told = (await typed("queue", "show", one.envelope.id, home=tmp_path)).out
    assert "remaining routes" in told and "remaining addresses" in told
    await harness.attempted("plain", Verdict.ACCEPTED, "taken", 250)
    told = (await typed("queue", "show", one.envelope.id, home=tmp_path)).out
    assert "accepted for" in told
    assert "remaining routes" not in told and "remaining addresses" not in told


async def test_an_attempt_shows_our_words_in_the_persons_language_and_the_servers(
    harness, tmp_path
):
    (id,) = (await harness.service.queue.send(AKI, ("ops",), "s", "t")).ids
    words = bilingual(
        en="it took the mail, and said nothing", ja="渡しましたが返事がありません"
    )
    await harness.attempted("plain", DOWN, "4.7.0 later", 454, words)
    shown = (await typed("queue", "show", id, "--lang", "ja", home=tmp_path)).out
    assert "渡しましたが返事がありません (454 4.7.0 later)" in shown
    assert words.ja in (await typed("status", "--lang", "ja", home=tmp_path)).out


async def test_the_queue_for_programs_is_json(harness, tmp_path):
    await harness.service.queue.send(AKI, ("ops",), "s", "t")
    (one,) = json.loads((await typed("queue", "list", "--json", home=tmp_path)).out)
    shown = await typed("queue", "show", one["id"], "--json", home=tmp_path)
    assert json.loads(shown.out)["queued"] == one


async def test_a_mail_that_was_set_aside_is_tried_again(harness, tmp_path):
    await harness.service.queue.send(AKI, ("ops",), "s", "t", ("plain",))
    await harness.attempted("plain", REFUSED, "no such user", 550)
    (one,) = await harness.store.queue()
    told = await typed("queue", "retry", one.envelope.id, home=tmp_path)
    assert told.code == 0
    (one,) = await harness.store.queue()
    assert one.state == ""


async def test_a_mail_that_is_not_there_is_refused(harness, tmp_path):
    told = await typed("queue", "retry", "01J/x", home=tmp_path)
    assert (told.code, told.out) == (5, "")


async def test_a_folder_is_planned_applied_and_exported(tmp_path):
    harness, folder = Harness(), tmp_path / "defs"
    async with a_node(tmp_path, harness.service):
        given = written(folder)
        planned = await typed("plan", given, home=tmp_path)
        assert planned.code == 0 and "  + instances/web1\n" in planned.out
        assert f"noroshi apply --base 0 {given}" in planned.out
        applied = await typed("apply", given, "--base", "0", home=tmp_path)
        assert (applied.code, applied.err) == (0, "")
        assert (await typed("export", str(tmp_path / "out"), home=tmp_path)).code == 0
        again = await typed("plan", str(tmp_path / "out"), home=tmp_path)
        assert again.out.startswith("No differences from version 1.\n")
    assert (tmp_path / "out" / "instances" / "web1.toml").is_file()


async def test_values_that_are_still_the_examples_are_named_before_and_after_an_apply(tmp_path):
    """Only check-config named them, and a newcomer had left it out."""
    harness, left = Harness(), "\n  contacts/ops.toml: addresses.0: ops@example.com\n"
    async with a_node(tmp_path, harness.service):
        given = written(tmp_path / "defs")
        for command in ("plan", "apply", "plan"):
            told = await typed(command, given, home=tmp_path)
            assert told.code == 0 and left in told.out and "from the examples" in told.out
        (found,) = json.loads((await typed("plan", given, "--json", home=tmp_path)).out)[
            "placeholders"
        ]
        assert found == {"where": "contacts/ops.toml: addresses.0", "value": "ops@example.com"}
        file = str(tmp_path / "defs/contacts/ops.toml")
        told = await typed("definition", "set", "contacts/ops", file, home=tmp_path)
        assert told.code == 0 and left in told.out
        (tmp_path / "defs/contacts/ops.toml").write_text('addresses = ["ops@kaisha.co.jp"]')
        told = await typed("apply", given, home=tmp_path)
        assert told.code == 0 and "from the examples" not in told.out


async def test_an_export_loses_nothing_that_is_there_unless_it_must(harness, tmp_path):
    out = tmp_path / "out"
    assert (await typed("export", str(out), home=tmp_path)).code == 0
    assert (await typed("export", str(out), home=tmp_path)).code == 0
    written(out, **{"rules/draft.toml": "# mine", "contacts/ops.toml": "# ours"})
    told = await typed("export", str(out), home=tmp_path)
    assert (told.code, told.out) == (5, "")
    assert "  contacts/ops.toml: would be overwritten" in told.err
    assert "  rules/draft.toml: would be removed" in told.err
    assert (out / "rules/draft.toml").read_text("utf-8") == "# mine"
    assert (await typed("export", str(out), "--force", home=tmp_path)).code == 0
    assert not (out / "rules/draft.toml").exists()


async def test_a_folder_of_something_else_cannot_be_exported_to(harness, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "letter.txt").write_text("mine")
    told = await typed("export", str(out), home=tmp_path)
    assert (told.code, told.out) == (3, "")
    assert told.err.startswith(
        f"Cannot export to {out} because of 1 problem. Nothing was written."
    )
    assert [one.name for one in out.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize("command", ["plan", "apply"])
async def test_definitions_with_mistakes_end_with_3_and_tell_all(tmp_path, command):
    bad = 'action = "mail"\ncontacts = ["x"]\nroutes = ["y"]\n'
    folder = written(tmp_path / "defs", **{"rules/all.toml": bad})
    async with a_node(tmp_path, Harness().service):
        told = await typed(command, folder, home=tmp_path)
    assert (told.code, told.out) == (3, "")
    assert told.err.count("rules/all.toml") == 2


async def test_a_file_that_is_no_toml_ends_with_3(tmp_path):
    folder = written(tmp_path / "defs", **{"contacts/ops.toml": "addresses = ["})
    async with a_node(tmp_path, Harness().service):
        told = await typed("apply", folder, home=tmp_path)
    assert told.code == 3 and "contacts/ops.toml" in told.err


async def test_a_plan_for_programs_is_json(tmp_path):
    bad = 'action = "mail"\ncontacts = ["x"]\nroutes = ["plain"]\n'
    folder = written(tmp_path / "defs", **{"rules/all.toml": bad})
    async with a_node(tmp_path, Harness().service):
        told = await typed("plan", folder, "--json", home=tmp_path)
    assert told.code == 3 and len(json.loads(told.out)["problems"]) == 1


async def test_an_edit_on_an_old_version_is_refused(harness, tmp_path):
    folder = written(tmp_path / "defs")
    told = await typed("apply", folder, "--base", "0", home=tmp_path)
    assert (told.code, told.out) == (5, "")
    assert "noroshi plan" in told.err


async def test_the_kinds_are_listed_and_one_is_told_in_full(harness, tmp_path):
    assert "  disk  ディスク" in (await typed("kinds", "--lang", "ja", home=tmp_path)).out
    told = (await typed("kinds", "disk", home=tmp_path)).out
    assert "include" in told and "Mount points to watch." in told
    listed = json.loads((await typed("kinds", "--json", home=tmp_path)).out)
    assert [kind["kind"] for kind in listed] == ["disk", "mail", "examined", "post", "stopped"]
    assert (await typed("kinds", "floppy", home=tmp_path)).code == 5


async def test_the_kinds_are_told_to_a_program_letter_by_letter_as_the_node_answers(
    harness, tmp_path
):
    answered = (await run_as_json(harness.service, AKI, "kinds", {}))["ok"]
    (disk,) = [kind for kind in answered if kind["kind"] == "disk"]
    for argv, expected in ((), answered), (("disk",), [disk]):
        told = await typed("kinds", *argv, "--json", home=tmp_path)
        assert told.out == json.dumps(expected, ensure_ascii=False, indent=2) + "\n"


async def test_a_store_that_fails_ends_with_1(tmp_path):
    store = FaultyStore(MemoryStore())
    store.is_failing = True
    async with a_node(tmp_path, Harness(store).service):
        told = await typed("status", home=tmp_path)
    assert told.code == 1 and "disk is full" in told.err


async def test_nobody_behind_the_door_that_was_named_ends_with_4(tmp_path):
    told = await typed("status", "--door", str(tmp_path / "door.sock"))
    assert told.code == 4 and "noroshi serve" in told.err


async def test_a_door_can_be_named_where_the_home_folder_cannot_be_read(harness, tmp_path):
    door = str(tmp_path / "door.sock")
    assert (await typed("status", home="/nonexistent", NOROSHI_DOOR=door)).code == 0


async def test_settings_that_cannot_be_used_are_told_all_at_once(tmp_path):
    (tmp_path / "noroshi.toml").write_text('nome = "x"\nlanguage = "fr"\nprograms = ["bin"]\n')
    told = await typed("status", home=tmp_path)
    assert told.code == 3
    assert [name in told.err for name in ("nome", "language", "programs")] == [True] * 3


async def test_a_home_folder_too_long_for_a_door_is_told_as_such(tmp_path):
    home = tmp_path / ("x" * 107)
    home.mkdir()
    (home / "noroshi.toml").write_text('name = "node"\n')
    told = await typed("status", home=home)
    assert told.code == 3 and "door.sock is too long for a socket" in told.err


async def test_a_home_folder_that_is_not_there_is_told_with_what_makes_it(tmp_path):
    told = await typed("status", home=tmp_path / "none")
    assert told.code == 3 and "noroshi init" in told.err


async def test_a_reader_that_goes_away_is_no_failure(harness, tmp_path):
    script = (
        "import subprocess, sys; argv = [sys.executable, '-m', 'noroshi.cli', 'kinds', '--json'];"
        "noroshi = subprocess.Popen(argv, stdout=subprocess.PIPE); noroshi.stdout.close();"
        "sys.exit(noroshi.wait())"
    )
    told = await typed(home=tmp_path, before=("-c", script))
    assert (told.code, told.err) == (0, "")


async def test_a_secret_is_nowhere_in_what_is_printed(harness, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text(CANARY)
    argv = ("authorize", "m365", "--secret-file", str(secret))
    told = [await typed(*argv, home=tmp_path, given="http://localhost/?code=bad&state=S")]
    asked = ("status --json", "kinds --json", "queue list --json", f"export {tmp_path / 'out'}")
    told += [await typed(*command.split(), home=tmp_path) for command in asked]
    assert await harness.vault.names()
    files = [path.read_text("utf-8") for path in (tmp_path / "out").rglob("*.toml")]
    assert CANARY not in "".join([*files, *(one.out + one.err for one in told)])


async def test_an_empty_folder_is_not_applied_unless_that_is_meant(harness, tmp_path):
    (tmp_path / "empty").mkdir()
    told = await typed("apply", str(tmp_path / "empty"), home=tmp_path)
    assert told.code == 5 and "noroshi apply --empty DIR" in told.err
    assert (await harness.store.current()).number == 1
    told = await typed("plan", str(tmp_path / "empty"), home=tmp_path)
    assert told.code == 0 and "noroshi apply --empty DIR" in told.out.splitlines()[-1]
    assert (await typed("apply", "--empty", str(tmp_path / "empty"), home=tmp_path)).code == 0
    assert (await harness.store.current()).documents == ()


async def test_what_somebody_should_know_stands_below_the_differences(harness, tmp_path):
    await harness.service.queue.send(AKI, ("ops",), "s", "t", ("m365",))
    folder = written(tmp_path / "defs")
    for command in ("plan", "apply"):
        told = (await typed(command, folder, home=tmp_path)).out
        _, _, below = told.partition("Check the following:\n")
        assert below.startswith("  1 message is waiting for a removed route (m365).")


async def test_of_many_changes_the_first_are_listed_and_the_rest_is_counted(harness, tmp_path):
    folder = tmp_path / "many"
    (folder / "contacts").mkdir(parents=True)
    for number in range(1004):
        text = 'addresses = ["a@example.com"]\n'
        (folder / f"contacts/c{number:04}.toml").write_text(text)
    told = (await typed("apply", "--empty", str(folder), home=tmp_path)).out
    count = (await harness.service.versions.show(AKI, 2)).more_changed + 1000
    assert f"Version 2 is in effect, with {count} changes\n" in told
    assert f"\n  … and {count - 1000} more\n" in told
    told = (await typed("versions", "2", home=tmp_path)).out
    assert f"{count} changes in version 2\n" in told


@pytest.mark.parametrize("given", [(), ("--home", "{home}")])
async def test_a_command_in_what_the_node_says_is_typed_as_this_one_was(
    harness, tmp_path, given
):
    option = tuple(part.format(home=tmp_path) for part in given)
    shown = await typed("queue", "show", "01X", *option, home=tmp_path)
    command = " ".join(("noroshi queue list", *option))
    assert shown.err.rstrip().endswith(f"See: {command}")
