"""Ask for what has to be known, in its order; each answer is kept before the next question."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from noroshi.cli.errors import RefusedError
from noroshi.cli.setup import setup_texts
from noroshi.cli.setup.dialogue import Dialogue
from noroshi.cli.setup.drafts import Drafts
from noroshi.cli.setup.setup_texts import NO_ADDRESS
from noroshi.core.definitions.value_syntax import is_address
from noroshi.core.route_readiness import Sends, nothing_against
from noroshi.core.translation import NOTHING, Message, _, plain
from noroshi.guides import WAYS
from noroshi.guides.setup_goal import NOT_YET, SetupGoal, is_answered, known_of, way_of

GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
DOMAIN = re.compile(r"\w[\w-]*(\.[\w-]+)+")
FIRST = {"smtp": "smtp1", "graph": "graph1"}
KINDS = ("smtp", "graph")
BESIDE = _("{name} [{mark}]")


def wanted_by(talk: Dialogue, kept: Drafts) -> SetupGoal:
    """All that decides what the administrator has to do; in force once this returns."""
    found = _beginning(talk, kept)
    if not kept.only_looks and _sends(talk, found.account):
        kept.hold()
        talk.held = True
        talk.say(setup_texts.HELD)
    begun = bool(found.way) and _has_route(kept, found.account)
    if begun and talk.yes(_summary(found, kept)):
        return _as_given(talk, kept, found)
    found = replace(found, mailbox=_mailbox(talk, found.mailbox))
    found = with_tenant(talk, kept, _with(found, tenant=talk.given.tenant))
    found = _with_way(talk, found)
    kept.keep(found, route=False)
    if not begun:
        found = _with_kind(talk, found)
    found = _delegated(talk, replace(found, person=_person(talk, found)))
    kept.keep(found)
    return found


def with_tenant(talk: Dialogue, kept: Drafts, wanted: SetupGoal) -> SetupGoal:
    """The tenant's own ID, found by the mailbox's domain where nobody gave one."""
    domain = wanted.mailbox.rpartition("@")[2]
    tried = replace(wanted, tenant=wanted.tenant or domain)
    if kept.only_looks:  # the node asks for those of accounts in force alone
        return tried
    before = kept.all("accounts").get(wanted.account, {}).get("tenant") or domain
    kept.keep(tried, route=False)  # what is refused here, as a cloud is, no tenant mends

    def prove() -> SetupGoal:
        kept.keep(tried, route=False)
        try:
            answer = talk.asked.call("account_tenant", account=tried.account, **kept.trial)
        except (
            RefusedError
        ):  # a route that sends by this account goes on by the one that was there
            kept.keep(replace(tried, tenant=before), route=False)
            raise
        by_id = answer["id"] == tried.tenant.lower()
        words = setup_texts.TENANT_THERE if by_id else setup_texts.TENANT_FOUND
        talk.done(words.fill(tenant=tried.tenant, id=answer["id"], host=answer["host"]))
        if talk.held and not tried.alone and tried.tenant == before:
            return tried  # its ID would be another tenant to whoever keeps the sign-in
        return replace(tried, tenant=answer["id"])

    def ask(refused: RefusedError) -> bool:
        nonlocal tried
        if not talk.may_ask or talk.given.yes:
            return False
        typed = talk.text(
            setup_texts.TENANT,
            option="--tenant",
            default=domain if domain != tried.tenant else "",
            check=_no_tenant,
        )
        tried = replace(tried, tenant=typed)
        return True

    return talk.until_proved(
        prove, ask
    )  # kept with the next answer: one version less to tell of


def client_id(talk: Dialogue, *, empty: bool) -> str:
    """The app's, as the portal shows it; "" if nobody knows it yet."""
    if empty and not talk.given.client_id:
        talk.say(setup_texts.NOT_KNOWN_YET)
    return talk.text(
        setup_texts.CLIENT_ID,
        option="--client-id",
        given=talk.given.client_id,
        check=lambda text: None if GUID.fullmatch(text) else setup_texts.NO_GUID,
        empty=empty,
    )


def _beginning(talk: Dialogue, kept: Drafts) -> SetupGoal:
    """Return what options say, and else what an earlier setup left."""
    given = talk.given
    accounts, routes = kept.all("accounts"), kept.all("routes")
    before = accounts.get(given.account, {})
    known = known_of(before)
    mine = _routes_of(routes, given.account)
    kind = _named_kind(given)
    if "mailbox" in known and (mine or is_answered(before)):
        known["way"] = way_of(before)
        known["secret"] = bool(before.get("secret"))
    if "mailbox" in known and mine:
        kind = kind or str(routes[mine[0]].get("kind", "smtp"))
    kind = kind if kind in KINDS else "smtp"
    entry = str(before.get("secret") or "") or _entry_for(talk, given.account)
    found = SetupGoal(account=given.account, route="", kind=kind, entry=entry, **known)
    found = replace(found, route=_route_for(given.route, routes, found))
    return _with(found, cloud=given.cloud, redirect=given.redirect, network=given.network)


def _entry_for(talk: Dialogue, account: str) -> str:
    """The account's own name, or one that nothing names yet: no secret takes another one's place."""
    taken = {one["name"] for one in talk.asked.call("secret_list") if one["named_by"]}
    number = 1
    while (entry := f"{account}-{number}" if number > 1 else account) in taken:
        number += 1
    return entry


