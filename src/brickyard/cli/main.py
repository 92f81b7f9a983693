"""The `brickyard` command."""

import sys

import typer

from brickyard import __version__
from brickyard.cli import engine
from brickyard.cli.demo import demo
from brickyard.cli.doctor import doctor
from brickyard.cli.env import env
from brickyard.cli.run import CONTEXT_SETTINGS, run
from brickyard.cli.up import up
from brickyard.errors import BrickyardError

app = typer.Typer(
    name="brickyard",
    help="The Databricks ML lifecycle on your own machines.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(up)
app.command(context_settings=CONTEXT_SETTINGS)(run)
app.command()(env)
app.command()(doctor)
app.command()(demo)
app.add_typer(engine.app, name="engine")


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


def main() -> None:
    """Run the command line; an error that we raise on purpose is one line, without a traceback."""
    try:
        app()
    except BrickyardError as error:
        typer.echo(f"brickyard: {error.message}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
