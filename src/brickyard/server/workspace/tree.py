"""The workspace's objects as the files of a folder. Everything here blocks.

What a file is follows from its name and first line alone, so that files which people put into the folder are found:
NAME.py, .sql, .scala and .r that begin with the line `Databricks notebook source` (as a comment) and NAME.ipynb are the
notebook NAME; every other file is a file.
"""

from collections.abc import Sequence

from brickyard.errors import FileNotFound, InvalidParameterValue
from brickyard.server.disk import UPLOADS, Entry, Folder
from brickyard.server.workspace.entities import LANGUAGES, NOTEBOOK_SUFFIXES, WorkspaceObject
from brickyard.wire.notebook_text import JUPYTER_SUFFIX, Language, is_source
from brickyard.wire.paths import relative_segments

PREFIX = "/Workspace/"  # some clients put it before the path; it means the same
_FIRST_LINE = 64  # bytes


def segments_of(path: str) -> tuple[str, ...]:
    """The segments of an absolute workspace path.

    Raises:
        InvalidParameterValue: not absolute, or leaving its root.
    """
    if not path.startswith("/"):
        raise InvalidParameterValue(f"Path ({path[:200]!r}) must be absolute: begin it with '/'.")
    if f"{path}/".startswith(PREFIX):
        path = path[len(PREFIX) - 1 :]
    segments = relative_segments(path.strip("/"))
    if segments and segments[0] == UPLOADS:
        raise InvalidParameterValue(f"Path ({path[:200]!r}) is the server's own.")
    return segments


class Tree:
    """Looks objects up. Thread-safety: any thread."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder

    def find(self, segments: Sequence[str]) -> WorkspaceObject | None:
        """The object of a path. A notebook is found by its name on disk too, when nothing has that very path."""
        exact = self._at(segments)
        if exact is not None and exact.segments == tuple(segments):
            return exact
        for suffix in NOTEBOOK_SUFFIXES if segments else ():
            found = self._at((*segments[:-1], segments[-1] + suffix))
            if found is not None and found.segments == tuple(segments):
                return found
        return exact

    def require(self, segments: Sequence[str]) -> WorkspaceObject:
        """
        Raises:
            FileNotFound: nothing has this path.
        """
        found = self.find(segments)
        if found is None:
            raise FileNotFound(f"Path (/{'/'.join(segments)}) doesn't exist.")
        return found

    def children(self, segments: Sequence[str]) -> list[WorkspaceObject]:
        """What lies directly in a folder, by path."""
        found = [self._object(tuple(entry.path.split("/")), entry) for entry in self.folder.list(segments)]
        return sorted(found, key=lambda item: item.path)

    def below(self, segments: Sequence[str]) -> list[WorkspaceObject]:
        """What lies in a folder and in the folders in it."""
        found: list[WorkspaceObject] = []
        folders = [tuple(segments)]
        while folders:
            children = self.children(folders.pop())
            found += children
            folders += [child.place for child in children if child.kind == "DIRECTORY"]
        return found

    def _at(self, place: Sequence[str]) -> WorkspaceObject | None:
        try:
            return self._object(tuple(place), self.folder.stat(place))
        except FileNotFound:
            return None
        except InvalidParameterValue:
            # A name that is too long with its suffix: there cannot be such a file.
            if len(place[-1].encode()) > 255:
                return None
            raise

    def _object(self, place: tuple[str, ...], entry: Entry) -> WorkspaceObject:
        language = None if entry.is_dir else self._language(place)
        if language is not None:
            name = place[-1].rpartition(".")[0]
            return WorkspaceObject(
                segments=(*place[:-1], name),
                place=place,
                kind="NOTEBOOK",
                size=entry.size,
                modified_at=entry.modified_at,
                language=language,
            )
        return WorkspaceObject(
            segments=place,
            place=place,
            kind="DIRECTORY" if entry.is_dir else "FILE",
            size=entry.size,
            modified_at=entry.modified_at,
        )

    def _language(self, place: Sequence[str]) -> Language | None:
        """The language of the notebook that a file is, or None for a file."""
        name, dot, suffix = place[-1].rpartition(".")
        if not name:
            return None
        if dot + suffix == JUPYTER_SUFFIX:
            return "PYTHON"
        language = LANGUAGES.get(dot + suffix)
        if language is None:
            return None
        try:
            with self.folder.path(place).open("rb") as file:
                start = file.read(_FIRST_LINE).decode("utf-8", "replace")
        except OSError:
            return None  # it has gone meanwhile, or is not ours to read: shown as a file
        return language if is_source(start, language) else None