def _as_given(talk: Dialogue, kept: Drafts, found: SetupGoal) -> SetupGoal:
    """Return what is known already, but for what an option says anew."""
    given = talk.given
    changed = _with(found, mailbox=given.mailbox, tenant=given.tenant, person=given.person)
    changed = _delegated(talk, changed)
    if _named_way(given):
        changed = _with_way(talk, changed)
        changed = _delegated(talk, replace(changed, person=_person(talk, changed)))
    if given.tenant or not GUID.fullmatch(changed.tenant):
        changed = with_tenant(talk, kept, changed)
    kept.keep(changed)
    return changed


def _route_for(given: str, routes: Mapping[str, Mapping[str, Any]], wanted: SetupGoal) -> str:
    """The route of that kind which the account has already, else a name that is free."""
    if given:
        return given
    for name, one in routes.items():
        if one.get("kind") == wanted.kind and _account_in(one) == wanted.account:
            return name
    first = FIRST[wanted.kind]
    stem, number = first[:-1], 1
    while f"{stem}{number}" in routes:
        number += 1
    return f"{stem}{number}"


def route_beside(kept: Drafts, wanted: SetupGoal, kind: str) -> SetupGoal:
    """The same account by another kind of route."""
    other = replace(wanted, kind=kind)
    return replace(other, route=_route_for("", kept.all("routes"), other))


def _no_tenant(text: str) -> Message | None:
    return None if GUID.fullmatch(text) or DOMAIN.fullmatch(text) else setup_texts.NO_TENANT


def _mailbox(talk: Dialogue, default: str) -> str:
    return talk.text(
        setup_texts.MAILBOX,
        option="--mailbox",
        given=talk.given.mailbox,
        default=default,
        check=lambda text: None if is_address(text) else NO_ADDRESS,
    )


def _with_way(talk: Dialogue, wanted: SetupGoal) -> SetupGoal:
    """How it signs in."""
    way = _named_way(talk.given)
    if not way:
        talk.say(setup_texts.WHICH_WAY)
        ways = list(WAYS)
        default = ways.index(wanted.way) if wanted.way else 0
        way = ways[talk.choice([(WAYS[one], setup_texts.WHY[one]) for one in ways], default)]
    delegated = wanted.delegated or bool(talk.given.shared)
    return replace(wanted, way=way, secret=way != "person-device", delegated=delegated)


def _with_kind(talk: Dialogue, wanted: SetupGoal) -> SetupGoal:
    """By what it sends."""
    if _named_kind(talk.given):
        return wanted
    talk.say(setup_texts.WHICH_KIND)
    kind = KINDS[
        talk.choice([setup_texts.KINDS[one] for one in KINDS], KINDS.index(wanted.kind))
    ]
    return _of_kind(wanted, kind, talk.given.route)


def _delegated(talk: Dialogue, wanted: SetupGoal) -> SetupGoal:
    """Whoever names another than the mailbox says that it is a shared one."""
    shared = bool(talk.given.shared) or wanted.of_other(wanted.person)
    return replace(wanted, delegated=not wanted.alone and (wanted.delegated or shared))


def _of_kind(wanted: SetupGoal, kind: str, given: str) -> SetupGoal:
    if kind == wanted.kind:
        return wanted
    return replace(wanted, kind=kind, route=given or FIRST[kind])


def _person(talk: Dialogue, wanted: SetupGoal) -> str:
    if wanted.alone:
        return ""
    return talk.text(
        setup_texts.PERSON,
        option="--person",
        given=talk.given.person,
        default=wanted.person or ("" if wanted.delegated else wanted.mailbox),
        check=lambda text: None if is_address(text) else NO_ADDRESS,
    )


def _named_way(given: Any) -> str:
    """The way that options name; "" if they leave it open."""
    if given.device or given.here:
        return "person-device" if given.device else "person-here"
    if given.sign_in == "person":
        return "person-paste"
    if given.certificate_file:
        return "app-certificate"
    if given.sign_in == "app":
        return "app-secret" if given.secret_file else "app-certificate"
    return ""


def _named_kind(given: Any) -> str:
    if given.graph:
        return "graph"
    return "smtp" if given.smtp else ""


def _with(wanted: SetupGoal, **given: str | None) -> SetupGoal:
    said_so: dict[str, Any] = {name: value for name, value in given.items() if value}
    return replace(wanted, **said_so)


def _sends(talk: Dialogue, account: str) -> bool:
    """Return whether mails leave by a route of this account, as far as that is known."""
    found = talk.asked.call("route_list")["routes"]
    return any(
        one["account"] == account and nothing_against(Sends(one["sends"])) for one in found
    )


def _has_route(kept: Drafts, account: str) -> bool:
    return bool(_routes_of(kept.all("routes"), account))


def _routes_of(routes: Mapping[str, Mapping[str, Any]], account: str) -> list[str]:
    return [name for name, one in routes.items() if _account_in(one) == account]


def _account_in(route: Mapping[str, Any]) -> str:
    options = route.get("options")
    return str(options.get("account", "")) if isinstance(options, dict) else ""


def _summary(wanted: SetupGoal, kept: Drafts) -> Message:
    app = wanted.client_id if wanted.client_id != NOT_YET else setup_texts.NOT_REGISTERED
    return setup_texts.GO_ON_WITH.fill(
        account=wanted.account,
        route=wanted.route,
        mailbox=wanted.mailbox,
        cloud=_cloud(wanted, kept),
        tenant=wanted.tenant,
        app=app,
        way=WAYS[wanted.way],
        kind=setup_texts.KINDS[wanted.kind][0],
    )


def _cloud(wanted: SetupGoal, kept: Drafts) -> Message:
    """Its name, with the mark of what is no provider's own."""
    mine = _routes_of(kept.all("routes"), wanted.account)
    mark = kept.mark(mine[0]) if mine else NOTHING
    return BESIDE.fill(name=wanted.cloud, mark=mark) if mark != NOTHING else plain(wanted.cloud)
