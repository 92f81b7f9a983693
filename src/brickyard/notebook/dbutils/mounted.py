"""dbfs:/ with its mount points: what lies below one of them is read and written in the object store."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from brickyard.errors import InvalidParameterValue
from brickyard.notebook.dbutils.cloud import CloudStorages
from brickyard.notebook.dbutils.dbfs import DbfsStorage
from brickyard.notebook.dbutils.storage import Entry, Storage
from brickyard.notebook.mounts import mounts_of
from brickyard.settings import Home
from brickyard.wire.mounts import Mount, mount_of


class MountedStorage:
    """The server's files, and the mounts of the home; without a home on this machine there are none."""

    scheme = "dbfs:"

    def __init__(self, dbfs: DbfsStorage, clouds: CloudStorages, home: Home | None) -> None:
        self._dbfs = dbfs
        self._clouds = clouds
        self._home = home

    def status(self, path: str) -> Entry | None:
        mount = self._mount(path)
        if mount is None:
            return self._dbfs.status(path) or (Entry(path=path, is_dir=True) if self._leads_to_mount(path) else None)
        storage, there = self._there(mount, path)
        entry = storage.status(there)
        if entry is None and path == mount.point:
            return Entry(path=path, is_dir=True)  # a mounted folder without objects is empty, not missing
        return replace(entry, path=path) if entry else None

    def entries(self, path: str) -> list[Entry]:
        mount = self._mount(path)
        if mount is not None:
            storage, there = self._there(mount, path)
            return [replace(entry, path=f"{path.rstrip('/')}/{entry.name}") for entry in storage.entries(there)]
        found = {entry.path: entry for entry in self._dbfs.entries(path)} if self._dbfs.status(path) else {}
        base = path.rstrip("/")
        for other in self._mounts():
            if other.point.startswith(f"{base}/"):
                name = other.point.removeprefix(f"{base}/").partition("/")[0]
                found[f"{base}/{name}"] = Entry(path=f"{base}/{name}", is_dir=True)
        return sorted(found.values(), key=lambda entry: entry.path)

    def read(self, path: str, *, limit: int | None = None) -> Iterator[bytes]:
        storage, there = self._find(path)
        return storage.read(there, limit=limit)

    def write(self, path: str, blocks: Iterable[bytes], *, overwrite: bool) -> None:
        storage, there = self._find(path)
        storage.write(there, blocks, overwrite=overwrite)

    def make_folder(self, path: str) -> None:
        storage, there = self._find(path)
        storage.make_folder(there)

    def delete(self, path: str, *, recursive: bool) -> None:
        if self._leads_to_mount(path) or any(mount.point == path for mount in self._mounts()):
            raise InvalidParameterValue(f"{path} is or holds a mount point: take it away with dbutils.fs.unmount first")
        storage, there = self._find(path)
        storage.delete(there, recursive=recursive)

    def can_move(self, source: str, target: str) -> bool:
        """Whether the server can move this itself: no mount is touched."""
        return not any(self._mount(path) or self._leads_to_mount(path) for path in (source, target))

    def move(self, source: str, target: str) -> None:
        """Move a file or folder inside dbfs:/, without copying."""
        self._dbfs.move(source, target)

    def _find(self, path: str) -> tuple[Storage, str]:
        mount = self._mount(path)
        return self._there(mount, path) if mount else (self._dbfs, path)

    def _there(self, mount: Mount, path: str) -> tuple[Storage, str]:
        uri = mount.target(path)
        assert uri is not None, f"{path} lies in {mount.point}"
        return self._clouds.of(uri), f"/{uri.path}"

    def _mounts(self) -> tuple[Mount, ...]:
        return mounts_of(self._home) if self._home else ()

    def _mount(self, path: str) -> Mount | None:
        return mount_of(self._mounts(), path)

    def _leads_to_mount(self, path: str) -> bool:
        base = path.rstrip("/")
        return any(mount.point.startswith(f"{base}/") for mount in self._mounts())
