"""What a node knows of its ways out, where an account may read its own mailbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from noroshi.core.delivery import Accepted
from noroshi.core.mail import Answer, Receipt, Route, Verdict
from noroshi.core.translation import NOTHING, plain
from noroshi.hosts.self_monitoring import NodeReadings, OwnFacts
from noroshi.oauth.account import Account
from noroshi.oauth.tokens import SignInState, SignInStatus
from noroshi.oauth.well_known_clouds import MICROSOFT365
from noroshi.ports import Arrival
from noroshi.round_trips import trip_mail
from noroshi.stores.memory.store import MemoryStore
from noroshi.testing import DAWN

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
BOX = "alerts@example.com"
ACCOUNT = Account(
    name="m365", cloud=MICROSOFT365, tenant="t", client_id="c", mailbox=BOX, reads_inbox=True
)


@dataclass
class Options:
    account: str = "m365"
    host: str = "smtp.office365.com"


class Tokens:
    """Signed in for all but what is refused."""

    def __init__(self, *refused):
        self.refused = refused

    async def state(self, account, resource=None):
        ill = resource in self.refused or (resource is None and self.refused)
        sign = SignInStatus.NEEDED if ill else SignInStatus.SIGNED_IN
        return SignInState(sign=sign, reason=plain(f"{resource} refused" if ill else ""))


@pytest.fixture
def store():
    return MemoryStore()


def own(
    store, *refused, since=DAWN, kinds=("smtp", "graph"), folder=None, tokens=None, options=None
):
    options = options or Options()
    routes = {kind: Route(name=kind, kind=kind, options=options) for kind in kinds}
    return OwnFacts(
        store,
        tokens or Tokens(*refused),
        folder,
        NodeReadings(
            routes=lambda: routes,
            accounts=lambda: {"m365": ACCOUNT},
            lateness=lambda: 0.0,
            clock_set=lambda: 0.0,
            wall=lambda: DAWN + timedelta(days=999),
            read_since=lambda route: since,
        ),
    )


async def sent(store, at=DAWN):
    await store.post(trip_mail("smtp", BOX, "X", at))
    parcel = await store.claim_parcel(await store.begin("one", at), "smtp", at)
    receipt = Receipt(at=at, answers={BOX: Answer(Verdict.ACCEPTED)}, route="smtp")
    await store.settle(parcel, receipt, Accepted(at))
    return parcel.envelope.id


async def test_a_route_tells_when_a_mail_by_it_was_last_seen_and_how_long_it_took(store):
    at = DAWN + 9 * SECOND
    await store.record_arrival(
        await sent(store), Arrival(address=BOX, state="seen arrived", reported_at=at)
    )
    trip = (await own(store).route("smtp")).trip
    assert (trip.last_arrival, trip.duration, trip.counts_from) == (at, 9, at)


async def test_a_route_whose_mailbox_is_not_read_tells_nothing_of_it(store):
    await sent(store)
    assert (await own(store, since=None).route("smtp")).trip is None
    assert await own(store).route("gone") is None


async def test_what_keeps_the_mailbox_from_being_read_is_told_with_the_route(store):
    await sent(store)
    await store.put_value(
        "inbox/m365", '{"until":"2026-04-01T06:00:00Z","trouble":{"en":"403","ja":""}}'
    )
    assert (await own(store).route("smtp")).trip.trouble.en == "the mailbox cannot be read: 403"


async def test_a_round_trip_that_waits_is_no_mail_that_the_queue_is_told_of(store):
    await store.post(trip_mail("smtp", BOX, "X", DAWN))
    assert (await own(store).queue()).waiting == 0


@pytest.mark.parametrize(
    ("refused", "well"),
    [
        pytest.param([], True, id="nothing"),
        pytest.param(["inbox"], True, id="to read the mailbox"),
        pytest.param(["graph"], False, id="to send by Graph"),
        pytest.param(["smtp", "inbox"], False, id="to send over SMTP"),
    ],
)
async def test_an_account_is_well_while_it_can_sign_in_to_all_that_its_routes_need(
    store, refused, well
):
    facts = await own(store, *refused).account("m365")
    assert facts.is_well is well
    assert well or facts.reason.en in ("graph refused", "smtp refused")


async def test_an_account_without_a_route_is_as_its_sign_in(store):
    assert not (await own(store, "smtp", kinds=()).account("m365")).is_well


class OfNobody:
    """Nobody has signed in yet; `state` is what is known of it."""

    def __init__(self, state):
        self.known = state

    async def state(self, account, resource=None):
        return self.known


@pytest.mark.parametrize(
    ("sign", "renewed", "never"),
    [
        pytest.param(SignInStatus.NEVER, None, True, id="nobody has signed in"),
        pytest.param(SignInStatus.NEEDED, None, True, id="what was tried first was refused"),
        pytest.param(
            SignInStatus.NEEDED, DAWN, False, id="there was one, which is refused now"
        ),
        pytest.param(SignInStatus.LOCKED, None, False, id="the vault does not open"),
        pytest.param(SignInStatus.SIGNED_IN, DAWN, False, id="signed in"),
    ],
)
async def test_it_is_known_of_account_and_route_whether_there_was_a_sign_in_at_all(
    store, sign, renewed, never
):
    state = SignInState(sign=sign, reason=plain("so"), renewed=renewed)
    node = own(store, tokens=OfNobody(state))
    assert (await node.account("m365")).never_signed_in is never
    assert (await node.route("smtp")).never_signed_in is never


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        pytest.param(
            SignInState(sign=SignInStatus.NEVER, reason=plain("so")), "so", id="never"
        ),
        pytest.param(
            SignInState(sign=SignInStatus.NEEDED, reason=plain("so")), "so", id="refused"
        ),
        pytest.param(
            SignInState(sign=SignInStatus.LOCKED, reason=plain("so")), "so", id="locked"
        ),
        pytest.param(
            SignInState(sign=SignInStatus.NEEDED, reason=plain("so"), has_token=True),
            "",
            id="refused, and mails still leave by the token that it has",
        ),
        pytest.param(
            SignInState(sign=SignInStatus.WAITING, reason=plain("so")), "", id="asked again"
        ),
    ],
)
async def test_a_route_that_waits_for_a_sign_in_is_not_ready_before_a_mail_was_tried(
    store, state, reason
):
    facts = await own(store, tokens=OfNobody(state)).route("smtp")
    account = "m365" if reason else ""
    assert (facts.unready_reason.en, facts.account, facts.down_since) == (reason, account, None)


@dataclass
class ByPassword:
    password: str = "smtp2-password"


async def test_a_route_that_nobody_signed_in_or_without_its_entry_could_take_no_mail(store):
    class Never(Tokens):
        async def state(self, account, resource=None):
            return SignInState(sign=SignInStatus.NEVER, reason=plain("sign in"))

    facts = await own(store, tokens=Never()).route("smtp")
    assert (facts.unready_reason.en, facts.never_signed_in, facts.down_since) == (
        "sign in",
        True,
        None,
    )
    assert (await own(store).route("smtp")).unready_reason == NOTHING


async def test_a_route_whose_entry_is_not_in_the_vault_could_take_no_mail(store):
    its = own(store, options=ByPassword())
    assert "“smtp2-password”" in (await its.route("smtp")).unready_reason.en
    await store.put_secret("smtp2-password", b"sealed")
    assert (await its.route("smtp")).unready_reason == NOTHING
