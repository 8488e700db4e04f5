"""Definitions out and in as files: a zip to keep, and what a zip or files would change, first
shown, then brought into force against the version that was seen. Packing and reading take
seconds where there is much, so a thread does it: the watch shares the loop."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from noroshi.core.problems import Problem
from noroshi.core.words import Words
from noroshi.definitions import TYPES, Folder, content, family_in, look_at, pack, unpack
from noroshi.definitions.archive import MOST_BYTES, MOST_PACKED
from noroshi.ports import Document
from noroshi.service import NotFound
from noroshi.web.doing import Outcome, address, asked, attempt, may, surely
from noroshi.web.house import House
from noroshi.web.pages.naming import in_words, named_here
from noroshi.web.previews import preview
from noroshi.web.uploads import LONGEST_FIELD
from noroshi.web.visit import Visit, page
from noroshi.web.worded import Worded, sort_of
from noroshi.web.words import TEXTS

ZIP, SHOWN = b"PK\x03\x04", 200
WHOLE = "whole"
"""What else is in force goes; otherwise it stays."""
LONGEST_NUMBER = 9
UNSURE = Words(
    en="its content does not say of which sort it is; choose it at “Single files are”",
    ja="内容からは種類がわかりません。「TOML ファイルの種類」で選んでください",
)


def routes(house: House) -> list[Route]:
    """Their addresses."""
    return [
        Route("/settings/files", page(house, files), methods=["GET", "POST"]),
        Route("/settings/files/definitions.zip", page(house, out), methods=["GET"]),
    ]


async def out(visit: Visit) -> Response:
    """All that is in force, as the files that `noroshi export` writes."""
    exported = await visit.need("export")
    name = f"{visit.house.name}-version-{exported['version']}.zip"
    return Response(
        await asyncio.to_thread(pack, _documents(exported)),
        media_type="application/zip",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


async def files(visit: Visit) -> Response:
    """The form; what was sent with it, as it would change what is in force; and doing so."""
    exported = await visit.need("export")
    if visit.request.method == "GET":
        return await _shown(visit, exported)
    deed = visit.form.get("do", "")
    if deed not in ("look", "apply"):
        raise NotFound(TEXTS["error.not_there"])
    if deed == "look":
        return await _look(visit, exported)
    sent = await asyncio.to_thread(unpack, _carried(visit.form.get("packed", "")), "zip")
    done = await _applied(visit, _with_others(visit, exported, sent))
    if done.ok is not None:
        return visit.to(address("/settings/files", did=str(done.ok["version"])))
    return await _planned(visit, exported, sent, done)


async def _look(visit: Visit, exported: Mapping[str, Any]) -> Response:
    if not visit.files:
        return await _shown(visit, exported, why=(visit.text("files.no_file"),), status=400)
    there = [one["key"] for one in exported["documents"]]
    return await _planned(
        visit, exported, await asyncio.to_thread(_read, visit, there), Outcome()
    )


def _with_others(visit: Visit, exported: Mapping[str, Any], sent: Folder) -> Folder:
    """What was sent, and what else is in force unless that shall go."""
    if visit.form.get("how") == WHOLE:
        return sent
    names = {one.key for one in sent.documents}
    rest = (one for one in _documents(exported) if one.key not in names)
    return Folder((*rest, *sent.documents), sent.problems)


def _read(visit: Visit, there: Sequence[str]) -> Folder:
    """What was sent: zips, and files of one sort or by their path in a folder."""
    documents, problems, loose = list[Document](), list[Any](), list[tuple[str, bytes]]()
    sort, left = visit.form.get("sort", ""), MOST_BYTES
    for one in visit.files:
        if one.content.startswith(ZIP):
            found = unpack(one.content, one.name, left)
            left -= sum(len(document.body) for document in found.documents)
            documents += found.documents
            problems += found.problems
        else:
            place = _placed(one.name, sort, one.content, there)
            if place:
                loose.append((place, one.content))
            else:
                problems.append(Problem(one.name, UNSURE))
    found = look_at(loose)
    return Folder((*documents, *found.documents), (*problems, *found.problems))


def _placed(name: str, sort: str, raw: bytes, there: Sequence[str]) -> str:
    """The place in a folder of definitions: a file alone is of the sort that was chosen, else of
    that which its content has; "" if that is not sure."""
    parts = name.replace("\\", "/").split("/")
    if len(parts) > 2 and parts[-2] in TYPES:
        return "/".join(parts[-2:])
    if len(parts) > 1:
        return name
    sort = sort if sort in TYPES else family_in(name.removesuffix(".toml"), raw, there)
    return f"{sort}/{name}" if sort else ""


async def _planned(
    visit: Visit, exported: Mapping[str, Any], sent: Folder, done: Outcome
) -> Response:
    """All that is wrong, or all that would change. What was sent travels on in the form, and
    whoever was overtaken sees what it would change now."""
    found = _with_others(visit, exported, sent)
    faulty = [one.where for one in found.problems]
    told = await attempt(visit, "plan", documents=_plain(found), faulty=faulty)
    plan = told.ok or {"problems": (), "differences": (), "cautions": (), "refused": None}
    differs = await preview(visit, told.ok)
    problems = [(one.where, visit.say(one.what)) for one in found.problems]
    problems += [(one["where"], visit.say(one["what"])) for one in plan["problems"]]
    packed, why = "" if problems else await _packed(sent), done.why or told.why
    if len(packed) > LONGEST_FIELD:
        packed, why = "", (*why, visit.text("files.too_long", most=MOST_PACKED >> 20))
    return await _shown(
        visit,
        exported,
        why=why,
        status=done.status if done.why else told.status,
        plan=plan,
        differs=differs,
        problems=sorted(problems),
        packed=packed,
        unsure=done.unsure,
    )


async def _packed(sent: Folder) -> str:
    """As the form carries it on."""
    raw = await asyncio.to_thread(pack, sent.documents)
    return base64.urlsafe_b64encode(raw).decode()


async def _applied(visit: Visit, found: Folder) -> Outcome:
    """Against the version that was in force when the difference was shown."""
    base = visit.form.get("base", "")
    number = int(base) if base.isdecimal() and len(base) <= LONGEST_NUMBER else -1
    return await surely(
        visit,
        "apply",
        documents=_plain(found),
        base=number,
        note=visit.form.get("note", ""),
        empty=visit.form.get("empty") == "yes",
    )


async def _shown(
    visit: Visit,
    exported: Mapping[str, Any],
    *,
    why: tuple[str, ...] = (),
    status: int = 200,
    plan: Mapping[str, Any] | None = None,
    differs: Sequence[Worded] = (),
    problems: Sequence[tuple[str, str]] = (),
    packed: str = "",
    unsure: bool = False,
) -> Response:
    did = asked(visit, "did")
    return await visit.show(
        "files.html",
        status,
        number=exported["version"],
        count=len(exported["documents"]),
        names=_named(visit, exported),
        types=[(one, sort_of(one)) for one in TYPES],
        plan=plan,
        differs=differs,
        problems=problems[:SHOWN],
        many=len(problems),
        limits={"packed": MOST_PACKED >> 20, "size": MOST_BYTES >> 20},
        packed=packed,
        unsure=unsure,
        why=why,
        form=visit.form,
        did=did if did.isdecimal() else "",
        may=may(visit),
    )


def _named(visit: Visit, exported: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    """What another page gives another name: its key, and what it is called in words."""
    found = {one.key: one for one in _documents(exported)}
    return [(key, in_words(visit, key, content(found[key]))) for key in named_here(found)]


def _plain(found: Folder) -> Sequence[Mapping[str, str]]:
    return [{"key": one.key, "body": one.body} for one in found.documents]


def _documents(exported: Mapping[str, Any]) -> tuple[Document, ...]:
    return tuple(Document(**one) for one in exported["documents"])


def _carried(packed: str) -> bytes:
    try:
        return base64.b64decode(packed, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""
