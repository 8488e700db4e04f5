"""Tell what a client must know of a lab: `lab.json`, and definitions that point a node at
it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from noroshi_lab.lab.certificates import write_private
from noroshi_lab.lab.directory import APP_SCOPE, REDIRECT_URI, SHARED, SMTP_SCOPE, Directory
from noroshi_lab.lab.other_provider.server import Card as Elsewhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """All that a client needs to use the lab; `lab.json` holds these fields."""

    pid: int
    sign_in: str
    mail_pages: str
    authority: str
    tenant_id: str
    tenant_domain: str
    client_id: str
    client_secret: str = field(repr=False)
    client_certificate: str
    redirect_uri: str
    scope: str
    user: str
    user_oid: str
    password: str = field(repr=False)
    admin: str
    admin_oid: str
    admin_password: str = field(repr=False)
    control_at: str
    control: str = field(repr=False)
    reader: str
    shared: str
    smtp_host: str
    smtp_port: int
    hve_port: int
    hve_account: str
    graph: str
    ca_file: str
    mail_folder: str
    elsewhere: Elsewhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Hold where the lab's servers are."""

    sign_in: str
    graph: str
    desk: str
    smtp_port: int
    hve_port: int
    elsewhere: Elsewhere


def describe(
    folder: Path, directory: Directory, places: Places, *, certificate: str, control: str
) -> Address:
    """Describe the lab by the first app and user of the first tenant, which are the ones to
    use."""
    tenant = directory.tenants[0]
    app, user = next(iter(tenant.apps.values())), next(iter(tenant.users.values()))
    admin = next((each for each in tenant.users.values() if each.admin), user)
    return Address(
        pid=os.getpid(),
        sign_in=places.sign_in,
        mail_pages=f"{places.desk}/mail",
        authority=f"{places.sign_in}/{tenant.id}",
        tenant_id=tenant.id,
        tenant_domain=tenant.domain,
        client_id=app.client_id,
        client_secret=app.secrets[0].value if app.secrets else "",
        client_certificate=certificate,
        redirect_uri=app.redirects[0].uri if app.redirects else REDIRECT_URI,
        scope=SMTP_SCOPE,
        user=user.upn,
        user_oid=user.oid,
        password=user.password,
        admin=admin.upn,
        admin_oid=admin.oid,
        admin_password=admin.password,
        control_at=places.desk,
        control=control,
        reader=list(tenant.mailboxes)[-1],
        shared=SHARED if SHARED in tenant.mailboxes else "",
        smtp_host="localhost",
        smtp_port=places.smtp_port,
        hve_port=places.hve_port,
        hve_account=next(iter(tenant.high_volume), ""),
        graph=places.graph,
        ca_file=str(folder / "ca.pem"),
        mail_folder=str(folder / "mail"),
        elsewhere=places.elsewhere,
    )


def write_card(folder: Path, address: Address) -> None:
    """Write `lab.json`, and before it the definitions."""
    for name, text in definitions(address).items():
        path = folder / "definitions" / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(path, text.encode())
    write_private(folder / "lab.json", (json.dumps(asdict(address), indent=2) + "\n").encode())


def read_address(folder: Path) -> Mapping[str, object]:
    """Return what `lab.json` said at the last start; nothing if there was none."""
    try:
        saved = json.loads((folder / "lab.json").read_bytes())
    except FileNotFoundError:
        return {}
    return saved if isinstance(saved, dict) else {}


def definitions(address: Address) -> Mapping[str, str]:
    """Return two custom cloud profiles and three accounts that point a node at this lab, as
    TOML files: one that a person signs in, one whose app signs in by itself, and one at the
    other provider."""
    cloud = {
        "authority": f"{address.sign_in}/{{tenant}}",
        "scope": address.scope,
        "app_scope": APP_SCOPE,
        "smtp_host": address.smtp_host,
        "smtp_port": address.smtp_port,
        "ca_file": address.ca_file,
        "graph": address.graph,
        "graph_scope": "https://graph.microsoft.com/Mail.Send",
        "graph_app_scope": "https://graph.microsoft.com/.default",
        "inbox_scope": "https://graph.microsoft.com/Mail.Read",
        "graph_shared_scope": "https://graph.microsoft.com/Mail.Send.Shared",
        "inbox_shared_scope": "https://graph.microsoft.com/Mail.Read.Shared",
        "mails_a_minute": 30,
        "connections": 3,
        "recipients_a_day": 10_000,
    }
    account = {
        "cloud": "lab",
        "tenant": address.tenant_id,
        "client_id": address.client_id,
        "secret": "lab-secret",  # an entry of the node's vault; its value stands in lab.json
        "mailbox": address.user,
        "redirect": address.redirect_uri,
    }
    alone = {k: v for k, v in account.items() if k != "redirect"} | {"sign_in": "app"}
    return {
        "clouds/lab.toml": _toml(cloud),
        "accounts/lab.toml": _toml(account),
        "accounts/lab-app.toml": _toml(alone),
        **_elsewhere(address.elsewhere, address.ca_file),
    }


def _elsewhere(other: Elsewhere, ca_file: str) -> Mapping[str, str]:
    cloud = {
        "authority": other.issuer,
        "oidc": True,
        "scope": other.scope,
        "smtp_host": other.smtp_host,
        "smtp_port": other.smtp_port,
        "ca_file": ca_file,
    }
    account = {
        "cloud": "elsewhere",
        "client_id": other.client_id,
        "secret": "elsewhere-secret",
        "mailbox": other.user,
        "redirect": other.redirect_uri,
    }
    return {"clouds/elsewhere.toml": _toml(cloud), "accounts/elsewhere.toml": _toml(account)}


def _toml(named: Mapping[str, object]) -> str:
    """JSON's strings and numbers are TOML's as well."""
    return "".join(f"{name} = {json.dumps(value)}\n" for name, value in named.items())
