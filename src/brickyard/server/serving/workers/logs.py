"""The logs of one served entity."""

from dataclasses import dataclass
from pathlib import Path

from brickyard.errors import InvalidParameterValue

SHOWN = 1024 * 1024
"""Bytes, the last ones, of what is shown."""


@dataclass(frozen=True, slots=True)
class Logs:
    """Files in `<endpoints>/<endpoint>/<served entity>`: build.log, and model-<seat>.log with model-<seat>.log.1."""

    folder: Path

    @property
    def build(self) -> Path:
        return self.folder / "build.log"

    def seat(self, number: int) -> Path:
        """What the process in this seat writes."""
        return self.folder / f"model-{number}.log"

    def read_build(self) -> str:
        return _tail(self.build, SHOWN)

    def read_model(self) -> str:
        """What the processes have written, each process's own in one piece."""
        files = sorted(self.folder.glob("model-*.log"))
        return "".join(
            _tail(path.with_name(path.name + ".1"), SHOWN // max(len(files), 1)) + _tail(path, SHOWN) for path in files
        )[-SHOWN:]

    def begin_build(self) -> None:
        """A new log of what is done until the model serves.

        Raises:
            OSError: the folder cannot be written.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        self.build.write_text("", "utf-8")

    def note_build(self, line: str) -> None:
        with self.build.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


def logs_of(endpoints: Path, endpoint: str, served_entity: str) -> Logs:
    """
    Raises:
        InvalidParameterValue: a name cannot be a folder's.
    """
    for name in (endpoint, served_entity):
        if not name or name in {".", ".."} or "/" in name or "\0" in name:
            raise InvalidParameterValue(f"{name!r} cannot be the name of an endpoint or a served entity.")
    return Logs(endpoints / endpoint / served_entity)


def _tail(path: Path, size: int) -> str:
    try:
        with path.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - size))
            return file.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return ""
