"""A test harness: a service on a memory store, with small kinds and a sign-in server of our own."""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

from argon2 import PasswordHasher

from noroshi.config.config import Config
from noroshi.core.delivery import decide_fate
from noroshi.core.levels import Level
from noroshi.core.mail import Answer, Receipt, Verdict
from noroshi.core.model import (
    Cause,
    Change,
    ItemState,
    LastNotification,
    Limits,
    Reading,
    Sample,
    State,
)
from noroshi.core.sources import NodeIdentity
from noroshi.core.translation import NOTHING, bilingual
from noroshi.definitions.document_content import document
from noroshi.hosts.agent_names import AgentNames
from noroshi.hosts.footprint import Surroundings
from noroshi.oauth.provider import Attempt, DeviceAttempt, Pending, SignInError, Tokens
from noroshi.oauth.refresh_lock import RefreshLock
from noroshi.oauth.tokens import TokenSource
from noroshi.people import People
from noroshi.people.passwords import Passwords
from noroshi.plugins import Plugins
from noroshi.ports import Action, Check, Outcome, TransportKind, options
from noroshi.ports.examination import Cure, Step, StepError, Whose
from noroshi.service import Service, ServiceParts, administrator
from noroshi.service.diagnostics.examinations import SystemExamination
from noroshi.service.operation_context import OperationContext
from noroshi.stores.memory.store import MemoryStore
from noroshi.testing import ManualClocks
from noroshi.vault import Box, Secret, Vault

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
NO_TENANT, NO_APP = "nobody.example.com", "00000000-0000-0000-0000-000000000009"
"""What the sign-in server does not know."""
OLD_SECRET = "last-years-secret"
CANARY = "canary-Xq7~8Q.never-shown"
# A token for Exchange Online with no role in it: {"aud": "https://outlook.office365.com"}
APP_TOKEN = Secret("e30.eyJhdWQiOiAiaHR0cHM6Ly9vdXRsb29rLm9mZmljZTM2NS5jb20ifQ.x")
AKI = administrator("aki")
USED = bilingual(en="used", ja="使用率")


@options
class DiskOptions:
    include: tuple[str, ...] = ("*",)
    """Mount points to watch."""


@options
class NoteOptions:
    subject: str = ""
    """A subject of one's own."""


@options
class PostOptions:
    host: str = "127.0.0.1"
    """Where the mail server is."""
    account: str = ""
    """Whose sign-in it uses."""
    password: str = ""
    """Under which entry its password is kept."""


async def _look(_options, _host, _memory):
    return Outcome(())


async def _try_out(given):
    bad = "{{" in given.subject
    return (
        [bilingual(en="the subject cannot be rendered", ja="件名を作れません")] if bad else []
    )


DISK = Check(
    kind="disk",
    title=bilingual(en="Disk", ja="ディスク"),
    help=bilingual(en="How full volumes are.", ja="ボリュームの使用率です。"),
    options=DiskOptions,
    limits={"used": Limits(warning=80, critical=90)},
    shares=frozenset({"used"}),
    names={"used": USED},
    run=_look,
)
MAIL = Action(
    kind="mail",
    title=bilingual(en="Mail", ja="メール"),
    help=bilingual(en="Sends a mail.", ja="メールを送信します。"),
    options=NoteOptions,
    draft=lambda *_: {},
    try_out=_try_out,
)
POST = TransportKind(
    kind="post",
    title=bilingual(en="Post", ja="郵便"),
    help=bilingual(en="A way out.", ja="送信経路です。"),
    options=PostOptions,
    open=lambda *_: None,
)
EXAMINED = replace(POST, kind="examined", examine=lambda *_: SystemExamination(()))


def _stopped(_options, _outside, exam):
    """Stops at once, with a page and a line of the worldwide cloud."""

    async def take():
        cure = Cure(
            party=Whose.ADMINISTRATOR,
            lines=("Connect-ExchangeOnline",),
            link="https://entra.microsoft.com/#view/x",
        )
        raise StepError(NOTHING, cure.remedy(bilingual(en="It is so.", ja="そうです。"), exam))

    return SystemExamination((Step(name="it", title=bilingual(en="It", ja="それ"), take=take),))


