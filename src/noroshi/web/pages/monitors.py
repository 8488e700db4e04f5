"""Show and change the monitored parts: all of them in a list, one instance, one group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from starlette.responses import Response
from starlette.routing import Route

from noroshi import schema
from noroshi.core.agents import AgentState
from noroshi.core.definitions.schema import GroupDef, InstanceDef, SshDef, SshHopDef, WinrmDef
from noroshi.core.model import SSH_SOURCE, WINRM_SOURCE
from noroshi.core.own_instance import KINDS, OWN_INSTANCE
from noroshi.core.sources import NETWORK, by_agent
from noroshi.core.translation import _, ngettext, pgettext
from noroshi.operations.kind_answers import Kind as KindAnswer
from noroshi.service.agents.agents import AgentOperations
from noroshi.service.definitions.edit import EditOperations
from noroshi.service.monitors.status import StatusOperations
from noroshi.web.context import WebContext
from noroshi.web.forms.edit_page import (
    FormFrame,
    Link,
    Section,
    apply_edit,
    cautions,
    edit_page,
    inherited_settings,
    name_field,
    open_edit,
    redirect_to_saved,
)
from noroshi.web.forms.edit_session import Edit
from noroshi.web.forms.fields import Field
from noroshi.web.forms.layout import Outline, Part
from noroshi.web.forms.limits import Kind, kind_of
from noroshi.web.forms.location import Content, Spot, title_of, unique_label
from noroshi.web.view.form_operations import address, permissions_of, query_value
from noroshi.web.view.page_context import Visit, page
from noroshi.web.view.server_rows import OVER_NETWORK, OVER_SSH, OVER_WINRM

HOME, INSTANCE, GROUP, MONITOR = (
    f"/settings/{name}" for name in ("watch", "instance", "group", "monitor")
)
SCHEDULE = ("every", "at", "days")
SSH_LOGIN, SSH_JUMP = "ssh", "ssh.jump"
"""The tables of an instance with the login over SSH, and with that of its jump host."""
WINRM_LOGIN = "winrm"
"""The table of an instance with the login over WinRM."""
BELOW = ("name", "group", "monitor", "limits")
"""The settings of an instance or a group that are no fields of their own."""
MOST_UNFOLDED = 300
NEW = "new"
"""The text in the place of a name that is not known yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorLink:
    """Show a monitor of the list, with the address of the settings page."""

    name: str
    title: str
    kind: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """Show a group of the list, with the monitors; `add`: the page that adds another one."""

    name: str
    title: str
    href: str
    add: str
    monitors: Sequence[MonitorLink]


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceRow:
    """Show an instance of the list: `open` with the groups, else with the `count` of monitors
    and the page that unfolds it; `add`: the page that adds another group."""

    name: str
    title: str
    address: str
    href: str
    add: str
    unfold: str
    open: bool
    count: int
    groups: Sequence[GroupRow]


BY_ADDRESS = _("chosen by address")
NODE_NAMED = _("this node ({name})")
NO_RULES = _("No rules set (only monitors and groups that have rules notify anyone)")
NO_RULES_OF_ITSELF = _("No rules set (notifies the contacts of all rules)")


def routes(web: WebContext) -> list[Route]:
    """Return the routes of the list, of an instance and of a group."""
    methods = ["GET", "POST"]
    return [
        Route(HOME, page(web, all_instances), methods=["GET"]),
        Route(INSTANCE, page(web, instance), methods=methods),
        Route(GROUP, page(web, group), methods=methods),
    ]


async def all_instances(visit: Visit) -> Response:
    """Show all instances with their groups and monitors, each with a link to the settings. Of
    very many only the requested instance is unfolded."""
    documents = (await visit.call(EditOperations.read)).documents
    titles = {one.kind: visit.say(one.title) for one in await checks(visit)}
    saved_version, unfolded = query_value(visit, "did"), query_value(visit, "in")
    instances = [
        (name, one)
        for name, one in documents_of_type("instances", documents)
        if name != OWN_INSTANCE
    ]
    are_few = sum(_count(one.get("group", ())) for _, one in instances) <= MOST_UNFOLDED
    rows = [
        _instance_row(name, one, titles, is_open=are_few or name == unfolded)
        for name, one in instances
    ]
    return await visit.show(
        "watched.html",
        rows=rows,
        new=INSTANCE,
        own=address(INSTANCE, name=OWN_INSTANCE),
        may=permissions_of(visit),
        saved_version=saved_version if saved_version.isdecimal() else "",
        cautions=await cautions(visit),
    )


