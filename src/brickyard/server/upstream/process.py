"""What starts the stock server."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from brickyard.errors import TemporarilyUnavailable
from brickyard.server.children.process import Program
from brickyard.server.upstream.child import READY

COMMAND = (sys.executable, "-P", "-m", "brickyard.server.upstream.child", "mlflow.server.fastapi_app:app")
START_SECONDS = 60.0
STOP_SECONDS = 10.0


def stock_program(folder: Path, *, environment: Mapping[str, str], command: Sequence[str] = COMMAND) -> Program:
    """How the stock server is started.

    Args:
        folder: an existing folder for its socket and its log, with a short path, that nobody else may enter.
        environment: the whole environment of the process.
        command: what starts it; `--socket PATH` is added.
    """
    return Program(
        title="The stock MLflow server",
        folder=folder,
        name="mlflow-server",
        command=tuple(command),
        environment=dict(environment),
        ready=READY,
        failure=TemporarilyUnavailable,
        start_s=START_SECONDS,
        stop_s=STOP_SECONDS,
    )