STOPPED = replace(POST, kind="stopped", examine=_stopped)
CONTENT = {
    "contacts/ops": {"addresses": ["ops@example.com"], "language": "ja", "zone": "Asia/Tokyo"},
    "contacts/boss": {"addresses": ["boss@example.com"]},
    "routes/m365": {"kind": "post", "options": {"account": "box"}},
    "routes/plain": {"kind": "post", "title": "Old server"},
    "accounts/box": {
        "cloud": "microsoft365",
        "tenant": "example.onmicrosoft.com",
        "client_id": "11111111-2222-3333-4444-555555555555",
        "secret": "app",
        "mailbox": "noroshi@example.com",
    },
    "rules/all": {"action": "mail", "contacts": ["ops"], "routes": ["plain", "m365"]},
    "instances/web1": {
        "rules": ["all"],
        "group": [{"name": "base", "monitor": [{"name": "disks", "kind": "disk"}]}],
    },
}


def documents(**changed):
    """The definitions as a client sends them; `changed` by key, / written __, None removes."""
    content = CONTENT | {key.replace("__", "/"): told for key, told in changed.items()}
    made = [document(key, told) for key, told in content.items() if told is not None]
    return [{"key": one.key, "body": one.body} for one in made]


GIVEN = Tokens(
    access=Secret("access"), refresh=Secret("refresh"), expires_in=3600, scope="send"
)


@dataclass
class SignInServer:
    """Stands for the provider: it takes the code `good`, and refuses every other one."""

    asked: list = field(default_factory=list)
    on_device: object = Pending()
    wanted: tuple = ()
    interval: int = 5
    user: str = ""
    refused: set = field(default_factory=set)
    """Certificates that nobody has uploaded."""

    async def begin(self, client, resources, redirect):
        login = client.account.mailbox
        url = (
            f"https://login.example.com/authorize?state=S&login={login}&redirect_uri={redirect}"
        )
        self.wanted = resources
        return Attempt(url=url, state="S", flow={"verifier": "v"})

    async def redeem(self, client, _attempt, query, _resource):
        self._check_secret(client)
        if query["code"] == "later":
            words = bilingual(en="It is busy.", ja="混んでいます。")
            raise SignInError(words, error="temporarily_unavailable", party="wait")
        if query["code"] != "good":
            words = bilingual(en="The code was refused.", ja="コードが断られました。")
            raise SignInError(words, error="invalid_grant", party="user")
        return replace(GIVEN, user=self.user)

    async def device_begin(self, _client, resource):
        self.wanted = (resource,)
        return DeviceAttempt(
            user_code="ABCD-1234",
            url="https://login.example.com/device",
            expires_in=900,
            interval=self.interval,
            flow={"device_code": "d"},
        )

    async def device_ask(self, _client, _attempt):
        if isinstance(self.on_device, SignInError):
            raise self.on_device
        return self.on_device

    async def refresh(self, _client, _refresh, _resource, _granted=""):
        raise AssertionError("nobody asks for a token here")

    async def tenant(self, client):
        if client.account.tenant == NO_TENANT:
            words = bilingual(en="There is no such tenant.", ja="そのテナントはありません。")
            raise SignInError(words, error="invalid_tenant", party="setup", codes=(90002,))
        return "99999999-8888-7777-6666-555555555555"

    async def app_only(self, client, _resource):
        if client.account.client_id == NO_APP:
            words = bilingual(en="There is no such app.", ja="そのアプリはありません。")
            raise SignInError(words, error="unauthorized", party="admin", codes=(700016,))
        if client.credential is None:
            words = bilingual(en="A secret is wanted.", ja="シークレットが要ります。")
            raise SignInError(words, error="invalid_client", party="setup", codes=(7000218,))
        self._check_secret(client)
        return Tokens(access=APP_TOKEN, refresh=None, expires_in=3600, scope="")

    def _check_secret(self, client):
        secret = client.credential.value.reveal()
        self.asked.append(secret)
        if secret == OLD_SECRET:
            words = bilingual(en="The client secret has expired.", ja="期限が切れました。")
            raise SignInError(words, error="invalid_client", party="admin", codes=(7000222,))
        if secret in self.refused:
            words = bilingual(en="It is not registered.", ja="登録されていません。")
            raise SignInError(words, error="invalid_client", party="admin", codes=(700027,))


