"""dbutils.fs: files of dbfs:/, /Volumes and this machine."""

import re
from dataclasses import dataclass
from typing import NoReturn

from brickyard.errors import AlreadyExists, InvalidParameterValue, NotImplementedHere
from brickyard.notebook.client import BLOCK, ServerClient
from brickyard.notebook.dbutils.dbfs import DbfsStorage
from brickyard.notebook.dbutils.help import Documented
from brickyard.notebook.dbutils.local import LocalStorage
from brickyard.notebook.dbutils.storage import Entry, FileInfo, MountInfo, Storage
from brickyard.notebook.dbutils.volumes import VolumeStorage

_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*):")


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A path in the storage that holds it."""

    storage: Storage
    path: str

    @property
    def uri(self) -> str:
        return self.storage.scheme + self.path

    def status(self) -> Entry | None:
        return self.storage.status(self.path)

    def child(self, name: str) -> "Place":
        return Place(storage=self.storage, path=f"{self.path.rstrip('/')}/{name}")

    def need(self) -> Entry:
        """What lies here.

        Raises:
            FileNotFoundError: nothing; worded as Databricks words it.
        """
        entry = self.status()
        if entry is None:
            raise FileNotFoundError(f"java.io.FileNotFoundException: No such file or directory: {self.uri}")
        return entry


class FileSystemTools(Documented):
    """Files: dbfs:/x, /mnt/x and /x lie on the server; /Volumes/... too; file:/x on this machine."""

    title = "dbutils.fs"

    def __init__(self, client: ServerClient) -> None:
        self._dbfs = DbfsStorage(client)
        self._volumes = VolumeStorage(client)
        self._local = LocalStorage()

    def ls(self, path: str) -> list[FileInfo]:
        """List a folder; of a file, the file alone.

        Raises:
            FileNotFoundError: no such path.
        """
        place = self._place(path)
        entry = place.need()
        return [
            _info(place.storage, found) for found in (place.storage.entries(place.path) if entry.is_dir else [entry])
        ]

    def head(self, file: str, max_bytes: int = 65536) -> str:
        """The first bytes of a file as text in UTF-8.

        Raises:
            FileNotFoundError: no such file.
        """
        place = self._place(file)
        if place.need().is_dir:
            _refuse(f"{place.uri} is a folder; head() reads files")
        return b"".join(place.storage.read(place.path, limit=max_bytes)).decode("utf-8", errors="replace")

    def put(self, file: str, contents: str, overwrite: bool = False) -> bool:
        """Write a text to a file, in UTF-8.

        Raises:
            AlreadyExists: the file is there, and overwrite is not set.
        """
        place, data = self._place(file), contents.encode()
        if not overwrite and place.status() is not None:
            raise AlreadyExists(f"java.nio.file.FileAlreadyExistsException: {place.uri}; pass overwrite=True")
        place.storage.write(place.path, (data[i : i + BLOCK] for i in range(0, len(data), BLOCK)), overwrite=overwrite)
        print(f"Wrote {len(data)} bytes.")
        return True

    def mkdirs(self, dir: str) -> bool:
        """Make a folder, and those that lead to it."""
        place = self._place(dir)
        place.storage.make_folder(place.path)
        return True

    def cp(self, source: str, dest: str, recurse: bool = False) -> bool:
        """Copy a file, or with recurse a folder's contents; from one storage to another too.

        A file goes into `dest` where that is a folder.

        Raises:
            FileNotFoundError: no such source.
            InvalidParameterValue: a folder without recurse.
        """
        origin, target = self._place(source), self._place(dest)
        entry = origin.need()
        if entry.is_dir:
            self._check_folder(origin, target, recurse, "cp")
            _copy_folder(origin, target)
        else:
            _copy_file(origin, _into(target, entry))
        return True

    def mv(self, source: str, dest: str, recurse: bool = False) -> bool:
        """Move a file, or with recurse a folder; from one storage to another too.

        Raises:
            FileNotFoundError: no such source.
            InvalidParameterValue: a folder without recurse.
        """
        origin, target = self._place(source), self._place(dest)
        entry = origin.need()
        if entry.is_dir:
            self._check_folder(origin, target, recurse, "mv")
        else:
            target = _into(target, entry)
        if origin.uri == target.uri:
            return True
        if origin.storage is target.storage is self._dbfs and target.status() is None:
            self._dbfs.move(origin.path, target.path)
            return True
        (_copy_folder if entry.is_dir else _copy_file)(origin, target)
        origin.storage.delete(origin.path, recursive=True)
        return True

    def rm(self, dir: str, recurse: bool = False) -> bool:
        """Delete a file, or with recurse a folder; False where there is nothing.

        Raises:
            InvalidParameterValue: a folder that is not empty, without recurse.
        """
        place = self._place(dir)
        entry = place.status()
        if entry is None:
            return False
        if entry.is_dir and not recurse and place.storage.entries(place.path):
            _refuse(f"{place.uri} is a folder that is not empty; pass recurse=True")
        place.storage.delete(place.path, recursive=recurse)
        return True

    def mounts(self) -> list[MountInfo]:
        """The mount points: dbfs:/ itself alone, which holds /mnt."""
        return [MountInfo(mountPoint="/", source="DatabricksRoot", encryptionType="")]

    def refreshMounts(self) -> bool:
        """Read the mount points again: there is nothing to do."""
        return True

    def mount(self, source: str, mount_point: str, *_: object, **__: object) -> NoReturn:
        """Mount cloud storage.

        Raises:
            NotImplementedHere: always; names what to do.
        """
        raise NotImplementedHere(
            f"mount {mount_point}: cloud storage cannot be mounted. {mount_point} is a folder of the home: copy "
            f"the data there with dbutils.fs.cp, or read {source} by its own address"
        )

    updateMount = mount

    def unmount(self, mount_point: str) -> NoReturn:
        """Take a mount point away.

        Raises:
            InvalidParameterValue: always: nothing is mounted.
        """
        _refuse(f"{mount_point} is not mounted")

    def _place(self, path: str) -> Place:
        if not path:
            _refuse("path must not be empty: dbfs:/folder/file")
        scheme = _SCHEME.match(path)
        name = scheme[1].lower() if scheme else "dbfs"
        if name not in {"dbfs", "file"}:
            _refuse(f"{path}: scheme {name} is not known; dbfs:/, /Volumes/ and file:/ are")
        bare = "/" + path[scheme.end() if scheme else 0 :].strip("/")
        if name == "file":
            return Place(storage=self._local, path=bare)
        is_volume = bare == "/Volumes" or bare.startswith("/Volumes/")
        return Place(storage=self._volumes if is_volume else self._dbfs, path=bare)

    def _check_folder(self, origin: Place, target: Place, recurse: bool, verb: str) -> None:
        if not recurse:
            _refuse(f"{origin.uri} is a folder; {verb} needs recurse=True")
        if (target.uri + "/").startswith(origin.uri.rstrip("/") + "/") and target.uri != origin.uri:
            _refuse(f"{target.uri} lies inside {origin.uri}")


def _into(target: Place, entry: Entry) -> Place:
    """Where a file goes: into the target, if that is a folder."""
    found = target.status()
    return target.child(entry.name) if found is not None and found.is_dir else target


def _copy_file(origin: Place, target: Place) -> None:
    if origin.uri != target.uri:
        target.storage.write(target.path, origin.storage.read(origin.path), overwrite=True)


def _copy_folder(origin: Place, target: Place) -> None:
    target.storage.make_folder(target.path)
    for entry in origin.storage.entries(origin.path):
        (_copy_folder if entry.is_dir else _copy_file)(origin.child(entry.name), target.child(entry.name))


def _info(storage: Storage, entry: Entry) -> FileInfo:
    ending = "/" if entry.is_dir else ""
    return FileInfo(storage.scheme + entry.path.rstrip("/") + ending, entry.name + ending, entry.size, entry.modified)


def _refuse(message: str) -> NoReturn:
    raise InvalidParameterValue(message)
