"""What `brickyard doctor` finds about the Spark engines: Java, the installation, paths that an engine refuses."""

import importlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from brickyard.cli.finding import Finding, Level
from brickyard.notebook.engines.spark.distribution import SPARK_VERSION, installed, layout
from brickyard.notebook.engines.spark.installation import NEEDED_BYTES
from brickyard.notebook.engines.spark.java import FIT, examine_java
from brickyard.settings import Settings, environment_variable

INSTALL = "brickyard engine install spark"


def engine_findings(settings: Settings) -> Iterator[Finding]:
    """Findings about both engines, for one home folder."""
    java_home = environment_variable("JAVA_HOME")
    yield from _sail()
    yield from _paths(settings)
    yield from _java(java_home)
    yield from _spark(settings.cache, java_home)


def _sail() -> Iterator[Finding]:
    try:
        importlib.import_module("pysail")
    except ImportError as error:
        yield Finding(
            level=Level.BROKEN,
            subject="engine sail",
            text=f"cannot be imported: {error}",
            fix="pip install --force-reinstall pysail",
        )


def _paths(settings: Settings) -> Iterator[Finding]:
    if not settings.layout.suits_sail:
        yield Finding(
            level=Level.WARNING,
            subject="engine sail",
            text=f"cannot write tables under {settings.home}: the path has spaces or other special characters",
            fix="use a --home with a path of letters, digits and . _ - ~, or --engine spark",
        )


def _java(java_home: str) -> Iterator[Finding]:
    found = examine_java(java_home)
    if found is None:
        return
    if not found.problem:
        yield Finding(level=Level.OK, subject="java", text=f"Java {found.version} of JAVA_HOME, {java_home}")
        return
    yield Finding(
        level=Level.WARNING,
        subject="java",
        text=f"JAVA_HOME, {java_home}, does not do for Spark: {found.problem}. The engine brings its own Java",
        fix=f"let JAVA_HOME name Java {' or '.join(map(str, FIT))}, or unset it",
    )


def _spark(cache: Path, java_home: str) -> Iterator[Finding]:
    if installed(cache, java_home) is not None:
        yield Finding(level=Level.OK, subject="engine spark", text=f"Spark {SPARK_VERSION} in {cache}")
        return
    begun = layout(cache, java_home).spark_home.exists()
    yield Finding(
        level=Level.WARNING,
        subject="engine spark",
        text=f"{'not whole in ' + str(cache) if begun else 'not installed'}; streaming needs it",
        fix=f"{INSTALL}, or let the first run that needs it do so",
    )
    place = next(one for one in (cache, *cache.parents) if one.exists())
    free = shutil.disk_usage(place).free
    if not begun and free < NEEDED_BYTES:
        yield Finding(
            level=Level.WARNING,
            subject="engine spark",
            text=f"{free / 1e9:.1f} GB free under {place}: too little to install it",
            fix=f"free {NEEDED_BYTES / 1e9:.1f} GB, or name another folder with BRICKYARD_CACHE",
        )
