"""Answer a server that installs Noroshi from its hub: the script, and the files that are fetched."""

from __future__ import annotations

import logging
from collections.abc import Awaitable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from noroshi.core.translation import LANGUAGES
from noroshi.link.install_line import FILE, INSTALL, WINDOWS_FILE
from noroshi.ports import StoreError
from noroshi.service.agents.installation import Installation
from noroshi.web.context import WebContext
from noroshi.web.http.connection_limits import report_person

log = logging.getLogger(__name__)
SCRIPT = "text/x-shellscript; charset=utf-8"
BINARY = "application/octet-stream"


def routes(web: WebContext) -> list[Route]:
    """Return the routes; whoever does not know the secret of an invitation learns nothing."""
    installation = Installation(web.service.context)

    async def script(request: Request) -> Response:
        language = request.path_params.get("language", "")
        if language and language not in LANGUAGES:
            return Response(status_code=404)
        try:
            text = await installation.script(request.path_params["secret"], language)
        except StoreError:
            return Response(status_code=503)
        if text is None:
            return Response(status_code=404)
        return PlainTextResponse(text, media_type=SCRIPT)

    async def file(request: Request) -> Response:
        return await answer(request, installation.file(request.path_params["secret"]))

    async def windows_installer(request: Request) -> Response:
        return await answer(
            request, installation.windows_installer(request.path_params["hash"])
        )

    async def answer(request: Request, search: Awaitable[tuple[Path, str] | None]) -> Response:
        try:
            download = await search
        except StoreError:
            return Response(status_code=503)
        if download is None:
            return Response(status_code=404)
        path, invitation = download
        address = request.client.host if request.client is not None else ""
        log.info("a server at %s installs by invitation %s", address, invitation)
        # Strangers who come meanwhile must not push the download out.
        report_person(request.scope, f"invitation/{invitation}")
        return FileResponse(path, media_type=BINARY)

    return [
        Route(f"{INSTALL}{{secret}}/{FILE}", file, methods=["GET"]),
        Route(f"{INSTALL}{{hash}}/{WINDOWS_FILE}", windows_installer, methods=["GET"]),
        Route(f"{INSTALL}{{secret}}/{{language}}", script, methods=["GET"]),
        Route(f"{INSTALL}{{secret}}", script, methods=["GET"]),
    ]
