"""What a run needs to be repeated: its source, its environment, its engine, the versions of the tables that it read.

Texts lie on the server under their SHA-256, once however many runs share them; the run carries tags that name them:

    mlflow.source.name, .type   the file; NOTEBOOK or LOCAL
    brickyard.source            dbfs:/brickyard/sources/<sha256>/<file name>
    brickyard.environment       dbfs:/brickyard/environments/<sha256>/requirements.txt
    brickyard.python            the interpreter's version
    brickyard.engine            the Spark engine, if the process uses one
    brickyard.tables            JSON {table name: Delta version}; or, if that is too long for a tag, where it lies

The git commit is MLflow's own doing (mlflow.source.git.commit). None of this is in the run's artifacts: those are the
user's.
"""

import functools
import hashlib
import json
import logging
import platform
import sys
from collections.abc import Mapping
from importlib.metadata import distributions
from typing import Any, Protocol

from brickyard.notebook.client import BLOCK, ServerClient
from brickyard.notebook.context import same_server
from brickyard.notebook.dbutils.dbfs import DbfsStorage
from brickyard.notebook.source import Source

LONGEST_TAG = 8000
_LOG = logging.getLogger("brickyard")


class EngineUse(Protocol):
    """What a process has done with Spark so far."""

    @property
    def engine(self) -> str:
        """The engine's name; empty while none has been started."""
        ...

    def table_versions(self) -> Mapping[str, int | None]:
        """The tables read, by name, and their Delta versions (None: not known)."""
        ...


class Provenance:
    """A run context provider of MLflow, for the one file that this process runs. Thread-safe."""

    def __init__(self, *, source: Source, client: ServerClient, use: EngineUse) -> None:
        self._source = source
        self._client = client
        self._use = use

    def in_context(self) -> bool:
        """Whether runs go to our server."""
        mlflow = sys.modules.get("mlflow")
        return mlflow is not None and self._is_ours(mlflow.get_tracking_uri())

    def tags(self) -> dict[str, str]:
        """The tags of a run that begins."""
        tags = {
            "mlflow.source.name": str(self._source.path),
            "mlflow.source.type": "NOTEBOOK" if self._source.is_notebook else "LOCAL",
            "mlflow.brickyard.python": platform.python_version(),
            **self._stored,
        }
        return tags | ({"mlflow.brickyard.engine": self._use.engine} if self._use.engine else {})

    def finish(self, client: Any, run_id: str) -> None:
        """Tag a run that ends with what its process has read. It ends all the same if that fails: with a warning."""
        if not self._use.engine or not self._is_ours(client.tracking_uri):
            return
        try:
            client.set_tag(run_id, "mlflow.brickyard.engine", self._use.engine)
            versions = self._use.table_versions()
            if versions:
                client.set_tag(run_id, "mlflow.brickyard.tables", self._tables_tag(versions))
        except Exception:  # a user's run must end whatever its records do
            _LOG.warning("the tables read by run %s could not be recorded", run_id, exc_info=True)

    @functools.cached_property
    def _stored(self) -> dict[str, str]:
        """Store source and environment, once per process."""
        source, environment = self._source, requirements().encode()
        return {
            "mlflow.brickyard.source": self._store("sources", source.path.name, source.data),
            "mlflow.brickyard.environment": self._store("environments", "requirements.txt", environment),
        }

    def _store(self, folder: str, name: str, data: bytes) -> str:
        path = f"/brickyard/{folder}/{hashlib.sha256(data).hexdigest()}/{name}"
        files = DbfsStorage(self._client)
        if files.status(path) is None:
            files.write(path, (data[i : i + BLOCK] for i in range(0, len(data), BLOCK)), overwrite=True)
        return f"dbfs:{path}"

    def _tables_tag(self, versions: Mapping[str, int | None]) -> str:
        text = json.dumps(dict(versions), ensure_ascii=False)
        if len(text) <= LONGEST_TAG:
            return text
        return self._store("tables", "tables.json", text.encode())

    def _is_ours(self, tracking_uri: str) -> bool:
        return same_server(tracking_uri, self._client.url) or tracking_uri == "databricks"


def requirements() -> str:
    """The installed packages as a requirements file, by name."""
    found = {(d.metadata["Name"] or "").lower(): f"{d.metadata['Name']}=={d.version}" for d in distributions()}
    return "".join(f"{line}\n" for name, line in sorted(found.items()) if name)
