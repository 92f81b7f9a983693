"""`brickyard env`: what a shell needs so that plain Python works with the server."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from brickyard.notebook.environment import client_variables, foreign_names
from brickyard.notebook.server_of_home import mint_token, require_server
from brickyard.settings import Settings, process_environment

LIFETIME_DAYS = 30


def env(
    home: Annotated[Path | None, typer.Option(help="The folder that holds everything. [default: ./.brickyard]")] = None,
) -> None:
    """Print `export NAME=value` lines for the shell: eval "$(brickyard env)".

    The server must run. Its token is a new one, good for 30 days. Settings of another workspace are emptied.
    """
    settings = Settings.read(home=home)
    server = require_server(settings.home)
    token = mint_token(server, "brickyard env", pid=None, lifetime_s=LIFETIME_DAYS * 86400)
    base = process_environment()
    variables = client_variables(base, url=server.url, token=token.value, home=server.home)
    emptied = {name: "" for name in foreign_names() if base.get(name)}
    for name, value in (emptied | variables).items():
        typer.echo(f"export {name}={shlex.quote(value)}")