HOME = Path("/nowhere")
NOWHERE = Config(home=HOME, store=HOME / "store", key=HOME / "key", door=HOME / "door")


class Harness:
    """A service and what stands behind it."""

    def __init__(
        self,
        store=None,
        checks=(DISK,),
        routes=(POST, EXAMINED, STOPPED),
        host=None,
        actions=(MAIL,),
        **given,
    ):
        self.time, self.server = ManualClocks(), SignInServer()
        self.store = store or MemoryStore()
        self.vault = Vault(self.store, Box(Secret("5a" * 32)))
        names = given.setdefault("agent_names", AgentNames(self.store))

        def agent_of(monitor):
            return NodeIdentity("", "", agents=names.current()).agent_of(
                monitor.instance.source
            )

        self.made = 0
        self.plugins = Plugins(checks, actions, routes, agent_of=agent_of)
        clocks = self.time.clocks
        given.setdefault("surroundings", Surroundings(NOWHERE, clocks))
        self.tokens = TokenSource(
            vault=self.vault,
            provider_of=lambda cloud: self.server,
            clocks=clocks,
            refresh_lock=RefreshLock(self.store, "node", clocks),
        )
        self.people = People(self.store, self.vault, clocks, Passwords(CHEAP))
        self.service = Service(
            OperationContext(
                self.store,
                self.plugins,
                clocks,
                ServiceParts(
                    vault=self.vault,
                    tokens=self.tokens,
                    new_id=self.new_id,
                    people=self.people,
                    host_of=None if host is None else lambda _monitor: host,
                    **given,
                ),
            )
        )

    async def open_service(self):
        return self.service

    def new_id(self):
        self.made += 1
        return f"01JZ{self.made:022d}"

    async def measured(
        self, level=Level.CRITICAL, used=95.2, item="/var", note=NOTHING, more=(), told=()
    ):
        """The only monitor has been measured once, and its volume /var is at that level, and
        as `more` are; these rules told of it."""
        now = self.time.now
        monitor = _only_monitor(await self.store.current())
        block = await self.store.lease_monitors(await self.store.begin("node", now), now)
        reading = Reading("used", used, "%", item, note=note)
        cause = Cause(reading, Limits(warning=80, critical=90))
        said = {rule: LastNotification(at=now, level=level) for rule in told}
        how = ItemState(level=level, level_since=now, cause=cause, last_notifications=said)
        state = State(items=dict.fromkeys((item, *more), how), serial=1)
        change = Change(monitor=monitor, state=state)
        assert await self.store.commit(block.fence, change)
        await self.store.append([(monitor, Sample(now, (reading,)))])

    async def attempted(self, route, verdict, text="", code=0, words=NOTHING, early=False):
        """The oldest envelope for a route was tried, and this was said of it."""
        now = self.time.now
        node = await self.store.begin("sender", now)
        parcel = await self.store.claim_parcel(node, route, now)
        said = Answer(verdict, text, code, words=words, early=early)
        answers = dict.fromkeys(parcel.envelope.to, said)
        receipt = Receipt(at=now, answers=answers, route=route)
        assert await self.store.settle(parcel, receipt, decide_fate(parcel, receipt, 0.0))
        self.time.pass_by(seconds=0.1)


def _only_monitor(version):
    found = next(d for d in version.documents if d.key == "instances/web1")
    return json.loads(found.body)["group"][0]["monitor"][0]["id"]


REFUSED, DEFERRED, DOWN = Verdict.REFUSED, Verdict.DEFERRED, Verdict.ROUTE_DOWN
