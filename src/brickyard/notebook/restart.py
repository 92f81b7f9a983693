"""dbutils.library.restartPython() in a run: the rest of the notebook in a fresh process in this one's place."""

import atexit
import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from brickyard.notebook.context import NOTEBOOK, Notebook
from brickyard.notebook.record.document import Document
from brickyard.settings import process_environment


def go_on(
    notebook: Notebook,
    *,
    positions: Sequence[int],
    widgets: Mapping[str, str],
    kept: Document | None,
    arguments: Sequence[str],
) -> NoReturn:
    """Replace this process by one that goes on with a notebook. Variables are gone then, as on Databricks.

    The process keeps its number, so that its token lives on, and who waits for it goes on waiting.

    Args:
        positions: the cell to go on with: PythonRestart.positions.
        widgets: their values, which outlive the process.
        kept: the outputs so far.
        arguments: the file and its arguments.
    """
    state = ""
    if kept is not None:
        descriptor, state = tempfile.mkstemp(prefix="brickyard-", suffix=".json")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(kept, file)
    following = replace(notebook, parameters=dict(widgets), resume=tuple(positions), kept=state)
    atexit._run_exitfuncs()  # what would run at this process's end: MLflow's runs, the Spark session
    sys.stdout.flush()
    sys.stderr.flush()
    command = [sys.executable, "-P", "-m", "brickyard.notebook", *arguments]
    os.execve(sys.executable, command, process_environment(**{NOTEBOOK: following.to_json()}))


def take_kept(notebook: Notebook) -> Document | None:
    """The outputs that the process before this one has kept, if there was one."""
    if not notebook.kept:
        return None
    document: Document = json.loads(Path(notebook.kept).read_text("utf-8"))
    Path(notebook.kept).unlink()
    return document
