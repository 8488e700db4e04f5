"""Ask for all that has to be known, in order; each answer is kept before the next question."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from noroshi.cli.errors import RefusedError
from noroshi.cli.setup import setup_texts
from noroshi.cli.setup.dialogue import Dialogue
from noroshi.cli.setup.drafts import Drafts
from noroshi.core.route_readiness import Sends, nothing_against
from noroshi.core.translation import NOTHING, Message, _, plain
from noroshi.guides import WAYS
from noroshi.guides.setup_documents import domain_of, tenant_or_domain
from noroshi.guides.setup_fields import CLIENT_ID, GUID, MAILBOX, PERSON, TENANT
from noroshi.guides.setup_goal import NOT_YET, SetupGoal, is_answered, known_of, way_of
from noroshi.guides.setup_names import FIRST_ROUTES, free_entry, route_for, routes_by
from noroshi.operations import monitor_operations, node_operations, sign_in_operations
from noroshi.operations.sign_in_answers import TenantFound
from noroshi.operations.status_answers import RoutesShown
from noroshi.operations.vault_answers import SecretEntry

KINDS = tuple(FIRST_ROUTES)
BESIDE = _("{name} [{mark}]")


def ask_goal(talk: Dialogue, drafts: Drafts) -> SetupGoal:
    """Ask for all that decides what the administrator has to do; it is in force once this
    returns."""
    goal = _initial_goal(talk, drafts)
    if not drafts.only_looks and _sends(talk, goal.account):
        drafts.hold()
        talk.holds_drafts = True
        talk.say(setup_texts.HELD)
    resumes = bool(goal.way) and _has_route(drafts, goal.account)
    if resumes and talk.yes(_summary(goal, drafts)):
        return _with_options(talk, drafts, goal)
    goal = replace(goal, mailbox=_mailbox(talk, goal.mailbox))
    goal = with_tenant(talk, drafts, _with_fields(goal, tenant=talk.args.tenant))
    goal = _with_way(talk, goal)
    drafts.keep(goal, route=False)
    if not resumes:
        goal = _with_kind(talk, drafts, goal)
    goal = _with_delegation(talk, replace(goal, person=_person(talk, goal)))
    drafts.keep(goal)
    return goal


def with_tenant(talk: Dialogue, drafts: Drafts, goal: SetupGoal) -> SetupGoal:
    """Return the goal with the tenant's own ID, found by the mailbox's domain where nobody gave
    one."""
    domain = domain_of(goal.mailbox)
    candidate = replace(goal, tenant=tenant_or_domain(goal.tenant, goal.mailbox))
    if drafts.only_looks:  # the node asks for those of accounts in force alone
        return candidate
    previous_tenant = drafts.all("accounts").get(goal.account, {}).get("tenant") or domain
    drafts.keep(candidate, route=False)  # what is refused here, as a cloud is, no tenant mends

    def prove() -> SetupGoal:
        drafts.keep(candidate, route=False)
        try:
            answer = talk.context.ask(
                sign_in_operations.ACCOUNT_TENANT,
                TenantFound,
                account=candidate.account,
                **drafts.trial,
            )
        except (
            RefusedError
        ):  # a route that sends by this account goes on by the one that was there
            drafts.keep(replace(candidate, tenant=previous_tenant), route=False)
            raise
        by_id = answer.id == candidate.tenant.lower()
        words = setup_texts.TENANT_THERE if by_id else setup_texts.TENANT_FOUND
        talk.say_success(words.fill(tenant=candidate.tenant, id=answer.id, host=answer.host))
        if talk.holds_drafts and not candidate.app_only and candidate.tenant == previous_tenant:
            return candidate  # its ID would be another tenant to whoever keeps the sign-in
        return replace(candidate, tenant=answer.id)

    def ask(refusal: RefusedError) -> bool:
        nonlocal candidate
        if not talk.may_ask or talk.args.yes:
            return False
        tenant = talk.answer(TENANT, default=domain if domain != candidate.tenant else "")
        candidate = replace(candidate, tenant=tenant)
        return True

    return talk.until_proved(
        prove, ask
    )  # kept with the next answer: one version less to tell of


def client_id(talk: Dialogue, *, empty: bool) -> str:
    """Ask for the app's ID, as the portal shows it; "" if nobody knows it yet."""
    if empty and not talk.args.client_id:
        talk.say(setup_texts.NOT_KNOWN_YET)
    return talk.answer(CLIENT_ID, option_value=talk.args.client_id, empty=empty)


def _initial_goal(talk: Dialogue, drafts: Drafts) -> SetupGoal:
    """Return what options say, and else what an earlier setup left."""
    args = talk.args
    accounts, routes = drafts.all("accounts"), drafts.all("routes")
    old_account = accounts.get(args.account, {})
    fields = known_of(old_account)
    own_routes = routes_by(args.account, routes)
    kind = _named_kind(args)
    if "mailbox" in fields and (own_routes or is_answered(old_account)):
        fields["way"] = way_of(old_account)
        fields["secret"] = bool(old_account.get("secret"))
    if "mailbox" in fields and own_routes:
        kind = kind or str(routes[own_routes[0]].get("kind", "smtp"))
    kind = kind if kind in KINDS else "smtp"
    entry = str(old_account.get("secret") or "") or _entry_for(talk, args.account)
    goal = SetupGoal(account=args.account, route="", kind=kind, entry=entry, **fields)
    route = args.route or route_for(goal.kind, goal.account, routes)
    goal = replace(goal, route=route)
    return _with_fields(goal, cloud=args.cloud, redirect=args.redirect, network=args.network)


