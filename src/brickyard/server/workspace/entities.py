"""What the workspace slice knows."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from brickyard.wire.notebook_text import JUPYTER_SUFFIX, SUFFIXES, Language

Kind = Literal["NOTEBOOK", "FILE", "DIRECTORY"]

LANGUAGES: Mapping[str, Language] = {suffix: language for language, suffix in SUFFIXES.items()}
NOTEBOOK_SUFFIXES = (*LANGUAGES, JUPYTER_SUFFIX)


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkspaceObject:
    """A notebook, file or folder.

    `segments` are its path as clients see it, `place` its path on disk below the workspace's folder: a notebook lies
    there under its name and the suffix of its language, or .ipynb. Size in bytes; time in milliseconds since the epoch.
    """

    segments: tuple[str, ...]
    place: tuple[str, ...]
    kind: Kind
    size: int
    modified_at: int
    language: Language | None = None

    @property
    def path(self) -> str:
        return "/" + "/".join(self.segments)

    @property
    def object_id(self) -> int:
        """A number that follows from the path, below 2**53, which every JSON reader keeps."""
        return object_id(self.path)

    @property
    def suffix(self) -> str:
        """The suffix that a notebook has on disk."""
        return self.place[-1][len(self.segments[-1]) :] if self.kind == "NOTEBOOK" else ""

    @property
    def is_jupyter(self) -> bool:
        return self.suffix == JUPYTER_SUFFIX


def object_id(path: str) -> int:
    return int.from_bytes(hashlib.sha256(path.encode()).digest()[:8], "big") % (2**53 - 1) + 1
