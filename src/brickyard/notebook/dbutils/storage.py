"""The contract of the places where dbutils.fs finds files, and what they tell of a file."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol


class FileInfo(NamedTuple):
    """A file or folder as dbutils.fs.ls tells it: URI (folders end in /), name, bytes, milliseconds since 1970."""

    path: str
    name: str
    size: int
    modificationTime: int

    def isDir(self) -> bool:
        """Whether it is a folder."""
        return self.name.endswith("/")

    def isFile(self) -> bool:
        """Whether it is a file."""
        return not self.isDir()


class MountInfo(NamedTuple):
    """A mount point of dbfs:/."""

    mountPoint: str
    source: str
    encryptionType: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A file or folder of a storage; `path` is absolute there, `modified` milliseconds since 1970."""

    path: str
    is_dir: bool
    size: int = 0
    modified: int = 0

    @property
    def name(self) -> str:
        return self.path.rstrip("/").rsplit("/", 1)[-1]


class Storage(Protocol):
    """Files and folders under absolute paths.

    Blocks are at most 1 MiB, and no file is ever whole in memory. A write that fails leaves no file, or the old one.
    """

    scheme: str

    def status(self, path: str) -> Entry | None:
        """What lies at a path; None: nothing."""
        ...

    def entries(self, path: str) -> list[Entry]:
        """What lies in a folder, by name."""
        ...

    def read(self, path: str, *, limit: int | None = None) -> Iterator[bytes]:
        """A file's bytes, the first `limit` of them."""
        ...

    def write(self, path: str, blocks: Iterable[bytes], *, overwrite: bool) -> None:
        """Make a file, and the folders that lead to it."""
        ...

    def make_folder(self, path: str) -> None:
        """Make a folder, and those that lead to it; it may be there."""
        ...

    def delete(self, path: str, *, recursive: bool) -> None:
        """Delete a file, an empty folder, or with `recursive` a folder and what lies in it."""
        ...
