"""`brickyard run`: a script or notebook in a fresh Python process, with Databricks' notebook globals."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from brickyard.errors import InvalidParameterValue
from brickyard.notebook import launch
from brickyard.notebook.context import Notebook
from brickyard.notebook.engines.choice import check_engine
from brickyard.notebook.environment import client_environment
from brickyard.notebook.record.targets import check_targets
from brickyard.notebook.server_of_home import RunningServer, delete_token, find_server, mint_token, own_server
from brickyard.settings import Settings, process_environment

CONTEXT_SETTINGS = {"allow_interspersed_args": False}
"""For the command's registration: what stands behind FILE belongs to the script."""


def run(
    file: Annotated[Path, typer.Argument(help="A .py file, a Databricks notebook source or a Jupyter notebook.")],
    arguments: Annotated[list[str] | None, typer.Argument(metavar="[ARGS]...", help="Its sys.argv[1:].")] = None,
    home: Annotated[Path | None, typer.Option(help="The folder that holds everything. [default: ./.brickyard]")] = None,
    engine: Annotated[
        str | None,
        typer.Option(
            metavar="auto|sail|spark|sc://HOST:PORT", help="The Spark engine. [default: BRICKYARD_ENGINE, or auto]"
        ),
    ] = None,
    param: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Value of a widget; may be repeated.")
    ] = None,
    output: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Keep what the run shows as FILE.ipynb or FILE.html; may be repeated."),
    ] = None,
) -> None:
    """Run a script or notebook with spark, dbutils and display, against the server of a home folder.

    Where no server runs on the home, one is started for this run and stopped after it. The exit code is the script's.
    """
    parameters = _parameters(param or [])
    path = file.absolute()
    if not path.is_file():
        reason = "it is a folder" if path.is_dir() else "no such file"
        typer.echo(f"brickyard: can't open file {str(path)!r}: {reason}", err=True)
        raise typer.Exit(2)
    outputs = [target.absolute() for target in output or []]
    check_targets(outputs, path)
    settings = Settings.read(home=home, engine=engine)
    check_engine(settings.engine)
    with ExitStack() as stack:
        server = find_server(settings.home) or stack.enter_context(_server_for_this_run(settings.home))
        token = mint_token(server, f"brickyard run {file.name}", pid=os.getpid())
        stack.callback(delete_token, server, token)
        notebook = Notebook(
            path=str(path), engine=settings.engine, parameters=parameters, outputs=[str(target) for target in outputs]
        )
        environment = client_environment(
            process_environment(), url=server.url, token=token.value, home=server.home, notebook=notebook
        )
        code = launch.wait(launch.start(str(file), arguments or [], environment))
    raise typer.Exit(code)


@contextmanager
def _server_for_this_run(home: Path) -> Iterator[RunningServer]:
    typer.echo(f"brickyard: no server runs on {home}; one is started for this run", err=True)
    with own_server(home, process_environment()) as server:
        yield server


def _parameters(pairs: list[str]) -> dict[str, str]:
    parameters = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not name or not equals:
            raise InvalidParameterValue(f"--param {pair!r}: must be NAME=VALUE")
        parameters[name] = value
    return parameters
