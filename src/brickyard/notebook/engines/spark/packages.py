"""Python packages that are data to us, Spark and Java, each in a folder of its own."""

import contextlib
import csv
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import uv

from brickyard.errors import BrickyardError, InvalidState, StorageFull, TemporarilyUnavailable
from brickyard.notebook.engines.spark.package_index import index_settings
from brickyard.settings import process_environment

SCRATCH = ".install-"
"""How the folders begin that an installation works in, beside its target."""

_SECONDS = 3600.0
_LOOK_SECONDS = 0.5
_SHOWN = 2000  # characters of uv's output
_FULL = "No space left on device"
_OFFLINE = ("Failed to fetch", "Failed to download", "error sending request", "network was disabled", "timed out")


def install_package(requirement: str, python: str, target: Path, received: Callable[[int, int], None]) -> None:
    """Install one package, without what it depends on, into a folder that appears whole or not at all.

    uv's own settings hold, and pip's where uv has none. What uv keeps for later is removed with what else it worked
    with, unless UV_CACHE_DIR names a place for it: Spark's package takes 2 GB there.

    Args:
        requirement: as pyspark==4.2.0.
        python: the interpreter whose tags choose the wheel.
        target: the folder; what is there already goes away.
        received: is told how many bytes have been written, and 0.

    Raises:
        TemporarilyUnavailable: the package index does not answer.
        StorageFull: no space is left.
        InvalidState: the index lacks the package, or uv fails otherwise; with uv's last words.
    """
    with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=target.parent, ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch) / "package"
        command = [uv.find_uv_bin(), "pip", "install", "--quiet", "--no-deps", "--python", python]
        code, said = _run(
            [*command, "--target", str(folder), requirement], Path(scratch), lambda: received(size_of(Path(scratch)), 0)
        )
        if code:
            raise _failure(requirement, said)
        if target.exists():
            target.rename(Path(scratch) / "old")  # away at once: a half of it must never stand there
        folder.rename(target)


def is_whole(target: Path) -> bool:
    """Whether all files of an installed package are there, in their sizes (PyPA's specification of RECORD)."""
    records = list(target.glob("*.dist-info/RECORD"))
    if len(records) != 1:
        return False
    with records[0].open(newline="", encoding="utf-8") as file:
        return all(_has(target / row[0], row[2]) for row in csv.reader(file) if len(row) == 3)


def _has(path: Path, size: str) -> bool:
    try:
        return path.stat().st_size == int(size or path.stat().st_size)
    except OSError:
        return False


def size_of(folder: Path) -> int:
    """Bytes of all files below a folder, while others may write and delete there. A file of many names counts once."""
    sizes: dict[tuple[int, int], int] = {}
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                entry = os.lstat(os.path.join(place, name))
                sizes[entry.st_dev, entry.st_ino] = entry.st_size
    return sum(sizes.values())


def _run(command: Sequence[str], scratch: Path, look: Callable[[], None]) -> tuple[int, str]:
    """The exit status of a command and what it printed, with a look at its work now and then."""
    environment = {"UV_CACHE_DIR": str(scratch / "cache"), **process_environment()}
    environment |= index_settings(environment)
    process = subprocess.Popen(
        command,
        env=environment,
        cwd=scratch,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        errors="replace",
    )
    deadline = time.monotonic() + _SECONDS
    try:
        while True:
            try:
                said, _ = process.communicate(timeout=_LOOK_SECONDS)
            except subprocess.TimeoutExpired:
                look()
            else:
                return process.returncode, said
            if time.monotonic() > deadline:
                return -1, f"timed out: uv did not end within {_SECONDS:.0f} seconds"
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def _failure(requirement: str, said: str) -> BrickyardError:
    words = " ".join(said.strip()[-_SHOWN:].split())
    if _FULL in said:
        return StorageFull(f"{requirement} cannot be installed, no space is left: {words}")
    if any(sign in said for sign in _OFFLINE):
        return TemporarilyUnavailable(
            f"{requirement} cannot be downloaded: try again when online, or name a mirror by UV_DEFAULT_INDEX. {words}"
        )
    return InvalidState(f"{requirement} cannot be installed; does UV_DEFAULT_INDEX name a whole mirror? {words}")
