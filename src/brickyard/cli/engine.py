"""`brickyard engine`: the Spark engines of this machine, and the installation of the one that is not embedded."""

from collections.abc import Iterator
from enum import StrEnum
from importlib.metadata import files, version
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from brickyard.notebook.engines.spark.distribution import SPARK_VERSION, Distribution, installed
from brickyard.notebook.engines.spark.installation import install as install_spark
from brickyard.notebook.engines.spark.java import java_version
from brickyard.notebook.engines.spark.packages import size_of
from brickyard.notebook.engines.spark.progress import Progress
from brickyard.settings import Settings, environment_variable

app = typer.Typer(no_args_is_help=True, help="The Spark engines: list them, install the one that needs it.")


class Installable(StrEnum):
    SPARK = "spark"


@app.command("install")
def install(engine: Annotated[Installable, typer.Argument(help="Its name.")]) -> None:
    """Install an engine for all homes of this user: Spark's JVM, Delta Lake and, unless JAVA_HOME names one, a Java.

    Some 600 MB go into the folder that BRICKYARD_CACHE names, and 2 GB more while it works. What is there already is
    checked, and left if it is whole; an installation that was broken off goes on. The first run that uses the engine
    installs it, too. Packages come from where pip and uv are told to find them, Delta Lake from BRICKYARD_MAVEN_URL.
    """
    settings = Settings.read()
    java_home = environment_variable("JAVA_HOME")
    before = installed(settings.cache, java_home)
    with Progress() as progress:
        install_spark(settings.cache, java_home, settings.maven_url, progress)
    already = "already " if before else ""
    typer.echo(f"Spark {SPARK_VERSION} is {already}installed in {settings.cache}.")
    typer.echo("Next: brickyard run --engine spark FILE")


@app.command("list")
def list_() -> None:
    """List the engines: their versions, where they are, and the command that installs what is missing."""
    table = Table(
        "engine", "version", "state", "size", "where", show_edge=False, box=None, pad_edge=False, header_style="bold"
    )
    for row in _rows(Settings.read()):
        table.add_row(*row)
    Console(soft_wrap=True, highlight=False).print(table)


def _rows(settings: Settings) -> Iterator[tuple[str, str, str, str, str]]:
    sail = [Path(str(file.locate())) for file in files("pysail") or ()]
    size = sum(file.stat().st_size for file in sail if file.is_file())
    yield "sail", version("pysail"), "embedded", _megabytes(size), "in this Python environment"
    found = installed(settings.cache, environment_variable("JAVA_HOME"))
    if found is None:
        yield "spark", SPARK_VERSION, "not installed", "", "brickyard engine install spark"
    else:
        yield "spark", _versions(found), "installed", _megabytes(size_of(settings.cache)), str(settings.cache)


def _versions(found: Distribution) -> str:
    return f"{SPARK_VERSION}, Java {java_version(found.java)}"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"
