"""Read what a scope parameter asks for: the first permission's resource decides the
audience."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from noroshi_lab.lab.refusals import Refusal

GRAPH = "https://graph.microsoft.com"
OUTLOOK = ("https://outlook.office.com", "https://outlook.office365.com")
OUTLOOK_ID = "00000002-0000-0ff1-ce00-000000000000"  # the same resource, by its id
GRAPH_AUDIENCE = "00000003-0000-0000-c000-000000000000"
PERMISSIONS = frozenset(
    {
        "SMTP.Send",
        "IMAP.AccessAsUser.All",
        "Mail.Send",
        "Mail.Send.Shared",
        "Mail.Read",
        "Mail.Read.Shared",
        "Mail.ReadBasic",
        "Mail.ReadWrite",
        "Mail.ReadWrite.Shared",
        "User.Read",
    }
)
"""The delegated permissions: what a person may let an app do."""
HIGH_VOLUME = "https://outlook.office365.com/Mail.Send"
"""An application permission of Exchange Online, which High Volume Email wants. Graph has one of the
same name, so this one is written whole."""
EXCHANGE_ROLES = frozenset({"SMTP.SendAsApp", "IMAP.AccessAsApp", "POP.AccessAsApp"})
"""The application permissions at Exchange; every other role is Graph's."""
_DEFAULT = ".default"
_OIDC = frozenset({"openid", "profile", "email", "offline_access"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scopes:
    """Hold permissions as they were written, in order, and the OpenID Connect words beside
    them."""

    asked: tuple[str, ...]
    words: frozenset[str]

    @property
    def resource(self) -> str:
        """Return the resource of the first permission; Graph when there is none."""
        return _split(self.asked[0])[0] if self.asked else GRAPH

    @property
    def audience(self) -> str:
        return audience(self.resource)

    @property
    def granted(self) -> tuple[str, ...]:
        """Return the permissions that one token can carry: those of the first resource."""
        return tuple(each for each in self.asked if _split(each)[0] == self.resource)

    @property
    def scp(self) -> str:
        """Return the `scp` claim: names without the resource."""
        names = (_split(each)[1] for each in self.granted)
        return " ".join(name for name in names if name != _DEFAULT)

    def within(self, consented: Iterable[str]) -> None:
        """Raise Refusal 65001 if a permission was requested that nobody consented to."""
        known = {_split(each) for each in consented}
        for each in self.granted:
            if _split(each) not in known:
                raise Refusal(65001, scope=each)

    def with_defaults(self, listed: Iterable[str], app: str) -> Scopes:
        """Add the permissions that the app's registration lists for RESOURCE/.default, which
        stays beside them."""
        asked: list[str] = []
        for each in self.asked:
            resource, name = _split(each)
            if name == _DEFAULT:
                meant = [one for one in listed if _split(one)[0] == resource]
                if not meant:
                    raise Refusal(650057, app=app, resource=resource)
                asked += meant
            asked.append(each)
        return replace(self, asked=tuple(dict.fromkeys(asked)))


def read_scopes(text: str) -> Scopes:
    """Read the `scope` parameter; Refusal 900144, 70011 or 500011 says what is wrong."""
    parts = text.split()
    if not parts:
        raise Refusal(900144, name="scope")
    asked = tuple(part for part in parts if part not in _OIDC)
    for part in asked:
        _check(part)
    return Scopes(asked=asked, words=frozenset(parts) & _OIDC)


def read_default(text: str) -> str:
    """Return the resource of RESOURCE/.default, all that an app by itself may ask for."""
    resource, slash, name = text.strip().rpartition("/")
    if not slash or name != ".default" or " " in resource:
        raise Refusal(1002012, scope=text)
    if resource not in (GRAPH, *OUTLOOK, OUTLOOK_ID):
        raise Refusal(500011, resource=resource)
    return resource


def audience(resource: str) -> str:
    """Return what stands in a token's `aud` for a resource."""
    return GRAPH_AUDIENCE if resource == GRAPH else resource


def roles_of(roles: Iterable[str], resource: str) -> list[str]:
    """Return an app's roles that one resource knows."""
    at_exchange = resource in (*OUTLOOK, OUTLOOK_ID)
    of_exchange = EXCHANGE_ROLES | {HIGH_VOLUME}
    found = (role for role in roles if (role in of_exchange) is at_exchange)
    return [_split(role)[1] for role in found]


def _check(scope: str) -> None:
    resource, name = _split(scope)
    if resource not in (GRAPH, *OUTLOOK):
        raise Refusal(500011, resource=resource)
    if name not in PERMISSIONS and scope != f"{resource}/{_DEFAULT}":
        raise Refusal(70011, scope=scope)


def _split(scope: str) -> tuple[str, str]:
    """Split a permission. A bare name means Graph: the trap that makes Exchange answer 535 to a
    good token."""
    resource, slash, name = scope.rpartition("/")
    return (resource, name) if slash else (GRAPH, name)