def documents_of_type(type: str, documents: Mapping[str, Content]) -> list[tuple[str, Content]]:
    """Return all documents of a type by name."""
    documents_by_key = ((key.partition("/"), one) for key, one in sorted(documents.items()))
    return [
        (name, one)
        for (document_type, _, name), one in documents_by_key
        if document_type == type
    ]


async def checks(visit: Visit) -> list[KindAnswer]:
    """Return all kinds of monitors."""
    kinds = await visit.call(StatusOperations.kinds)
    return [one for one in kinds if one.family == "monitor"]


def _instance_row(
    name: str, content: Content, titles: Mapping[str, str], *, is_open: bool
) -> InstanceRow:
    groups = content.get("group", ())
    return InstanceRow(
        name=name,
        title=str(content.get("title", "")),
        address=str(content.get("address", "")),
        href=address(INSTANCE, name=name),
        add=address(GROUP, **{"in": name}),
        unfold=address(HOME, **{"in": name}),
        open=is_open,
        count=_count(groups),
        groups=[_group_row(name, one, titles) for one in groups] if is_open else (),
    )


def _group_row(instance: str, content: Content, titles: Mapping[str, str]) -> GroupRow:
    name = str(content.get("name", ""))
    in_group = {"in": instance, "group": name}
    return GroupRow(
        name=name,
        title=str(content.get("title", "")),
        href=address(GROUP, **{"in": instance}, name=name),
        add=address(MONITOR, **in_group),
        monitors=[_monitor_link(one, in_group, titles) for one in content.get("monitor", ())],
    )


def _monitor_link(
    content: Content, in_group: Mapping[str, str], titles: Mapping[str, str]
) -> MonitorLink:
    name, kind = str(content.get("name", "")), str(content.get("kind"))
    return MonitorLink(
        name=name,
        title=str(content.get("title", "")),
        kind=titles.get(kind, kind),
        href=address(MONITOR, **in_group, name=name),
    )


def crumbs(visit: Visit, document: Content | None = None, *names: str) -> list[Link]:
    """Return the links to a group or a monitor of that instance, by titles."""
    links: list[Link] = [(visit.say(pgettext("definition_edit", "Monitoring settings")), HOME)]
    if names:
        links.append((title_of(names[0], document), address(INSTANCE, name=names[0])))
    if len(names) > 1:
        content = Spot(f"instances/{names[0]}", names[1]).content_in(document)
        links.append(
            (title_of(names[1], content), address(GROUP, **{"in": names[0]}, name=names[1]))
        )
    return links


def kinds_in(groups: Iterable[Content], content: Content) -> set[str]:
    """Return the kinds that are used in these groups, or have limits in the content."""
    kind_names = {str(one.get("kind")) for group in groups for one in group.get("monitor", ())}
    return kind_names | set(content.get("limits") or {})


async def _kinds(visit: Visit, kind_names: set[str], *levels: Content) -> tuple[Kind, ...]:
    return tuple(
        kind_of(
            one,
            visit.language,
            *((level.get("limits") or {}).get(one.kind, {}) for level in levels),
        )
        for one in await checks(visit)
        if one.kind in kind_names and (one.readings or one.defaults)
    )


async def instance(visit: Visit) -> Response:
    """Edit one instance, or a new one."""
    name = query_value(visit, "name")
    spot = Spot(f"instances/{name or NEW}", new=not name)
    edit = await open_edit(visit, spot, may_lack=name == OWN_INSTANCE)
    outline = await _instance_outline(visit, edit, name)
    edit = await apply_edit(visit, outline, edit)
    if edit.is_saved:
        return redirect_to_saved(visit, edit, INSTANCE, HOME, name=edit.spot.name)
    return await edit_page(visit, edit, _instance_frame(visit, edit, outline, name))


async def _instance_outline(visit: Visit, edit: Edit, name: str) -> Outline:
    used_kinds = kinds_in(edit.base_content.get("group", ()), edit.base_content)
    sources = await _source_labels(visit)
    return Outline(
        parts=(
            Part(schema=schema.form(InstanceDef), leave_out=(*BELOW, SSH_LOGIN, WINRM_LOGIN)),
            Part(
                schema=schema.form(SshDef), table=SSH_LOGIN, leave_out=("jump",), kind=SSH_LOGIN
            ),
            Part(schema=schema.form(SshHopDef), table=SSH_JUMP, kind=SSH_LOGIN),
            Part(schema=schema.form(WinrmDef), table=WINRM_LOGIN, kind=WINRM_LOGIN),
        ),
        kinds=await _kinds(
            visit, used_kinds | set(KINDS) if name == OWN_INSTANCE else used_kinds
        ),
        by_kind=True,
        names_by_setting={
            "rules": [one for one, _ in documents_of_type("rules", edit.definitions.documents)],
            "source": tuple(sources),
        },
        labels={f"source/{name}": text for name, text in sources.items()},
        defaults={
            **inherited_settings(),
            "address": "127.0.0.1",
            "zone": "UTC",
            "source": visit.say(BY_ADDRESS),
        },
        start=_start_content(visit) if edit.spot.new else {},
    )


