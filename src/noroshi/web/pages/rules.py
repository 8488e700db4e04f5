"""Show and change rules, and notifications of what happens to Noroshi itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from noroshi import schema
from noroshi.core.definitions.schema import NotificationDef, RuleDef
from noroshi.core.translation import Message, _, pgettext
from noroshi.operations.kind_answers import Kind
from noroshi.service.definitions.edit import EditOperations
from noroshi.service.monitors.status import StatusOperations
from noroshi.web.context import WebContext
from noroshi.web.forms.edit_page import (
    FormFrame,
    Section,
    apply_edit,
    cautions,
    edit_page,
    name_field,
    open_edit,
    redirect_to_saved,
)
from noroshi.web.forms.edit_session import Edit
from noroshi.web.forms.layout import Outline, Part
from noroshi.web.forms.location import Content, Spot, title_of, unique_label
from noroshi.web.forms.table import choice
from noroshi.web.pages.monitors import NEW, documents_of_type
from noroshi.web.view.form_operations import address, permissions_of, query_value
from noroshi.web.view.page_context import Visit, page

ACTION = "mail"
"""The action that is taken unless another plug-in's is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionTexts:
    """Hold the texts on the pages of a type: `titles` of all of them, `new` for a new one,
    `title` of one with the {name}, the `description`, and the meaning of the `removal`."""

    titles: Message
    new: Message
    title: Message
    description: Message
    removal: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class ListTexts:
    """Hold the texts on the list of a type: `add` one, the `description` of them, what they name
    as their `occasions`, and that there are none."""

    add: Message
    description: Message
    occasions: Message
    empty: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionType:
    """Describe how rules or notifications are edited: the type, the settings and the sections
    (each with a title)."""

    definition_class: type[Any]
    type: str
    singular: str
    sections: Mapping[str, tuple[Message, Sequence[str]]]
    page_texts: DefinitionTexts

    @property
    def list(self) -> str:
        """Return the address of the list."""
        return f"/settings/{self.type}"

    @property
    def path(self) -> str:
        """Return the address of one."""
        return f"/settings/{self.singular}"


RULES = DefinitionType(
    type="rules",
    singular="rule",
    definition_class=RuleDef,
    sections={
        "told": (_("Contacts and routes"), ("contacts", "routes")),
        "when": (
            _("Conditions and frequency"),
            ("on", "when", "nth", "repeat", "most", "recovered"),
        ),
    },
    page_texts=DefinitionTexts(
        titles=_("Rules"),
        new=_("New rule"),
        title=pgettext("rule.title", "Rule “{name}”"),
        description=_(
            "Applies to all monitors that refer to it directly, or through their group or instance."
        ),
        removal=_("Removes rule “{name}”. First remove all references to it."),
    ),
)
NOTIFICATIONS = DefinitionType(
    type="notifications",
    singular="notification",
    definition_class=NotificationDef,
    sections={
        "when": (_("Events and times"), ("events", "instances", "at", "days", "zone")),
        "told": (_("Contacts and routes"), ("contacts", "routes")),
    },
    page_texts=DefinitionTexts(
        titles=_("System notifications"),
        new=_("New system notification"),
        title=pgettext("notification.title", "System notification “{name}”"),
        description=_(
            "Reports the start and stop of monitoring, changed settings, undeliverable messages and "
            "similar events."
        ),
        removal=_("Removes the system notification “{name}”."),
    ),
)
LISTS: Mapping[str, ListTexts] = {
    RULES.type: ListTexts(
        add=_("Add a rule"),
        description=_(
            "A rule defines the levels, contacts, frequency and routes of notifications. Instances, "
            "groups and monitors refer to the rules that apply to them."
        ),
        occasions=_("Levels"),
        empty=_("There is no rule yet, so nobody is notified. Add the first one."),
    ),
    NOTIFICATIONS.type: ListTexts(
        add=_("Add a system notification"),
        description=_(
            "Who is notified of events in Noroshi itself, such as when it starts or stops, or when a "
            "message bounces."
        ),
        occasions=_("Events"),
        empty=_(
            "There are no system notifications yet. Important events are still reported through the "
            "routes of the rules."
        ),
    ),
}


def routes(web: WebContext) -> list[Route]:
    """Return the routes of both lists and forms."""
    pages = list[Route]()
    for sort in (RULES, NOTIFICATIONS):
        pages.append(Route(sort.list, page(web, _lister(sort)), methods=["GET"]))
        pages.append(Route(sort.path, page(web, editor(sort)), methods=["GET", "POST"]))
    return pages


