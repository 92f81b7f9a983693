"""`brickyard up`: the server, in the foreground."""

import logging
import sys
from pathlib import Path
from typing import Annotated

import typer

from brickyard.settings import DEFAULT_PORT, Settings


def up(
    home: Annotated[Path | None, typer.Option(help="The folder that holds everything. [default: ./.brickyard]")] = None,
    port: Annotated[int | None, typer.Option(help=f"Port of the API and all pages. [default: {DEFAULT_PORT}]")] = None,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; any but loopback demands tokens. [default: 127.0.0.1]")
    ] = None,
) -> None:
    """Start the server: MLflow tracking and registry, tables, files, the MLflow UI at / and the console at /console.

    Stops with Ctrl-C. A second server on the same home is refused.
    """
    from brickyard.server.context import Context
    from brickyard.server.main import serve

    settings = Settings.read(home=home, port=port, host=host)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")

    def announce(context: Context) -> None:
        code = context.tokens.new_sign_in_code()
        typer.echo(
            f"Brickyard serves {settings.home}\n"
            f"  MLflow UI   {settings.url}/\n"
            f"  console     {settings.url}/console/sign-in?code={code}  (signs one browser in)\n"
            f"  notebooks   brickyard run --home {settings.home} FILE\n"
            f"  clients     eval $(brickyard env --home {settings.home})\n"
            "Ctrl-C stops it."
        )

    if not settings.layout.suits_sail:
        typer.echo(
            f"brickyard: {settings.home} has spaces or other special characters, and the engine sail cannot write "
            "tables there: use another --home, or --engine spark",
            err=True,
        )
    serve(settings, announce)
