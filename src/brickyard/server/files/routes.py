"""The rows of DBFS."""

from typing import Any

from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response

from brickyard.server.attachments import attachment
from brickyard.server.files.service import Dbfs
from brickyard.server.files.wire import (
    AddBlock,
    CloseFile,
    CreateFile,
    DeleteFile,
    MoveFile,
    OnePath,
    PutFile,
    ReadFile,
)
from brickyard.server.route import Permission, Route, json_route, raw_route

BASE = "/api/2.0/dbfs"


def routes(dbfs: Dbfs) -> tuple[Route, ...]:
    return (*_of_paths(dbfs), *_of_blocks(dbfs), *_of_whole_files(dbfs))


def _of_paths(dbfs: Dbfs) -> tuple[Route, ...]:
    async def get_status(request: OnePath) -> dict[str, Any]:
        """Size, kind and time of a file or folder."""
        return await dbfs.status(request.path)

    async def list_files(request: OnePath) -> dict[str, Any]:
        """What lies in a folder."""
        return {"files": await dbfs.list(request.path)}

    async def mkdirs(request: OnePath) -> dict[str, Any]:
        """Make a folder and those above it."""
        await dbfs.make_folder(request.path)
        return {}

    async def delete(request: DeleteFile) -> dict[str, Any]:
        """Delete a file or folder."""
        await dbfs.delete(request.path, recursive=request.recursive)
        return {}

    async def move(request: MoveFile) -> dict[str, Any]:
        """Move a file or folder."""
        await dbfs.move(request.source_path, request.destination_path)
        return {}

    return (
        json_route("GET", f"{BASE}/get-status", Permission.TOKEN, get_status, OnePath),
        json_route("GET", f"{BASE}/list", Permission.TOKEN, list_files, OnePath),
        json_route("POST", f"{BASE}/mkdirs", Permission.TOKEN, mkdirs, OnePath),
        json_route("POST", f"{BASE}/delete", Permission.TOKEN, delete, DeleteFile),
        json_route("POST", f"{BASE}/move", Permission.TOKEN, move, MoveFile),
    )


def _of_blocks(dbfs: Dbfs) -> tuple[Route, ...]:
    async def read(request: ReadFile) -> dict[str, Any]:
        """A block of a file, in base64."""
        return await dbfs.read(request.path, request.offset, request.length)

    async def create(request: CreateFile) -> dict[str, Any]:
        """Open a file to write it in blocks."""
        return {"handle": await dbfs.create(request.path, overwrite=request.overwrite)}

    async def add_block(request: AddBlock) -> dict[str, Any]:
        """Add a block, in base64, to an open file."""
        await dbfs.add_block(request.handle or 0, request.data)
        return {}

    async def close(request: CloseFile) -> dict[str, Any]:
        """Close an open file: it takes its place."""
        await dbfs.close(request.handle or 0)
        return {}

    async def put(request: PutFile) -> dict[str, Any]:
        """Write a small file at once."""
        await dbfs.put(request.path, request.contents, overwrite=request.overwrite)
        return {}

    return (
        json_route("GET", f"{BASE}/read", Permission.TOKEN, read, ReadFile),
        json_route("POST", f"{BASE}/create", Permission.TOKEN, create, CreateFile),
        json_route("POST", f"{BASE}/add-block", Permission.TOKEN, add_block, AddBlock),
        json_route("POST", f"{BASE}/close", Permission.TOKEN, close, CloseFile),
        json_route("POST", f"{BASE}/put", Permission.TOKEN, put, PutFile),
    )


def _of_whole_files(dbfs: Dbfs) -> tuple[Route, ...]:
    async def download(request: HttpRequest) -> Response:
        """Send a file, as MLflow's DBFS client asks for it."""
        return attachment(await dbfs.file("/" + request.path_params["path"]))

    async def upload(request: HttpRequest) -> Response:
        """Store a file, streamed, as MLflow's DBFS client sends it."""
        await dbfs.receive(request, "/" + request.path_params["path"])
        return JSONResponse({})

    return (
        raw_route("GET", "/dbfs/{path:rest}", Permission.TOKEN, download),
        raw_route("POST", "/dbfs/{path:rest}", Permission.TOKEN, upload),
    )
