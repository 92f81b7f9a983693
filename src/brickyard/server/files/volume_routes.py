"""The rows of the Files API.

Databricks hands out signed URLs of its object store for parts and downloads. Here they are URLs of this server, and the
headers that go with them hold the token that the client has sent itself.
"""

from typing import Any
from urllib.parse import quote, urlencode

from starlette.requests import Request as HttpRequest
from starlette.responses import FileResponse, JSONResponse, Response

from brickyard.errors import InvalidParameterValue, RequestTooLarge
from brickyard.server.attachments import attachment
from brickyard.server.files.parts import PartialUploads
from brickyard.server.files.volume_wire import (
    AbortUrl,
    CompleteUpload,
    DownloadUrl,
    PartUrls,
    directory_page,
    directory_query,
    file_query,
    http_date,
    is_unmodified,
)
from brickyard.server.files.volumes import VolumeFiles
from brickyard.server.route import Permission, Route, raw_route
from brickyard.wire.requests import decode_body, decode_mapping, query_mapping

BASE = "/api/2.0/fs"
MAX_URLS = 1000
MAX_BODY = 4 * 1024 * 1024  # bytes: the list of 10,000 parts is a tenth of it


def routes(volumes: VolumeFiles, uploads: PartialUploads) -> tuple[Route, ...]:
    return (
        *_of_files(volumes),
        *_of_changes(volumes, uploads),
        *_of_directories(volumes),
        *_of_urls(volumes, uploads),
    )


def _of_files(volumes: VolumeFiles) -> tuple[Route, ...]:
    async def download(request: HttpRequest) -> Response:
        """Send a file of a volume, whole or a range of it."""
        path, entry = await volumes.file(_path(request))
        return attachment(path) if is_unmodified(request, entry) else Response(status_code=412)

    async def head(request: HttpRequest) -> Response:
        """Size and time of a file of a volume."""
        path, entry = await volumes.file(_path(request))
        if not is_unmodified(request, entry):
            return Response(status_code=412)
        shown: FileResponse = attachment(path)
        shown.headers["Content-Length"] = str(entry.size)
        shown.headers["Last-Modified"] = http_date(entry.modified_at)
        return shown

    return (
        raw_route("GET", f"{BASE}/files/{{path:rest}}", Permission.TOKEN, download),
        raw_route("HEAD", f"{BASE}/files/{{path:rest}}", Permission.TOKEN, head),
    )


def _of_changes(volumes: VolumeFiles, uploads: PartialUploads) -> tuple[Route, ...]:
    async def put(request: HttpRequest) -> Response:
        """Store a file of a volume, streamed, or a part of one."""
        query, path = file_query(request), _path(request)
        if not query.session_token:
            await volumes.receive(request, path, overwrite=query.overwrite)
            return Response(status_code=204)
        target = await volumes.target(path)
        etag = await uploads.add(request, query.session_token, target, query.part_number)
        return Response(status_code=200, headers={"ETag": f'"{etag}"'})

    async def post(request: HttpRequest) -> Response:
        """Begin or complete the upload of a file of a volume in parts."""
        query = file_query(request)
        target = await volumes.target(_path(request))
        if query.action == "initiate-upload":
            token = await uploads.begin(target, overwrite=query.overwrite)
            return JSONResponse({"multipart_upload": {"session_token": token}})
        if query.action != "complete-upload":
            raise InvalidParameterValue(
                f"action is {query.action[:100]!r}; it must be initiate-upload or complete-upload."
            )
        asked = decode_body(CompleteUpload, await _body(request))
        await uploads.complete(query.session_token, target, [(part.part_number, part.etag) for part in asked.parts])
        return Response(status_code=204)

    async def delete(request: HttpRequest) -> Response:
        """Delete a file of a volume, or drop an upload in parts."""
        query, path = file_query(request), _path(request)
        if query.action == "abort-upload":
            await uploads.abort(query.session_token, await volumes.target(path))
            return Response(status_code=200)
        await volumes.delete_file(path)
        return Response(status_code=204)

    return (
        raw_route("PUT", f"{BASE}/files/{{path:rest}}", Permission.TOKEN, put),
        raw_route("POST", f"{BASE}/files/{{path:rest}}", Permission.TOKEN, post),
        raw_route("DELETE", f"{BASE}/files/{{path:rest}}", Permission.TOKEN, delete),
    )


