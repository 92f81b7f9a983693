"""`brickyard demo`: the churn example in a home folder, with progress, its result and the links to look at it."""

import json
import os
import signal
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import IO, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from brickyard.cli.steps import Steps
from brickyard.errors import InvalidState
from brickyard.notebook import launch
from brickyard.notebook.context import Notebook
from brickyard.notebook.environment import client_environment
from brickyard.notebook.server_of_home import (
    RunningServer,
    delete_token,
    find_server,
    free_port,
    is_free,
    mint_token,
    own_server,
)
from brickyard.settings import DEFAULT_PORT, Settings, process_environment

STEP = "▸ "
"""Begins a line with which the example says what it does next."""

SCRIPT = "churn.py"
DATA = "telco_churn.csv"
_FOLDERS = (
    Path(__file__).parents[1] / "examples" / "churn",  # in an installed wheel
    Path(__file__).parents[3] / "examples" / "churn",  # in a checkout
)


_INTERRUPTED = (128 + signal.SIGINT, 128 + signal.SIGTERM, 128 + signal.SIGHUP)
_METRICS = {"accuracy": "accuracy", "roc_auc": "ROC AUC", "precision": "precision", "recall": "recall"}


def demo(
    home: Annotated[Path | None, typer.Option(help="The folder that holds everything. [default: ./.brickyard]")] = None,
    port: Annotated[int | None, typer.Option(help="Port of the server, where the demo starts one.")] = None,
    keep_serving: Annotated[
        bool, typer.Option("--keep-serving/--no-keep-serving", help="Leave its server running until Ctrl-C.")
    ] = False,
) -> None:
    """Run the churn example: raw CSV, Delta tables, tracked training, gate, registry, batch scoring.

    Where no server runs on the home, one is started, and stopped at the end. The exit code is the example's.
    """
    folder = example_folder()
    settings = Settings.read(home=home, port=port)
    console = Console(highlight=False)
    with ExitStack() as stack:
        server = find_server(settings.home)
        own = server is None
        with Steps(console) as steps:
            if server is None:
                steps.begin("Start the server")
                server = stack.enter_context(
                    own_server(settings.home, process_environment(), port=_port(settings.port, named=port is not None))
                )
            steps.begin("Start the notebook, its libraries and the Spark engine")
            code, said = run_example(server, folder, steps)
        if code != 0:
            console.print("interrupted" if code in _INTERRUPTED else said, style="red", markup=False)
            raise typer.Exit(code)
        result: dict[str, Any] = json.loads(said)
        console.print(f"\n[bold]Quality on {result['held_out_customers']:,} customers held out of the training[/]")
        console.print(_quality(result))
        console.print("\n[bold]Look at it[/]")
        console.print(_links(result, server.url), soft_wrap=True)  # a link must stay in one piece
        console.print(_next_steps(server, own=own, stays=keep_serving), soft_wrap=True)
        if own and keep_serving:
            _wait_for_a_signal()


def example_folder() -> Path:
    """The folder of the churn example.

    Raises:
        InvalidState: the installation lacks it.
    """
    for folder in _FOLDERS:
        if (folder / SCRIPT).is_file():
            return folder
    raise InvalidState(f"the example is missing from this installation: looked for {SCRIPT} in {_FOLDERS[0]}")


def run_example(server: RunningServer, folder: Path, steps: Steps) -> tuple[int, str]:
    """Run the example against a server.

    Returns:
        Its exit code; and its result as JSON, or, where the code is not 0, what there is to say about it.
    """
    with ExitStack() as stack:
        outcome = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "outcome.json"
        token = mint_token(server, "brickyard demo", pid=os.getpid())
        stack.callback(delete_token, server, token)
        script = folder / SCRIPT
        notebook = Notebook(path=str(script), parameters={"csv": str(folder / DATA)}, result=str(outcome))
        base = process_environment(PYTHONUNBUFFERED="1", PYTHONIOENCODING="utf-8")
        process = launch.start(
            str(script),
            [],
            client_environment(base, url=server.url, token=token.value, home=server.home, notebook=notebook),
            piped=True,
        )
        assert process.stdout is not None
        lines: list[str] = []
        # In a thread of its own: signals are forwarded from the main one.
        reader = threading.Thread(target=_follow, args=(process.stdout, steps, lines))
        reader.start()
        code = launch.wait(process)
        reader.join()
        steps.end(failed=code != 0)
        told: dict[str, str] = json.loads(outcome.read_text("utf-8")) if outcome.exists() else {}
        if code == 0 and "exit" not in told:
            return 1, f"{script} ended without its result (dbutils.notebook.exit)"
        return code, told["exit"] if code == 0 else "\n".join([*lines, told.get("error", "")]).strip()


def _follow(output: IO[bytes], steps: Steps, lines: list[str]) -> None:
    """Read what the example writes: steps are shown, the rest is kept for the case of an error."""
    for raw in output:
        line = raw.decode("utf-8", "replace").rstrip()
        if line.startswith(STEP):
            steps.begin(line.removeprefix(STEP))
            lines.clear()
        else:
            lines.append(line)


def _port(wanted: int, *, named: bool) -> int:
    """The port for an own server: the wanted one, or a free one where another program has it.

    Raises:
        InvalidState: the user has named the port, and it is taken.
    """
    if is_free(wanted):
        return wanted
    if named:
        raise InvalidState(f"port {wanted} is taken by another program: name another with --port")
    return free_port()


def _quality(result: dict[str, Any]) -> Table:
    table = Table(show_header=False, box=None, padding=(0, 2))
    table.add_column(style="cyan", no_wrap=True)
    table.add_column()
    table.add_column(style="dim")
    for key, name in _METRICS.items():
        table.add_row(name, f"{result[key]:.3f}", f"baseline {result['baseline'][key]:.3f}")
    at_risk = f"{result['at_risk_customers']:,} of them likely to leave"
    table.add_row("customers scored", f"{result['scored_customers']:,}", at_risk)
    table.add_row("table", result["table"], f"version {result['table_version']}")
    table.add_row("model", result["model"], f"version {result['model_version']} in Production")
    return table


def _links(result: dict[str, Any], url: str) -> str:
    catalog, schema, name = result["table"].split(".")
    return (
        f"  run     {url}/#/experiments/{result['experiment_id']}/runs/{result['run_id']}\n"
        f"  model   {url}/#/models/{result['model']}/versions/{result['model_version']}\n"
        f"  table   {url}/console/tables/{catalog}.{schema}.{name}"
    )


def _next_steps(server: RunningServer, *, own: bool, stays: bool) -> str:
    if not own:
        return "\nThe server runs on; the links work now."
    if stays:
        return f"\nServing {server.home} at {server.url} until Ctrl-C; the links work now."
    port = server.url.rpartition(":")[2]
    options = "" if port == str(DEFAULT_PORT) else f" --port {port}"
    return (
        "\nThe server of the demo stops now. For the links, and for your own work on the same folder:\n"
        f"  brickyard up --home {server.home}{options}"
    )


def _wait_for_a_signal() -> None:
    """Until Ctrl-C or SIGTERM, which end the command as they should: its server is stopped."""
    ended = threading.Event()

    def end(_: int, __: FrameType | None) -> None:
        ended.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    ended.wait()