def _entry_for(talk: Dialogue, account: str) -> str:
    """Return the account's own name, or one that nothing names yet: no secret takes another
    one's place."""
    entries_in_use = {
        one.name
        for one in talk.context.ask(node_operations.SECRET_LIST, tuple[SecretEntry, ...])
        if one.named_by
    }
    return free_entry(account, entries_in_use)


def _with_options(talk: Dialogue, drafts: Drafts, goal: SetupGoal) -> SetupGoal:
    """Return what is known already, but for what an option says anew."""
    args = talk.args
    goal = _with_fields(goal, mailbox=args.mailbox, tenant=args.tenant, person=args.person)
    goal = _with_delegation(talk, goal)
    if _named_way(args):
        goal = _with_way(talk, goal)
        goal = _with_delegation(talk, replace(goal, person=_person(talk, goal)))
    if args.tenant or not GUID.fullmatch(goal.tenant):
        goal = with_tenant(talk, drafts, goal)
    drafts.keep(goal)
    return goal


def route_beside(drafts: Drafts, goal: SetupGoal, kind: str) -> SetupGoal:
    """Return the same account by another kind of route."""
    route = route_for(kind, goal.account, drafts.all("routes"))
    return replace(goal, kind=kind, route=route)


def _mailbox(talk: Dialogue, default: str) -> str:
    return talk.answer(MAILBOX, option_value=talk.args.mailbox, default=default)


def _with_way(talk: Dialogue, goal: SetupGoal) -> SetupGoal:
    """Return the goal with the way to sign in, asked for unless an option names it."""
    way = _named_way(talk.args)
    if not way:
        talk.say(setup_texts.WHICH_WAY)
        ways = list(WAYS)
        default = ways.index(goal.way) if goal.way else 0
        way = ways[talk.choice([(WAYS[one], setup_texts.WHY[one]) for one in ways], default)]
    delegated = goal.delegated or bool(talk.args.shared)
    return replace(goal, way=way, secret=way != "person-device", delegated=delegated)


def _with_kind(talk: Dialogue, drafts: Drafts, goal: SetupGoal) -> SetupGoal:
    """Return the goal with the kind of route, asked for unless an option names it."""
    if _named_kind(talk.args):
        return goal
    talk.say(setup_texts.WHICH_KIND)
    kind = KINDS[talk.choice([setup_texts.KINDS[one] for one in KINDS], KINDS.index(goal.kind))]
    if kind == goal.kind:
        return goal
    other = route_beside(drafts, goal, kind)
    return replace(other, route=talk.args.route or other.route)


def _with_delegation(talk: Dialogue, goal: SetupGoal) -> SetupGoal:
    """Return whether the mailbox is a shared one in the goal: whoever names another person than
    the mailbox says so."""
    is_shared = bool(talk.args.shared) or goal.of_other(goal.person)
    return replace(goal, delegated=not goal.app_only and (goal.delegated or is_shared))


def _person(talk: Dialogue, goal: SetupGoal) -> str:
    if goal.app_only:
        return ""
    default = goal.person or ("" if goal.delegated else goal.mailbox)
    return talk.answer(PERSON, option_value=talk.args.person, default=default)


def _named_way(args: Any) -> str:
    """Return the way that options name; "" if they leave it open."""
    if args.device or args.here:
        return "person-device" if args.device else "person-here"
    if args.sign_in == "person":
        return "person-paste"
    if args.certificate_file:
        return "app-certificate"
    if args.sign_in == "app":
        return "app-secret" if args.secret_file else "app-certificate"
    return ""


def _named_kind(args: Any) -> str:
    if args.graph:
        return "graph"
    return "smtp" if args.smtp else ""


def _with_fields(goal: SetupGoal, **fields: str | None) -> SetupGoal:
    changes: dict[str, Any] = {name: value for name, value in fields.items() if value}
    return replace(goal, **changes)


def _sends(talk: Dialogue, account: str) -> bool:
    """Return whether mails leave by a route of this account, as far as that is known."""
    routes = talk.context.ask(monitor_operations.ROUTE_LIST, RoutesShown).routes
    return any(one.account == account and nothing_against(Sends(one.sends)) for one in routes)


def _has_route(drafts: Drafts, account: str) -> bool:
    return bool(routes_by(account, drafts.all("routes")))


def _summary(goal: SetupGoal, drafts: Drafts) -> Message:
    app = goal.client_id if goal.client_id != NOT_YET else setup_texts.NOT_REGISTERED
    return setup_texts.GO_ON_WITH.fill(
        account=goal.account,
        route=goal.route,
        mailbox=goal.mailbox,
        cloud=_cloud(goal, drafts),
        tenant=goal.tenant,
        app=app,
        way=WAYS[goal.way],
        kind=setup_texts.KINDS[goal.kind][0],
    )


def _cloud(goal: SetupGoal, drafts: Drafts) -> Message:
    """Return the name of the cloud, with a mark if it is none of the built-in providers."""
    own_routes = routes_by(goal.account, drafts.all("routes"))
    mark = drafts.mark(own_routes[0]) if own_routes else NOTHING
    return BESIDE.fill(name=goal.cloud, mark=mark) if mark != NOTHING else plain(goal.cloud)
