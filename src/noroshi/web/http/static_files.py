"""Serve the static files of the pages: read once, found by name, so no path leads anywhere
else."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
NAMES = (
    "style.css",
    "logo.svg",
    "live.js",
    "copy.js",
    "busy.js",
    "find.js",
    "vendor/htmx/htmx.min.js",
    "vendor/htmx/hx-sse.min.js",
)
CACHE_CONTROL = "public, max-age=3600"


@dataclass(frozen=True, slots=True)
class File:
    """Hold the bytes that are sent, and the tag by which a browser knows that it has them."""

    body: bytes
    kind: str
    tag: str


@cache
def load_files() -> dict[str, File]:
    """Return all static files, by name."""
    folder = files("noroshi.web").joinpath("static")
    by_name = dict[str, File]()
    for name in NAMES:
        body = folder.joinpath(name).read_bytes()
        tag = f'"{sha256(body).hexdigest()[:16]}"'
        by_name[name] = File(body, KINDS[name.rpartition(".")[2]], tag)
    return by_name


async def static(request: Request) -> Response:
    """Return one file; 304 for a browser that has it."""
    file = load_files().get(request.path_params["name"])
    if file is None:
        raise HTTPException(404)
    headers = {"etag": file.tag, "cache-control": CACHE_CONTROL}
    if request.headers.get("if-none-match") == file.tag:
        return Response(status_code=304, headers=headers)
    return Response(file.body, media_type=file.kind, headers=headers)


def routes() -> list[Route]:
    """Return the route of the files."""
    return [Route("/static/{name:path}", static, methods=["GET"])]
