"""Delta Lake's jars, from a Maven repository. Each has its digest here, so the repository need not be trusted."""

import hashlib
import http.client
import os
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from brickyard.errors import BrickyardError, InvalidParameterValue, InvalidState, TemporarilyUnavailable

SCRATCH = ".download-"
"""How the folders begin that a download works in."""

_SECONDS = 60.0
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Jar:
    """One file of a Maven repository, with its SHA-256 in hexadecimal digits."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def file(self) -> str:
        return f"{self.artifact}-{self.version}.jar"

    @property
    def path(self) -> str:
        """The path in a repository of Maven's layout."""
        return f"{self.group.replace('.', '/')}/{self.artifact}/{self.version}/{self.file}"


_DELTA, _UNITY = ("io.delta", "4.4.0"), ("io.unitycatalog", "0.6.0")

JARS = tuple(
    Jar(group, artifact, version, sha256)
    for (group, version), artifact, sha256 in (
        (_DELTA, "delta-spark_4.2_2.13", "27d4fd8b1f879535c573ed1c718177d6a27f24d3e626ba02e216369725721ead"),
        (_DELTA, "delta-storage", "c46735481fa8e326b0957be02b4420cbcab4b325bb08009b7f2045a95133f1cc"),
        (_DELTA, "delta-kernel-api", "ee9b5a14ac3b7efdff4d61a58478fe8eb0e5a3fbca43889dca7290795fe79a11"),
        (_DELTA, "delta-kernel-defaults", "225c975199e4718b38ee5b7e6da7f19e9585024262b2cec2656b32151a856b0b"),
        (_DELTA, "delta-kernel-unitycatalog", "cea22dfb4ac562b3cd27bf652697750e8336009d73fb06631363aaaad5345ffa"),
        (_UNITY, "unitycatalog-client", "48257499a86b801a3e2372cec55ac226ca1c1c7eabe5c118e7302f29a1fdbc19"),
        (_UNITY, "unitycatalog-hadoop", "c47b63c961c87102b9e1d63809a0915ba4c86b7652f57c8d39ca3a05b441a150"),
    )
)
"""What Delta 4.4 needs beside Spark 4.2's own jars."""


def download(jar: Jar, repository: str, folder: Path, received: Callable[[int, int], None]) -> Path:
    """Bring a jar into a folder, where it appears whole and right or not at all.

    Args:
        repository: the URL of a Maven repository: https, http, or file for one in a folder.
        folder: an existing folder.
        received: is told how many bytes have arrived, and how many there will be (0: unknown).

    Raises:
        InvalidParameterValue: the repository is no such URL.
        TemporarilyUnavailable: the repository does not answer, or the connection was cut; names the URL.
        InvalidState: it lacks the jar, or gives another one; names the URL.
        OSError: the folder cannot be written.
    """
    if not repository.startswith(("https://", "http://", "file://")):
        raise InvalidParameterValue(f"BRICKYARD_MAVEN_URL must be an https:// address, not {repository!r}")
    url = f"{repository.rstrip('/')}/{jar.path}"
    target = folder / jar.file
    with tempfile.TemporaryDirectory(dir=folder, prefix=SCRATCH) as scratch:
        partial = Path(scratch) / jar.file
        digest, done = hashlib.sha256(), 0
        with partial.open("wb") as file:
            for block, total in _blocks(url):
                digest.update(block)
                file.write(block)
                done += len(block)
                received(done, total)
            file.flush()
            os.fsync(file.fileno())
        if digest.hexdigest() != jar.sha256:
            raise InvalidState(f"{url} is not the expected file: its SHA-256 is {digest.hexdigest()}, not {jar.sha256}")
        partial.replace(target)
    return target


def is_right(jar: Jar, path: Path) -> bool:
    """Whether a file is the jar, by its digest."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == jar.sha256
    except OSError:
        return False


def _blocks(url: str) -> Iterator[tuple[bytes, int]]:
    """What a URL gives, with the length of the whole (0: unknown)."""
    try:
        with urllib.request.urlopen(url, timeout=_SECONDS) as answer:
            total = int(answer.headers.get("Content-Length") or 0)
            done = 0
            while block := answer.read(_BLOCK):
                done += len(block)
                yield block, total
        if done < total:
            raise ConnectionError(f"{total - done} bytes are missing")
    except urllib.error.HTTPError as error:
        error.close()
        raise _refused(url, error.code) from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise TemporarilyUnavailable(f"{url} cannot be read ({_reason(error)}): try again when online") from None


def _refused(url: str, status: int) -> BrickyardError:
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return TemporarilyUnavailable(f"{url} answers {status}: try again later")
    return InvalidState(f"{url} answers {status}: does BRICKYARD_MAVEN_URL name a Maven mirror?")


def _reason(error: Exception) -> str:
    return str(getattr(error, "reason", "")) or str(error) or type(error).__name__
