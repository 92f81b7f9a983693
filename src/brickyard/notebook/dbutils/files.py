"""dbutils.fs: files of dbfs:/, /Volumes, this machine and object stores."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NoReturn

from brickyard.errors import AlreadyExists, InvalidParameterValue, NotImplementedHere
from brickyard.notebook.client import BLOCK, ServerClient
from brickyard.notebook.dbutils.cloud import CloudStorages
from brickyard.notebook.dbutils.dbfs import DbfsStorage
from brickyard.notebook.dbutils.help import Documented
from brickyard.notebook.dbutils.local import LocalStorage
from brickyard.notebook.dbutils.mounted import MountedStorage
from brickyard.notebook.dbutils.storage import Entry, FileInfo, MountInfo, Storage
from brickyard.notebook.dbutils.volumes import VolumeStorage
from brickyard.notebook.mounts import add_mount, confs_of, mounts_of, remove_mount
from brickyard.settings import Home
from brickyard.wire.cloud import CloudUri, is_cloud, parse_cloud_uri
from brickyard.wire.mounts import new_mount

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
    """Files: dbfs:/x, /mnt/x and /x lie on the server; /Volumes/... too; file:/x on this machine; s3://, abfss:// and
    gs:// in object stores."""

    title = "dbutils.fs"

    def __init__(
        self,
        client: ServerClient,
        home: Home | None = None,
        confs: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        self._home = home
        self._confs = confs
        self._clouds = CloudStorages(self._cloud_confs)
        self._dbfs = MountedStorage(DbfsStorage(client), self._clouds, home)
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
        within = origin.storage is target.storage is self._dbfs and self._dbfs.can_move(origin.path, target.path)
        if within and target.status() is None:
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
        """The mount points: dbfs:/ itself, and folders that lie in object stores."""
        root = MountInfo(mountPoint="/", source="DatabricksRoot", encryptionType="")
        found = mounts_of(self._home) if self._home else ()
        return [root, *(MountInfo(mount.point, mount.source, "") for mount in found)]

    def refreshMounts(self) -> bool:
        """Read the mount points again: they are read whenever they are used, so there is nothing to do."""
        return True

    def mount(
        self,
        source: str,
        mount_point: str,
        encryption_type: str = "",
        owner: str | None = None,
        extra_configs: Mapping[str, str] | None = None,
    ) -> bool:
        """Mount a bucket, a container or a folder of one: dbfs:/mnt/x/... shows s3://bucket/... from now on.

        The home keeps it, with extra_configs, for all processes: see docs/cloud_storage.md.

        Raises:
            AlreadyExists: something is mounted there, or files lie there.
            InvalidParameterValue: no object store's address, or no folder of dbfs:/.
            NotImplementedHere: the home is on another machine; or encryption_type is given.
        """
        home = self._home_for("mount")
        mount = new_mount(source, mount_point, self._mountable(mount_point, encryption_type, extra_configs))
        if self._dbfs.status(mount.point) is not None and mount.point not in {one.point for one in mounts_of(home)}:
            raise AlreadyExists(f"{mount.point} holds files of the home, which a mount would hide: choose another name")
        add_mount(home, mount)
        return True

    def updateMount(
        self,
        source: str,
        mount_point: str,
        encryption_type: str = "",
        owner: str | None = None,
        extra_configs: Mapping[str, str] | None = None,
    ) -> bool:
        """Change what is mounted at a mount point.

        Raises:
            InvalidParameterValue: nothing is mounted there; otherwise as `mount`.
        """
        home = self._home_for("updateMount")
        mount = new_mount(source, mount_point, self._mountable(mount_point, encryption_type, extra_configs))
        add_mount(home, mount, replace=True)
        return True

    def unmount(self, mount_point: str) -> bool:
        """Take a mount point away; the objects stay.

        Raises:
            InvalidParameterValue: nothing is mounted there.
        """
        home = self._home_for("unmount")
        point = "/" + mount_point.removeprefix("dbfs:").strip("/")
        remove_mount(home, point)
        print(f"{point} has been unmounted.")
        return True

    def _place(self, path: str) -> Place:
        if not path:
            _refuse("path must not be empty: dbfs:/folder/file")
        if is_cloud(path):
            uri = parse_cloud_uri(path)
            return Place(storage=self._clouds.of(uri), path=f"/{uri.path}")
        scheme = _SCHEME.match(path)
        name = scheme[1].lower() if scheme else "dbfs"
        if name not in {"dbfs", "file"}:
            _refuse(f"{path}: scheme {name} is not known; dbfs:/, /Volumes/, file:/, s3://, abfss:// and gs:// are")
        bare = "/" + path[scheme.end() if scheme else 0 :].strip("/")
        if name == "file":
            return Place(storage=self._local, path=bare)
        is_volume = bare == "/Volumes" or bare.startswith("/Volumes/")
        return Place(storage=self._volumes if is_volume else self._dbfs, path=bare)

    def _cloud_confs(self, uri: CloudUri) -> Mapping[str, str]:
        """How a bucket is opened: the session's configuration wins over that of mounts."""
        return {**(confs_of(uri, self._home) if self._home else {}), **self._confs()}

    def _home_for(self, verb: str) -> Home:
        if self._home is None:
            raise NotImplementedHere(
                f"{verb}: mount points lie in the home folder, which is on another machine; use the address of the "
                "object store itself"
            )
        return self._home

    def _mountable(
        self, mount_point: str, encryption_type: str, extra_configs: Mapping[str, str] | None
    ) -> Mapping[str, str]:
        if encryption_type:
            raise NotImplementedHere(f"mount {mount_point}: encryption_type is set at the bucket, not here")
        return extra_configs or {}

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