def _lister(sort: DefinitionType) -> Any:
    async def list_page(visit: Visit) -> Response:
        documents = (await visit.call(EditOperations.read)).documents
        saved_version = query_value(visit, "did")
        return await visit.show(
            "telling.html",
            sort=sort,
            texts=LISTS[sort.type],
            title=visit.say(sort.page_texts.titles),
            rows=[
                _row(visit, sort, name, one, documents)
                for name, one in documents_of_type(sort.type, documents)
            ],
            may=permissions_of(visit),
            saved_version=saved_version if saved_version.isdecimal() else "",
            cautions=await cautions(visit),
        )

    return list_page


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionRow:
    """Hold a row of a list: a rule or a notification, when it notifies, whom and by what."""

    name: str
    title: str
    href: str
    occasions: Sequence[str]
    contacts: Sequence[str]
    routes: Sequence[str]


def _row(
    visit: Visit,
    sort: DefinitionType,
    name: str,
    content: Content,
    documents: Mapping[str, Content],
) -> DefinitionRow:
    occasions = content.get("events") or content.get("on") or ("warning", "critical", "unknown")
    return DefinitionRow(
        name=name,
        title=content.get("title", ""),
        href=address(sort.path, name=name),
        occasions=[
            choice(one, "on" if sort is RULES else "events", visit.say) for one in occasions
        ],
        contacts=_titles("contacts", content, documents),
        routes=_titles("routes", content, documents),
    )


def _titles(type: str, content: Content, documents: Mapping[str, Content]) -> list[str]:
    """Return the titles of the definitions that the content names; the names of those without a
    title."""
    return [title_of(one, documents.get(f"{type}/{one}")) for one in content.get(type, ())]


def editor(sort: DefinitionType) -> Any:
    """Return the handler of the page that edits or adds one of that sort."""

    async def edit_one(visit: Visit) -> Response:
        name = query_value(visit, "name")
        edit = await open_edit(visit, Spot(f"{sort.type}/{name or NEW}", new=not name))
        action = await _action(visit, sort, edit)
        outline = _outline(sort, edit, action)
        edit = await apply_edit(visit, outline, edit)
        if edit.is_saved:
            return redirect_to_saved(visit, edit, sort.path, sort.list, name=edit.spot.name)
        return await edit_page(visit, edit, _frame(visit, sort, edit, outline, name, action))

    return edit_one


async def _action(visit: Visit, sort: DefinitionType, edit: Edit) -> Kind | None:
    """Return the kind of action whose options a rule has."""
    action_name = edit.base_content.get("action", ACTION)
    kinds = await visit.call(StatusOperations.kinds) if sort is RULES else ()
    matching_kinds = (one for one in kinds if (one.family, one.kind) == ("action", action_name))
    return next(matching_kinds, None)


def _outline(sort: DefinitionType, edit: Edit, action: Kind | None) -> Outline:
    names_by_type = {
        type: [name for name, _ in documents_of_type(type, edit.definitions.documents)]
        for type in ("contacts", "routes", "instances")
    }
    form = schema.form(sort.definition_class)
    parts = [Part(schema=form, leave_out=("id", "name", "options", "action"))]
    if action is not None:
        parts.append(Part(schema=action.options, table="options"))
    start = {"action": ACTION} if sort is RULES and edit.spot.new else {}
    return Outline(parts=tuple(parts), names_by_setting=names_by_type, kind="mail", start=start)


def _frame(
    visit: Visit,
    sort: DefinitionType,
    edit: Edit,
    outline: Outline,
    name: str,
    action: Kind | None,
) -> FormFrame:
    fields, texts = outline.fields(visit, edit), sort.page_texts
    sections = [
        Section(id=id, title=visit.say(title), fields=[fields.pop(one) for one in names])
        for id, (title, names) in sort.sections.items()
    ]
    first_fields = [name_field(visit, edit, visit.say(_("a-z, 0-9, - and _.")))]
    first_fields += [fields.pop("title")] if "title" in fields else []
    sections.insert(0, Section(id="what", title=visit.say(_("General")), fields=first_fields))
    if action is not None:
        title = visit.say(_("Action: {action}").fill(action=visit.say(action.title)))
        sections.append(Section(id="options", title=title, fields=list(fields.values())))
    return FormFrame(
        title=visit.say(texts.title.fill(name=title_of(name, edit.current)))
        if name
        else visit.say(texts.new),
        crumbs=[(visit.say(texts.titles), sort.list)],
        description=visit.say(texts.description),
        sections=sections,
        removal=visit.say(texts.removal.fill(name=unique_label(name, edit.current)))
        if name
        else "",
    )
