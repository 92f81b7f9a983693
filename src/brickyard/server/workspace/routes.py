"""The rows of the workspace API."""

import base64
import io
from pathlib import Path
from typing import Any

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response

from brickyard.errors import InvalidParameterValue, MalformedRequest, RequestTooLarge, StorageFull
from brickyard.server.attachments import attachment
from brickyard.server.route import Permission, Route, json_route, raw_route
from brickyard.server.workspace.service import Workspace
from brickyard.server.workspace.wire import (
    DeleteObject,
    ExportObject,
    ImportObject,
    ListObjects,
    OnePath,
    object_info,
)
from brickyard.wire.requests import decode_base64, decode_body, decode_mapping, query_mapping

BASE = "/api/2.0/workspace"
MAX_JSON = 16 * 1024 * 1024  # bytes of an import as JSON, which is held in memory; forms are not limited
DRAIN_LIMIT = 4 * MAX_JSON


def routes(workspace: Workspace) -> tuple[Route, ...]:
    return (*_of_objects(workspace), *_of_contents(workspace))


def _of_objects(workspace: Workspace) -> tuple[Route, ...]:
    async def get_status(request: OnePath) -> dict[str, Any]:
        """Kind, language and times of a notebook, file or folder."""
        found = await workspace.find(request.path)
        [created_at] = await workspace.creation_times([found])
        return object_info(found, created_at)

    async def list_objects(request: ListObjects) -> dict[str, Any]:
        """What lies in a workspace folder."""
        after = request.notebooks_modified_after
        listed = [
            found
            for found in await workspace.listed(request.path)
            if found.kind != "NOTEBOOK" or found.modified_at >= after
        ]
        times = await workspace.creation_times(listed)
        return {"objects": [object_info(found, time) for found, time in zip(listed, times, strict=True)]}

    async def mkdirs(request: OnePath) -> dict[str, Any]:
        """Make a workspace folder and those above it."""
        await workspace.make_folder(request.path)
        return {}

    async def delete(request: DeleteObject) -> dict[str, Any]:
        """Delete a notebook, file or folder."""
        await workspace.delete(request.path, recursive=request.recursive)
        return {}

    return (
        json_route("GET", f"{BASE}/get-status", Permission.TOKEN, get_status, OnePath),
        json_route("GET", f"{BASE}/list", Permission.TOKEN, list_objects, ListObjects),
        json_route("POST", f"{BASE}/mkdirs", Permission.TOKEN, mkdirs, OnePath),
        json_route("POST", f"{BASE}/delete", Permission.TOKEN, delete, DeleteObject),
    )


def _of_contents(workspace: Workspace) -> tuple[Route, ...]:
    async def import_object(request: HttpRequest) -> Response:
        """Store a notebook or file, sent as JSON or as a multipart form."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == "multipart/form-data":
            await _import_form(workspace, request)
        else:
            asked = decode_body(ImportObject, await _body(request))
            await _import(workspace, asked, io.BytesIO(decode_base64("".join(asked.content.split()), "content")))
        return JSONResponse({})

    async def export_object(request: HttpRequest) -> Response:
        """A notebook or file, in base64 or as it is."""
        asked = decode_mapping(ExportObject, query_mapping(ExportObject, request.query_params.multi_items()))
        if not asked.direct_download:
            data, suffix = await workspace.export(asked.path, asked.format)
            return JSONResponse({"content": base64.b64encode(data).decode(), "file_type": suffix.removeprefix(".")})
        found = await workspace.download(asked.path, asked.format)
        if isinstance(found, Path):
            return attachment(found)
        return Response(
            found[0],
            media_type="application/octet-stream",
            headers={"Content-Disposition": "attachment", "Content-Security-Policy": "sandbox"},
        )

    return (
        raw_route("POST", f"{BASE}/import", Permission.TOKEN, import_object),
        raw_route("GET", f"{BASE}/export", Permission.TOKEN, export_object),
    )


async def _import_form(workspace: Workspace, request: HttpRequest) -> None:
    try:
        # Parts with a file name are spooled to disk by the parser.
        async with request.form(max_files=1, max_fields=20) as form:
            fields = {name: value for name, value in form.multi_items() if isinstance(value, str)}
            content = form.get("content")
            text = fields.pop("content", "")
            asked = decode_mapping(ImportObject, query_mapping(ImportObject, fields.items()))
            if content is None:
                raise InvalidParameterValue("The form has no part named content.")
            await _import(
                workspace, asked, content.file if isinstance(content, UploadFile) else io.BytesIO(_encoded(text))
            )
    except MultiPartException as error:
        raise MalformedRequest(f"The multipart form cannot be read: {error.message}") from None
    except OSError as error:
        raise StorageFull(f"The upload cannot be kept while it arrives: {error.strerror}.") from error


async def _import(workspace: Workspace, asked: ImportObject, content: Any) -> None:
    await workspace.import_(
        asked.path, content, format_=asked.format, language=asked.language, overwrite=asked.overwrite
    )


async def _body(request: HttpRequest) -> bytes:
    """The body of a request. One that is too large is read and dropped, so that the client hears of it."""
    parts, size = bytearray(), 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= MAX_JSON:
            parts += chunk
        elif size > DRAIN_LIMIT:
            break
    if size > MAX_JSON:
        raise RequestTooLarge(f"The request has more than {MAX_JSON // 1024 // 1024} MiB: send a multipart form.")
    return bytes(parts)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