async def _source_labels(visit: Visit) -> Mapping[str, str]:
    """Return the labels of the places that can measure an instance, by their names."""
    agents = await visit.call(AgentOperations.list)
    names = (one.name for one in agents if one.state is AgentState.ACTIVE)
    labels = {
        visit.web.name: NODE_NAMED.fill(name=visit.web.name),
        SSH_SOURCE: OVER_SSH,
        WINRM_SOURCE: OVER_WINRM,
        NETWORK: OVER_NETWORK,
        **{name: by_agent(name) for name in names},
    }
    return {name: visit.say(words) for name, words in labels.items()}


def _start_content(visit: Visit) -> dict[str, str]:
    """Return the settings that the link to a new instance names."""
    settings = {name: query_value(visit, name) for name in ("source", "address", "title")}
    return {name: value for name, value in settings.items() if value}


def _instance_frame(visit: Visit, edit: Edit, outline: Outline, name: str) -> FormFrame:
    fields = outline.fields(visit, edit)
    no_rules = NO_RULES_OF_ITSELF if name == OWN_INSTANCE else NO_RULES
    fields["rules"] = replace(fields["rules"], unset=visit.say(no_rules))
    own_fields = [fields.pop(one) for one in ("title", "address", "source", "zone")]
    login_sections = _login_sections(visit, edit, outline, fields)
    if name == OWN_INSTANCE:  # it is nowhere but here
        own_fields = [one for one in own_fields if one.code not in ("address", "source")]
    else:
        own_fields.insert(
            0,
            name_field(
                visit,
                edit,
                visit.say(_("a-z, 0-9, - and _. Pages and messages show the display name.")),
                query_value(visit, "proposal"),
            ),
        )
    if not name:
        title = visit.say(_("New instance"))
        sections = sections_of(visit, edit, outline, own_fields, fields)
        sections[1:1] = login_sections
        return FormFrame(title=title, crumbs=crumbs(visit), sections=sections)
    if name == OWN_INSTANCE:  # it cannot be stopped
        fields.pop("enabled", None)
    status_link = (visit.say(_("Monitors and actions")), f"/instance/{name}")
    is_own, count = name == OWN_INSTANCE, _count(edit.base_content.get("group", ()))
    removal = visit.say(
        ngettext(
            "Removes instance “{name}” with all its groups and {count} monitor. To restore it, "
            "roll back to an earlier version.",
            "Removes instance “{name}” with all its groups and {count} monitors. To restore it, "
            "roll back to an earlier version.",
        ).fill(name=unique_label(name, edit.base_content), count=count)
    )
    add_link = (visit.say(_("Add a group")), address(GROUP, **{"in": name}))
    sections = sections_of(visit, edit, outline, own_fields, fields)
    sections[1:1] = login_sections
    return FormFrame(
        title=visit.say(
            _("Settings for instance “{name}”").fill(name=title_of(name, edit.base_content))
        ),
        description=visit.say(
            _(
                "Created automatically by Noroshi. Without its own rules, it notifies the contacts of "
                "all rules, through routes other than the faulty one."
            )
        )
        if is_own
        else "",
        crumbs=crumbs(visit),
        sections=sections,
        links=(status_link,) if is_own else (status_link, add_link),
        removal="" if is_own else removal,
    )


def _login_sections(
    visit: Visit, edit: Edit, outline: Outline, fields: dict[str, Field]
) -> list[Section]:
    """Take the fields of logins out of the others, and return the sections of the one that the
    instance has: none if it is measured in another way."""
    winrm_fields = _take(fields, f"{WINRM_LOGIN}.")
    jump_fields = _take(fields, f"{SSH_JUMP}.")
    login_fields = _take(fields, f"{SSH_LOGIN}.")
    content = {**outline.start, **edit.base_content}
    source = visit.form.get("source", content.get("source"))
    if source == WINRM_SOURCE or content.get(WINRM_LOGIN):
        return [_winrm_section(visit, winrm_fields)]
    if source != SSH_SOURCE and not content.get(SSH_LOGIN):
        return []
    return [
        Section(
            id="ssh",
            title=visit.say(_("SSH login")),
            description=visit.say(
                _(
                    "A private key or a password is required. Noroshi logs in only if the server "
                    "has the host key that is set here."
                )
            ),
            fields=login_fields,
        ),
        Section(
            id="jump",
            title=visit.say(_("SSH jump host")),
            description=visit.say(
                _("For a server that can only be reached through another server.")
            ),
            fields=jump_fields,
        ),
    ]