def _of_directories(volumes: VolumeFiles) -> tuple[Route, ...]:
    async def listed(request: HttpRequest) -> Response:
        """A page of what lies in a directory of a volume."""
        query = directory_query(request)
        return JSONResponse(directory_page(await volumes.listed(_path(request), query.page_size, query.page_token)))

    async def head(request: HttpRequest) -> Response:
        """Whether a directory of a volume is there."""
        await volumes.directory(_path(request))
        return Response(status_code=200)

    async def make(request: HttpRequest) -> Response:
        """Make a directory of a volume and those above it."""
        await volumes.make_directory(_path(request))
        return Response(status_code=204)

    async def delete(request: HttpRequest) -> Response:
        """Delete an empty directory of a volume."""
        await volumes.delete_directory(_path(request))
        return Response(status_code=204)

    path = f"{BASE}/directories/{{path:rest}}"
    return (
        raw_route("GET", path, Permission.TOKEN, listed),
        raw_route("HEAD", path, Permission.TOKEN, head),
        raw_route("PUT", path, Permission.TOKEN, make),
        raw_route("DELETE", path, Permission.TOKEN, delete),
    )


def _of_urls(volumes: VolumeFiles, uploads: PartialUploads) -> tuple[Route, ...]:
    async def part_urls(request: HttpRequest) -> Response:
        """Where the parts of an upload are to be sent."""
        asked = decode_body(PartUrls, await _body(request))
        if not 1 <= asked.count <= MAX_URLS:
            raise InvalidParameterValue(f"count is {asked.count}; it must be from 1 to {MAX_URLS}.")
        uploads.check(asked.session_token, await volumes.target(asked.path))
        numbers = range(asked.start_part_number, asked.start_part_number + asked.count)
        urls = [
            {
                "part_number": number,
                "url": _url(
                    request, asked.path, upload_type="multipart", session_token=asked.session_token, part_number=number
                ),
                "headers": _headers(request),
            }
            for number in numbers
        ]
        return JSONResponse({"upload_part_urls": urls})

    async def abort_url(request: HttpRequest) -> Response:
        """Where an upload in parts is dropped."""
        asked = decode_body(AbortUrl, await _body(request))
        uploads.check(asked.session_token, await volumes.target(asked.path))
        url = _url(request, asked.path, action="abort-upload", session_token=asked.session_token)
        return JSONResponse({"abort_upload_url": {"url": url, "headers": _headers(request)}})

    async def download_url(request: HttpRequest) -> Response:
        """Where a file of a volume is fetched from."""
        asked = decode_mapping(DownloadUrl, query_mapping(DownloadUrl, request.query_params.multi_items()))
        await volumes.file(asked.path)
        return JSONResponse({"url": _url(request, asked.path), "headers": _headers(request)})

    return (
        raw_route("POST", f"{BASE}/create-upload-part-urls", Permission.TOKEN, part_urls),
        raw_route("POST", f"{BASE}/create-abort-upload-url", Permission.TOKEN, abort_url),
        raw_route("POST", f"{BASE}/create-download-url", Permission.TOKEN, download_url),
    )


def _path(request: HttpRequest) -> str:
    path: str = request.path_params["path"]
    return f"/{path}"


def _url(request: HttpRequest, path: str, **query: Any) -> str:
    base = str(request.base_url).rstrip("/")
    return f"{base}{BASE}/files{quote(path, errors='replace')}" + (f"?{urlencode(query)}" if query else "")


def _headers(request: HttpRequest) -> list[dict[str, str]]:
    token = request.headers.get("authorization")
    return [{"name": "Authorization", "value": token}] if token else []


async def _body(request: HttpRequest) -> bytes:
    parts = bytearray()
    async for chunk in request.stream():
        parts += chunk
        if len(parts) > MAX_BODY:
            raise RequestTooLarge(f"The request body has more than {MAX_BODY // 1024 // 1024} MiB.")
    return bytes(parts)
