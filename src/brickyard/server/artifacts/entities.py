"""Files and folders of artifacts, as the API shows them."""

import msgspec

from brickyard.server.disk import Entry


class FileInfo(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    path: str
    is_dir: bool
    file_size: int | None = None

    @classmethod
    def of(cls, entry: Entry, below: int) -> "FileInfo":
        """Of an entry whose path is shown without its first `below` segments."""
        path = "/".join(entry.path.split("/")[below:])
        return cls(path=path, is_dir=entry.is_dir, file_size=None if entry.is_dir else entry.size)