def _winrm_section(visit: Visit, fields: list[Field]) -> Section:
    return Section(
        id="winrm",
        title=visit.say(_("WinRM login")),
        description=visit.say(
            _(
                "User and password, or a client certificate, are required. Noroshi logs in only if a "
                "trusted CA issued the server's certificate, or if it has the fingerprint that is "
                "set here. WinRM was tested with a simulated server only, not yet with Windows."
            )
        ),
        fields=fields,
    )


def _take(fields: dict[str, Field], prefix: str) -> list[Field]:
    return [fields.pop(name) for name in list(fields) if name.startswith(prefix)]


def sections_of(
    visit: Visit,
    edit: Edit,
    outline: Outline,
    own_fields: Sequence[Field],
    other_fields: dict[str, Field],
) -> list[Section]:
    """Return the sections for the own settings of an instance or a group, and for those of all
    that is in it."""
    schedule_fields = [other_fields.pop(one) for one in SCHEDULE]
    rules = other_fields.pop("rules")
    return [
        Section(
            id="what",
            title=visit.say(_("General")),
            fields=[*own_fields, *other_fields.values()],
        ),
        Section(id="when", title=visit.say(_("Measurement")), fields=schedule_fields),
        Section(id="told", title=visit.say(_("Notification rules")), fields=[rules]),
        Section(
            id="limits",
            title=visit.say(_("Limits")),
            description=visit.say(
                _("Defaults by type, for all monitors that do not set their own limits.")
            ),
            blocks=outline.blocks(visit, edit),
            folded=True,
        ),
    ]


def _count(groups: Iterable[Content]) -> int:
    return sum(len(one.get("monitor", ())) for one in groups)


async def group(visit: Visit) -> Response:
    """Edit one group, or a new one."""
    instance_name, name = query_value(visit, "in"), query_value(visit, "name")
    edit = await open_edit(visit, Spot(f"instances/{instance_name}", name or NEW, new=not name))
    if edit.now is None and visit.request.method == "GET":
        return visit.redirect(HOME)
    document = edit.now or {}  # {}: somebody removed it meanwhile, which the change will tell
    outline = Outline(
        parts=(Part(schema=schema.form(GroupDef), leave_out=BELOW[1:]),),
        kinds=await _kinds(visit, kinds_in([edit.base_content], edit.base_content), document),
        by_kind=True,
        names_by_setting={
            "rules": [one for one, _ in documents_of_type("rules", edit.definitions.documents)]
        },
        defaults=inherited_settings(document),
    )
    edit = await apply_edit(visit, outline, edit)
    if edit.is_saved:
        new_name = visit.form.get("name", "").strip() or name
        return redirect_to_saved(
            visit,
            edit,
            GROUP,
            address(INSTANCE, name=instance_name),
            **{"in": instance_name},
            name=new_name,
        )
    return await edit_page(visit, edit, _group_frame(visit, edit, outline, instance_name, name))


def _group_frame(
    visit: Visit, edit: Edit, outline: Outline, instance_name: str, name: str
) -> FormFrame:
    fields = outline.fields(visit, edit)
    own_fields = [fields.pop(one) for one in ("name", "title")]
    sections = sections_of(visit, edit, outline, own_fields, fields)
    if not name:
        title = visit.say(_("New group"))
        return FormFrame(
            title=title,
            crumbs=crumbs(visit, edit.now or edit.base_document, instance_name),
            sections=sections,
        )
    add_href = address(MONITOR, **{"in": instance_name}, group=name)
    status_link = (visit.say(_("Monitors and actions")), f"/group/{instance_name}/{name}")
    return FormFrame(
        title=visit.say(
            _("Settings for group “{name}”").fill(name=title_of(name, edit.base_content))
        ),
        crumbs=crumbs(visit, edit.now or edit.base_document, instance_name),
        sections=sections,
        links=[status_link, (visit.say(_("Add a monitor")), add_href)],
        removal=visit.say(
            ngettext(
                "Removes group “{name}” with its {count} monitor.",
                "Removes group “{name}” with its {count} monitors.",
            ).fill(
                name=unique_label(name, edit.base_content), count=_count([edit.base_content])
            )
        ),
    )
