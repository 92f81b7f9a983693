"""A folder of files on this machine: durable writes that appear whole or not at all.

Plain files under their own names, so that people and the stock MLflow server find them. All functions block; the slices
call them in threads.
"""

import errno
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from brickyard.errors import AlreadyExists, FileNotFound, InvalidParameterValue, StorageFull

UPLOADS = ".uploads"  # unfinished files, in the root: they are on the same disk, and emptied at the start


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A file or folder. `path` is relative to the root; size in bytes; time in milliseconds since the epoch."""

    path: str
    is_dir: bool
    size: int
    modified_at: int


class Folder:
    """The files under one root. Paths are the segments that `brickyard.wire.paths.relative_segments` lets through.

    Thread-safety: any thread. Two writers of one file: the last to finish wins, whole.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._uploads = root / UPLOADS

    def prepare(self) -> None:
        """Drop what unfinished uploads of an earlier server left."""
        shutil.rmtree(self._uploads, ignore_errors=True)
        self._uploads.mkdir(parents=True, exist_ok=True)

    def path(self, segments: Sequence[str]) -> Path:
        """
        Raises:
            InvalidParameterValue: a symbolic link on the way leads out of the root, or the name is the server's own.
        """
        if segments and segments[0] == UPLOADS:
            raise InvalidParameterValue(f"Invalid path {'/'.join(segments)!r}: {UPLOADS} is the server's own folder.")
        path = self.root.joinpath(*segments)
        root = os.path.realpath(self.root)
        if os.path.commonpath((root, os.path.realpath(path))) != root:
            raise InvalidParameterValue(f"Invalid path {'/'.join(segments)!r}: it leads out of its root.")
        return path

    def stat(self, segments: Sequence[str]) -> Entry:
        """
        Raises:
            FileNotFound: neither file nor folder.
        """
        path = self.path(segments)
        try:
            return _entry("/".join(segments), path.stat(), path.is_dir())
        except (FileNotFoundError, NotADirectoryError):
            raise _missing(segments) from None
        except OSError as error:
            raise _translated(error, segments) from error

    def list(self, segments: Sequence[str]) -> list[Entry]:
        """What lies directly in a folder, by name; without links that lead nowhere and files that go meanwhile.

        Raises:
            FileNotFound: no such folder.
        """
        path, prefix = self.path(segments), "".join(f"{segment}/" for segment in segments)
        try:
            with os.scandir(path) as entries:
                found = [
                    _entry(prefix + entry.name, stat, entry.is_dir())
                    for entry in entries
                    if (entry.name != UPLOADS or segments) and (stat := _stat(entry))
                ]
        except (FileNotFoundError, NotADirectoryError):
            raise _missing(segments) from None
        except OSError as error:
            raise _translated(error, segments) from error
        return sorted(found, key=lambda entry: entry.path)

    @contextmanager
    def writing(self, segments: Sequence[str], *, overwrite: bool = True) -> Iterator[IO[bytes]]:
        """A file to write, which takes its place when the block ends without an error, and is on disk then.

        Raises:
            StorageFull: the disk is full or cannot be written.
            AlreadyExists: the file is there and must not be overwritten, or a folder has its name.
        """
        target = self.path(segments)
        upload = self._uploads / secrets.token_hex(16)
        try:
            self._check_free(target, segments, overwrite)
            with upload.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            self._check_free(target, segments, overwrite)
            self._make_parents(target.parent)
            os.replace(upload, target)
            sync_folder(target.parent)
        except OSError as error:
            raise _translated(error, segments) from error
        finally:
            upload.unlink(missing_ok=True)

    def make_folder(self, segments: Sequence[str]) -> None:
        """The folder and those above it.

        Raises:
            AlreadyExists: a file has this name.
        """
        try:
            self._make_parents(self.path(segments))
        except OSError as error:
            raise _translated(error, segments) from error

    def remove(self, segments: Sequence[str], *, recursive: bool) -> bool:
        """Whether there was something to remove. A folder goes at once, then its files are deleted.

        Raises:
            InvalidParameterValue: a folder that is not empty, without `recursive`; or the root itself.
        """
        path = self.path(segments)
        if not segments:
            raise InvalidParameterValue("The root folder cannot be removed.")
        try:
            if path.is_dir() and not path.is_symlink():
                if not recursive and any(path.iterdir()):
                    raise InvalidParameterValue(
                        f"The folder {'/'.join(segments)!r} is not empty: set recursive to remove it with its files."
                    )
                trash = self._uploads / secrets.token_hex(16)
                os.replace(path, trash)
                sync_folder(path.parent)
                shutil.rmtree(trash, ignore_errors=True)
            else:
                path.unlink()
                sync_folder(path.parent)
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            raise _translated(error, segments) from error
        return True

    def move(self, source: Sequence[str], target: Sequence[str]) -> None:
        """
        Raises:
            FileNotFound: nothing is at the source.
            AlreadyExists: something is at the target.
        """
        before, after = self.path(source), self.path(target)
        try:
            if not before.exists():
                raise _missing(source)
            if after.exists():
                raise AlreadyExists(f"A file or folder already exists at the target path {'/'.join(target)!r}.")
            self._make_parents(after.parent)
            os.rename(before, after)
            sync_folder(after.parent)
            sync_folder(before.parent)
        except OSError as error:
            raise _translated(error, target) from error

    def _make_parents(self, folder: Path) -> None:
        missing = []
        while not folder.exists():
            missing.append(folder)
            folder = folder.parent
        for new in reversed(missing):
            new.mkdir(exist_ok=True)
            sync_folder(new.parent)
        if not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "a file has the name of a folder", str(folder))

    def _check_free(self, target: Path, segments: Sequence[str], overwrite: bool) -> None:
        if not segments or target.is_dir():
            raise AlreadyExists(f"A folder has the name {'/'.join(segments)!r}; a file cannot take it.")
        if not overwrite and target.exists():
            raise AlreadyExists(f"A file already exists at {'/'.join(segments)!r}; set overwrite to replace it.")


def _entry(path: str, stat: os.stat_result, is_dir: bool) -> Entry:
    return Entry(path=path, is_dir=is_dir, size=0 if is_dir else stat.st_size, modified_at=int(stat.st_mtime * 1000))


def _stat(entry: os.DirEntry[str]) -> os.stat_result | None:
    try:
        return entry.stat()
    except FileNotFoundError:
        return None


def _missing(segments: Sequence[str]) -> FileNotFound:
    return FileNotFound(f"No such file or directory: '{'/'.join(segments)}'")


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk: those of files that were made, renamed or deleted there."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _translated(error: OSError, segments: Sequence[str]) -> Exception:
    name = "/".join(segments)
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EACCES, errno.EPERM}:
        return StorageFull(f"{name!r} cannot be written: {error.strerror}. Nothing was changed.")
    if error.errno in {errno.ENAMETOOLONG, errno.EINVAL, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.EILSEQ}:
        return InvalidParameterValue(f"Invalid path {name[:200]!r}: {error.strerror}.")
    return error
