"""What a process knows of the notebook that it runs: its server, its token, its file and its parameters.

All of it lies in the environment, so that processes which the notebook starts know it too:

    DATABRICKS_HOST, DATABRICKS_TOKEN   the server, for the stock SDK
    MLFLOW_TRACKING_URI, _TOKEN         the same for the stock MLflow client
    BRICKYARD_SERVER                    marks DATABRICKS_HOST as a Brickyard server: see dbruntime
    BRICKYARD_HOME                      the home folder
    BRICKYARD_ENGINE                    the Spark engine where no file is run, as in Jupyter
    BRICKYARD_NOTEBOOK                  JSON of Notebook: set while a file is run
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from brickyard.errors import InvalidState
from brickyard.settings import Home

SERVER_MARK = "BRICKYARD_SERVER"
NOTEBOOK = "BRICKYARD_NOTEBOOK"

Kind = Literal["script", "notebook", "ipynb"]
"""A plain Python file; a `# Databricks notebook source` file; a Jupyter file."""


@dataclass(frozen=True, kw_only=True)
class Notebook:
    """One file as it is run."""

    path: str
    engine: str = "auto"
    parameters: Mapping[str, str] = field(default_factory=dict)
    run_id: str = ""
    result: str = ""
    """A file for the outcome as JSON, for the process that asked for the run; empty: nobody asks."""
    outputs: Sequence[str] = ()
    """Files for what the run shows: .ipynb, .html (record/)."""
    resume: Sequence[int] = ()
    """Where a run goes on whose process was started anew, and `kept`, what it has shown before (restart.py)."""
    kept: str = ""

    def to_json(self) -> str:
        return json.dumps(asdict(self))


@dataclass(frozen=True, kw_only=True)
class Context:
    """Where a notebook's process belongs to."""

    url: str
    token: str = field(repr=False)
    home: str = ""
    notebook: Notebook | None = None
    preferred_engine: str = "auto"
    """The engine where no file is run."""

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """The context that an environment describes.

        Raises:
            InvalidState: DATABRICKS_HOST is missing.
        """
        url = environment.get("DATABRICKS_HOST", "")
        if not url:
            raise InvalidState(
                "DATABRICKS_HOST is not set: start the file with `brickyard run FILE`, "
                'or prepare the shell with eval "$(brickyard env)"'
            )
        text = environment.get(NOTEBOOK, "")
        return cls(
            url=url.rstrip("/"),
            token=environment.get("DATABRICKS_TOKEN", ""),
            home=environment.get("BRICKYARD_HOME", ""),
            notebook=Notebook(**json.loads(text)) if text else None,
            preferred_engine=environment.get("BRICKYARD_ENGINE") or "auto",
        )

    @property
    def host_name(self) -> str:
        """Host and port, as Databricks' browserHostName and workspaceUrl give them."""
        return urlsplit(self.url).netloc

    @property
    def path(self) -> Path | None:
        """The file that runs, absolute."""
        return Path(self.notebook.path) if self.notebook else None

    @property
    def workspace(self) -> Path | None:
        """The home's folder of workspace notebooks, if this process knows its home."""
        return Home(Path(self.home)).workspace if self.home else None

    @property
    def engine(self) -> str:
        """The Spark engine that was asked for: auto, sail, spark or an address."""
        return self.notebook.engine if self.notebook else self.preferred_engine

    @property
    def parameters(self) -> Mapping[str, str]:
        return self.notebook.parameters if self.notebook else {}


def same_server(one: str, other: str) -> bool:
    """Whether two URLs name one server: trailing slashes and case do not count."""
    return bool(one) and one.rstrip("/").lower() == other.rstrip("/").lower()


def outcome(**values: Any) -> str:
    """The JSON of Notebook.result: `exit` (str) or `error` (the traceback's text)."""
    return json.dumps(values)
