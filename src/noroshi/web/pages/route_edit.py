"""Edit a route, an account or a network as a form of all settings; add and remove one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from starlette.responses import Response
from starlette.routing import Route

from noroshi import schema
from noroshi.core.definitions.schema_mail import AccountDef, NetworkDef, RouteDef
from noroshi.core.translation import Message, _, pgettext
from noroshi.guides.setup_documents import Content, definitions_of, orders, with_route
from noroshi.service import NotFoundError
from noroshi.service.monitors.status import StatusOperations
from noroshi.service.node.secrets import SecretOperations
from noroshi.web.context import WebContext
from noroshi.web.errors import NO_SUCH_PAGE
from noroshi.web.forms.edit_page import (
    FormFrame,
    Section,
    apply_edit,
    edit_page,
    name_field,
    open_edit,
)
from noroshi.web.forms.edit_session import REMOVE, Edit
from noroshi.web.forms.fields import Field
from noroshi.web.forms.layout import Outline, Part
from noroshi.web.forms.location import Spot, title_of
from noroshi.web.forms.new_route import free_name, orders_to_join, ticked_orders
from noroshi.web.forms.table import Choice
from noroshi.web.pages.monitors import NEW
from noroshi.web.view.form_operations import address, query_value, require_administrator
from noroshi.web.view.page_context import Visit, page
from noroshi.web.view.routes import clouds, href, kind

NAME_BESIDE_TITLE = pgettext(
    "mailing.edit.name.help", "a-z, 0-9, - and _. Pages and messages show the display name."
)
NAME_ALONE = pgettext("mailing.edit.name.help", "a-z, 0-9, - and _.")
SORTS: Mapping[str, type] = {"routes": RouteDef, "accounts": AccountDef, "networks": NetworkDef}
TITLES: Mapping[str, Message] = {
    "routes": _("Settings for route “{name}”"),
    "accounts": _("Settings for account “{name}”"),
    "networks": _("Settings for network “{name}”"),
}
LEFT_OUT = ("id", "name", "kind", "options")
CONNECTION_SETTINGS = ("connections", "network")
"""The settings of a route that mean nothing to one that writes files into a folder."""
INSIDE = "options"
ENTRIES: Mapping[str, tuple[str, ...]] = {
    "routes": ("password", "url_entry", "header_entry"),
    "accounts": ("secret", "secret_next", "certificate", "certificate_next"),
    "networks": ("proxy_password",),
}
"""The settings that name an entry of the vault."""
KINDS = ("smtp", "webhook", "pickup", "graph")
"""The kinds of routes that can be added by a form of all settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """Hold the definition that is edited: the type; the name, "" for a new one; the kind of a
    route, with the options of that."""

    type: str
    name: str
    kind: str
    options: Content


def routes(web: WebContext) -> list[Route]:
    """Return the route of the form."""
    return [Route("/mail/edit", page(web, edit), methods=["GET", "POST"])]


async def edit(visit: Visit) -> Response:
    """Show the form, or check and save it; problems are reported at the fields."""
    require_administrator(visit)
    sort, _slash, name = query_value(visit, "key").partition("/")
    if sort not in SORTS or (sort == "accounts" and not name):
        raise NotFoundError(NO_SUCH_PAGE)
    edit = await open_edit(visit, Spot(f"{sort}/{name or NEW}", new=not name))
    mail = await _mail(visit, edit, name)
    outline = _outline(visit, edit, mail, await _entries(visit, mail))
    edit.related_documents = _related_documents(visit, edit, mail)
    edit = await apply_edit(visit, outline, edit)
    if edit.is_saved:
        return visit.redirect(_next_page(visit, edit, mail))
    return await edit_page(visit, edit, _frame(visit, edit, mail, outline))


async def _mail(visit: Visit, edit: Edit, name: str) -> Mail:
    kind_name = str(
        edit.base_content.get("kind") or edit.current.get("kind") or query_value(visit, "of")
    )
    if edit.spot.type != "routes":
        return Mail(type=edit.spot.type, name=name, kind="", options={})
    if not name and kind_name not in KINDS:
        raise NotFoundError(NO_SUCH_PAGE)
    kinds = await visit.call(StatusOperations.kinds)
    matching_options = (
        one.options for one in kinds if (one.family, one.kind) == ("route", kind_name)
    )
    return Mail(type="routes", name=name, kind=kind_name, options=next(matching_options, {}))


async def _entries(visit: Visit, mail: Mail) -> list[str]:
    """Return the vault's entries to choose from; the own name stands for one that is still to be put
    in, which the route's page then asks for. Nothing is typed here, so no secret is."""
    stored = [one.name for one in await visit.call(SecretOperations.list)]
    return sorted({*stored, *([mail.name] if mail.name else [])})


