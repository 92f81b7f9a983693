"""file:/ : this machine's own files."""

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from brickyard.errors import AlreadyExists
from brickyard.notebook.client import BLOCK
from brickyard.notebook.dbutils.storage import Entry


class LocalStorage:
    """Files of the machine that this process runs on."""

    scheme = "file:"

    def status(self, path: str) -> Entry | None:
        try:
            return _entry(Path(path))
        except FileNotFoundError:
            return None

    def entries(self, path: str) -> list[Entry]:
        return [_entry(child) for child in sorted(Path(path).iterdir())]

    def read(self, path: str, *, limit: int | None = None) -> Iterator[bytes]:
        left = limit
        with Path(path).open("rb") as file:
            while block := file.read(BLOCK if left is None else min(BLOCK, left)):
                yield block
                left = None if left is None else left - len(block)

    def write(self, path: str, blocks: Iterable[bytes], *, overwrite: bool) -> None:
        target = Path(path)
        if target.exists() and not overwrite:
            raise AlreadyExists(f"file:{path} is there already; pass overwrite=True")
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.writelines(blocks)
            Path(temporary).chmod(0o644)
            Path(temporary).replace(target)
        finally:
            Path(temporary).unlink(missing_ok=True)

    def make_folder(self, path: str) -> None:
        Path(path).mkdir(parents=True, exist_ok=True)

    def delete(self, path: str, *, recursive: bool) -> None:
        place = Path(path)
        if not place.is_dir() or place.is_symlink():
            place.unlink()
        elif recursive:
            shutil.rmtree(place)
        else:
            place.rmdir()


def _entry(path: Path) -> Entry:
    status = path.stat()
    is_dir = path.is_dir()
    return Entry(
        path=str(path), is_dir=is_dir, size=0 if is_dir else status.st_size, modified=int(status.st_mtime * 1000)
    )
