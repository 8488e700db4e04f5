"""Rename definitions that no other page edits, as they are written in files: own clouds and
blueprints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from noroshi.core.translation import _
from noroshi.service import NotFoundError
from noroshi.web.context import WebContext
from noroshi.web.errors import NO_SUCH_PAGE
from noroshi.web.forms.edit_page import (
    FormFrame,
    Section,
    apply_edit,
    edit_page,
    name_field,
    open_edit,
    redirect_to_saved,
)
from noroshi.web.forms.layout import Outline
from noroshi.web.forms.location import Spot
from noroshi.web.view.form_operations import query_value, require_administrator
from noroshi.web.view.page_context import Visit, page
from noroshi.web.view.setting_names import definition_name

NAMED_HERE = ("clouds", "blueprints")
"""The types of definitions whose names are changed on this page."""
PATH, FILES = "/settings/name", "/settings/files"


def routes(web: WebContext) -> list[Route]:
    """Return the route of the form."""
    return [Route(PATH, page(web, name), methods=["GET", "POST"])]


def named_here(keys: Iterable[str]) -> list[str]:
    """Return the keys whose name is changed here."""
    return sorted(key for key in keys if key.partition("/")[0] in NAMED_HERE)


def type_and_title(visit: Visit, key: str, content: Mapping[str, Any]) -> str:
    """Return the type and the title of a definition; the name if there is no title in any
    language."""
    titles = (content.get(f"title_{visit.language}"), content.get("title"))
    title = next((one for one in titles if one), "")
    return visit.say(definition_name(key, title))


async def name(visit: Visit) -> Response:
    """Change the name alone; the content of the definition stays."""
    require_administrator(visit)
    key = query_value(visit, "key")
    if not named_here([key]):
        raise NotFoundError(NO_SUCH_PAGE)
    edit = await apply_edit(visit, Outline(parts=()), await open_edit(visit, Spot(key)))
    if edit.is_saved:
        return redirect_to_saved(visit, edit, PATH, FILES, key=edit.spot.key)
    section = Section(
        id="what", title=visit.say(_("General")), fields=[name_field(visit, edit)]
    )
    frame = FormFrame(
        title=visit.say(
            _("{name}: name").fill(name=type_and_title(visit, key, edit.base_content))
        ),
        crumbs=[(visit.say(_("Import and export")), FILES)],
        description=visit.say(_("The content can be changed only in files.")),
        sections=[section],
    )
    return await edit_page(visit, edit, frame)