def _outline(visit: Visit, edit: Edit, mail: Mail, entries: list[str]) -> Outline:
    documents = edit.definitions.documents
    hidden = CONNECTION_SETTINGS if mail.kind == "pickup" else ()
    parts = [Part(schema=schema.form(SORTS[mail.type]), leave_out=(*LEFT_OUT, *hidden))]
    if mail.type == "routes":
        # An account says which server it is, so that nothing is needed beside it.
        signs_in = (edit.base_content.get("options") or {}).get("account")
        options_schema = {**mail.options, "required": ()} if signs_in else mail.options
        parts.append(Part(schema=options_schema, table=INSIDE))
    return Outline(
        parts=tuple(parts),
        kind=mail.kind,
        start={"kind": mail.kind} if edit.spot.new and mail.kind else {},
        names_by_setting={
            "network": sorted(definitions_of(documents, "networks")),
            "account": sorted(definitions_of(documents, "accounts")),
            "cloud": [cloud for cloud, _ in clouds(visit, documents)],
            **dict.fromkeys(ENTRIES[mail.type], entries),
        },
    )


def _related_documents(
    visit: Visit, edit: Edit, mail: Mail
) -> Callable[[str], Mapping[str, Content]]:
    """Return the orders that a new route joins, or those that a removed one leaves."""
    documents = edit.definitions.documents

    def related(name: str) -> Mapping[str, Content]:
        if mail.type != "routes":
            return {}
        if visit.form.get("do") == REMOVE:
            return dict(orders_without(documents, name))
        return with_route(documents, ticked_orders(visit.form), name) if edit.spot.new else {}

    return related


def orders_without(
    documents: Mapping[str, Content], route: str
) -> Iterator[tuple[str, Content]]:
    """Yield the rules and notifications that name a route, without it."""
    for key, names in orders(documents):
        if route in names:
            remaining = [name for name in names if name != route]
            yield key, {**documents[key], "routes": remaining}


def _next_page(visit: Visit, edit: Edit, mail: Mail) -> str:
    """Return the address of the page after the change."""
    if visit.form.get("do") == REMOVE:
        return "/mail?did=removed"
    if mail.type != "routes":
        return address("/mail", did="saved")
    return href(edit.spot.name, did="saved" if mail.name else "added")


def _frame(visit: Visit, edit: Edit, mail: Mail, outline: Outline) -> FormFrame:
    fields = outline.fields(visit, edit)
    options = [fields.pop(name) for name in list(fields) if name.startswith(f"{INSIDE}.")]
    general_fields = list(fields.values())
    general_fields.insert(0, _named_field(visit, edit, mail))
    facts = [(visit.say(_("Type")), kind(visit, mail.kind))] if mail.kind else []
    sections = [
        Section(id="own", title=visit.say(_("General")), fields=general_fields, text=facts),
        Section(id="options", title=visit.say(_("Settings for this type")), fields=options),
    ]
    if mail.type == "routes" and not mail.name and (orders_field := _orders_field(visit, edit)):
        title = visit.say(pgettext("mailing.new.into", "Used by"))
        sections.append(Section(id="into", title=title, fields=[orders_field]))
    mail_title = title_of(mail.name, edit.base_content)
    trail = [(mail_title, href(mail.name))] if mail.name and mail.type == "routes" else []
    return FormFrame(
        place="mailing",
        title=_title(visit, mail, mail_title),
        crumbs=trail,
        sections=sections,
        removal=_removal(visit, mail) if mail.name else "",
    )


def _title(visit: Visit, mail: Mail, mail_title: str) -> str:
    if mail.name:
        return visit.say(TITLES[mail.type].fill(name=mail_title))
    return visit.say(_("Add a route") if mail.type == "routes" else _("Add a network"))


def _removal(visit: Visit, mail: Mail) -> str:
    if mail.type == "routes":
        return visit.say(
            _(
                "The route is removed from all rules and system notifications that use it. Messages that "
                "have only this route stay in the queue until you assign another one. To restore the "
                "route, roll back to an earlier version."
            )
        )
    return visit.say(
        _(
            "If another definition still uses this account, nothing is removed, and the references "
            "are listed. To restore a removed account, roll back to an earlier version. Vault "
            "entries are kept."
        )
    )


def _named_field(visit: Visit, edit: Edit, mail: Mail) -> Field:
    """Return the field of the name; a new one's with a free name to begin with."""
    help_text = NAME_BESIDE_TITLE if mail.type == "routes" else NAME_ALONE
    field = name_field(visit, edit, visit.say(help_text))
    if mail.name:
        return field
    documents = edit.definitions.documents
    return replace(field, value=field.value or free_name(documents, mail.type, mail.kind))


def _orders_field(visit: Visit, edit: Edit) -> Field | None:
    """Return the field with the orders to join; None: there are none."""
    joinable = orders_to_join(visit, edit.definitions.documents)
    boxes = tuple(
        Choice(value=key, label=order_title, name=f"into.{key}", is_chosen=is_ticked)
        for key, order_title, is_ticked in joinable
    )
    if not boxes:
        return None
    label, help = (
        visit.say(pgettext("mailing.new.into", "Used by")),
        visit.say(
            _(
                "The route is added at the end of the order. It is used when the routes before it cannot "
                "send."
            )
        ),
    )
    return Field(name="into", code=label, label=label, help=help, sort="choices", choices=boxes)
