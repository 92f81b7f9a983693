"""The rules of the workspace: notebooks, files and folders as plain files of the home's folder `workspace`."""

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from brickyard.clock import now_ms
from brickyard.errors import (
    AlreadyExists,
    BadRequest,
    DirectoryNotEmpty,
    FileNotFound,
    InvalidParameterValue,
    NotebookTooLarge,
    NotImplementedHere,
)
from brickyard.server.db.database import Database
from brickyard.server.disk import Folder
from brickyard.server.workspace import store
from brickyard.server.workspace.contents import MAX_NOTEBOOK, Format, Incoming, exported, incoming
from brickyard.server.workspace.entities import WorkspaceObject, object_id
from brickyard.server.workspace.tree import Tree, segments_of
from brickyard.wire.notebook_text import Language

ROOTS = (("Shared",), ("Users",))


class Workspace:
    """Objects by their absolute path. One change at a time, so that checks and changes belong together."""

    def __init__(self, database: Database, folder: Folder) -> None:
        self._database = database
        self._folder = folder
        self._tree = Tree(folder)
        self._changes = asyncio.Lock()

    async def open(self, user: str) -> None:
        """Make the folders that each workspace has: /Shared, /Users and the user's own."""
        for segments in (*ROOTS, ("Users", user)):
            await asyncio.to_thread(self._folder.make_folder, segments)

    async def find(self, path: str) -> WorkspaceObject:
        """
        Raises:
            InvalidParameterValue: not an absolute path, or one that leaves the workspace.
            FileNotFound: nothing has this path.
        """
        return await asyncio.to_thread(self._tree.require, segments_of(path))

    async def listed(self, path: str) -> list[WorkspaceObject]:
        """What lies in a folder; of a notebook or file, itself. Raises as `find`."""
        found = await self.find(path)
        if found.kind != "DIRECTORY":
            return [found]
        return await asyncio.to_thread(self._tree.children, found.place)

    async def creation_times(self, objects: Sequence[WorkspaceObject]) -> list[int]:
        """When each was made, in milliseconds; of those that were put into the folder by hand, when they changed."""
        ids = [item.object_id for item in objects]
        known = await self._database.read(lambda connection: store.created_at(connection, ids))
        return [min(known.get(item.object_id, item.modified_at), item.modified_at) for item in objects]

    async def make_folder(self, path: str) -> None:
        """A folder and those above it; nothing happens to those that are there.

        Raises:
            AlreadyExists: a notebook or file has this name, or that of a folder above.
        """
        segments, now = segments_of(path), now_ms()
        async with self._changes:
            await asyncio.to_thread(self._make_folder, segments)
        made = ["/" + "/".join(segments[:length]) for length in range(1, len(segments) + 1)]
        for name in made:
            await self._remember(name, now)

    async def import_(
        self, path: str, content: IO[bytes], *, format_: Format, language: Language | None, overwrite: bool
    ) -> WorkspaceObject:
        """Store a notebook or file.

        Raises:
            InvalidParameterValue: a bad path; content that does not fit the format; a missing language.
            NotImplementedHere: a format that is not imported here.
            FileNotFound: the folder is missing.
            AlreadyExists: something has this path, and overwrite is not set or it is of another kind.
            NotebookTooLarge: a notebook of more than 10 MiB.
        """
        segments, now = segments_of(path), now_ms()
        if not segments:
            raise InvalidParameterValue("path must name a notebook or file.")
        new = await asyncio.to_thread(incoming, segments[-1], content, format_, language)
        async with self._changes:
            found = await asyncio.to_thread(self._store, segments[:-1], new, content, overwrite)
        await self._remember(found.path, now)
        return found

    async def export(self, path: str, format_: Format) -> tuple[bytes, str]:
        """The content of a notebook or file, and its suffix.

        Raises:
            FileNotFound: nothing has this path.
            NotebookTooLarge: a file of more than 10 MiB; those are downloaded.
            BadRequest: a folder.
        """
        found = await self.find(path)
        if found.size > MAX_NOTEBOOK:
            raise NotebookTooLarge(
                f"{found.path} has more than {MAX_NOTEBOOK // 1024 // 1024} MiB: export it with direct_download."
            )
        return await asyncio.to_thread(self._export, found, format_)

    async def download(self, path: str, format_: Format) -> Path | tuple[bytes, str]:
        """As `export`, or the file itself where its content is what is asked for."""
        found = await self.find(path)
        if found.kind == "FILE" and format_ in {"SOURCE", "AUTO", "RAW"}:
            return self._folder.path(found.place)
        return await self.export(path, format_)

    async def delete(self, path: str, *, recursive: bool) -> None:
        """
        Raises:
            FileNotFound: nothing has this path.
            DirectoryNotEmpty: a folder that is not empty, without recursive.
            BadRequest: the workspace itself, /Shared or /Users.
        """
        segments = segments_of(path)
        if not segments or segments in ROOTS:
            raise BadRequest(f"The folder /{'/'.join(segments)} cannot be deleted.")
        async with self._changes:
            gone = await asyncio.to_thread(self._delete, segments, recursive)
        await self._database.write(lambda connection: store.forget(connection, gone))

    async def _remember(self, path: str, now: int) -> None:
        number = object_id(path)
        await self._database.write(lambda connection: store.remember(connection, number, now))

    def _make_folder(self, segments: Sequence[str]) -> None:
        for length in range(1, len(segments) + 1):
            found = self._tree.find(segments[:length])
            if found is not None and found.kind != "DIRECTORY":
                raise AlreadyExists(f"Path ({found.path}) already exists: it is a {found.kind}.")
        self._folder.make_folder(segments)

    def _store(self, parent: Sequence[str], new: Incoming, content: IO[bytes], overwrite: bool) -> WorkspaceObject:
        segments = (*parent, new.name)
        place = (*parent, new.name + new.suffix)
        above = self._tree.find(parent)
        if above is None or above.kind != "DIRECTORY":
            raise FileNotFound(f"The parent folder (/{'/'.join(parent)}) does not exist.")
        before = self._replaced(segments, place, new, overwrite)
        with self._folder.writing(place, overwrite=True) as file:
            if new.data is None:
                shutil.copyfileobj(content, file, 1024 * 1024)
            else:
                file.write(new.data)
        if before is not None and before.place != place:
            self._folder.remove(before.place, recursive=False)
        return self._tree.require(segments)

    def _replaced(
        self, segments: tuple[str, ...], place: tuple[str, ...], new: Incoming, overwrite: bool
    ) -> WorkspaceObject | None:
        """What the new object takes the place of.

        Raises:
            AlreadyExists: it must not.
        """
        kind = "NOTEBOOK" if new.is_notebook else "FILE"
        before = self._tree.find(segments)
        if before is not None and before.segments == segments:
            if before.kind != kind:
                raise AlreadyExists(f"Path ({before.path}) already exists: it is a {before.kind}, not a {kind}.")
            if not overwrite:
                raise AlreadyExists(f"Path ({before.path}) already exists.")
        occupant = self._tree.find(place)
        if occupant is not None and occupant.segments != segments:
            raise AlreadyExists(
                f"Path (/{'/'.join(segments)}) cannot be used: its file would take the place of the "
                f"{occupant.kind} {occupant.path}."
            )
        return before if before is not None and before.segments == segments else None

    def _export(self, found: WorkspaceObject, format_: Format) -> tuple[bytes, str]:
        if found.kind == "DIRECTORY":
            raise BadRequest(f"{found.path} is a folder: list it, and export what lies in it.")
        data = self._folder.path(found.place).read_bytes()
        if found.kind == "NOTEBOOK":
            return exported(found, data, format_)
        if format_ not in {"SOURCE", "AUTO", "RAW"}:
            raise NotImplementedHere(f"{found.path} is a file: it cannot be exported as {format_}.")
        return data, Path(found.path).suffix

    def _delete(self, segments: Sequence[str], recursive: bool) -> list[int]:
        """The ids of what was deleted."""
        found = self._tree.require(segments)
        gone = [found]
        if found.kind == "DIRECTORY":
            below = self._tree.below(found.place)
            if below and not recursive:
                raise DirectoryNotEmpty(f"Folder {found.path} is not empty: set recursive to delete what lies in it.")
            gone += below
        self._folder.remove(found.place, recursive=recursive)
        return [item.object_id for item in gone]
