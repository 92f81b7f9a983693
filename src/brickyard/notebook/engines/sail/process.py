"""The Sail server as a child process."""

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from brickyard.errors import InvalidState
from brickyard.notebook.engines.base import ServerAddress
from brickyard.notebook.engines.sail.clouds import Clouds, Environment
from brickyard.notebook.engines.sail.names import DEFAULT_SCHEMA, Catalogs, CurrentNames
from brickyard.notebook.engines.sail.relay import LATE_CATALOG, CatalogRelay
from brickyard.settings import Home, cloud_environment, process_environment

START_SECONDS = 30.0
STOP_SECONDS = 3.0
WEEK_SECONDS = 7 * 24 * 3600
"""A notebook may rest over the weekend: Sail would forget its views after 20 minutes."""
BATCH_ROWS = 65_536
"""Rows that Sail hands over at a time. A model's predict has a fixed cost, which 8,192 rows do not outweigh."""

_SAIL_READS = ("DATABRICKS_", "UNITY_", "UC_", "SAIL_", "RUST_", "OTEL_", "SPARK_")


class SailProcess:
    """A running Sail server. Its standard input is its lease: when that closes, it ends."""

    def __init__(self, server: ServerAddress, catalogs: Catalogs) -> None:
        self.names = CurrentNames(catalogs)
        self.clouds = Clouds(self._configure, Home(server.files.parent) if server.files else None)
        self._relay = CatalogRelay(server, lambda: self.names.current[0], self.clouds.saw)
        self._configured: dict[str, str | None] = {}
        self._owner = os.getpid()
        self._scratch = tempfile.mkdtemp(prefix="brickyard-sail-")
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by stop
        self._environment = sail_environment(self._relay, catalogs, self._scratch)
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(Path(__file__).with_name("child.py")), self._scratch],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=self._environment,
            start_new_session=True,  # Ctrl-C interrupts the notebook's cell, not its engine
        )
        self._remote = f"sc://127.0.0.1:{self._wait()}"
        atexit.register(self.stop)

    @property
    def remote(self) -> str:
        return self._remote

    @property
    def pid(self) -> int:
        return self._process.pid

    def stop(self) -> None:
        atexit.unregister(self.stop)
        if os.getpid() != self._owner:
            return  # a fork of the notebook ends: the engine is not its own
        if self._process.stdin and not self._process.stdin.closed:
            self._process.stdin.close()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()
        self._log.close()
        self._relay.stop()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _configure(self, environment: Environment) -> None:
        """Give Sail's process these variables, and those that an earlier call gave their first values."""
        base = self._environment
        changes = {name: base.get(name) for name in self._configured} | dict(environment)
        self._configured = changes
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(changes).encode() + b"\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        except OSError:
            answer = b""
        if not answer:
            raise InvalidState("the Sail engine has ended: start the session anew")

    def _wait(self) -> int:
        assert self._process.stdout is not None
        timer = threading.Timer(START_SECONDS, self._process.kill)
        timer.start()
        try:
            line = self._process.stdout.readline()
        finally:
            timer.cancel()
        if line.strip().isdigit():
            return int(line)
        self._process.wait()
        self._log.seek(0)
        said = self._log.read().decode(errors="replace").strip()[-2000:]
        self.stop()
        raise InvalidState(f"the Sail engine did not start: {said or 'it wrote nothing'}")


def sail_environment(relay: CatalogRelay, catalogs: Catalogs, scratch: str) -> Mapping[str, str]:
    """The environment that configures Sail: the user's, because Python UDFs run in it, without what would reach into
    Sail's own settings. DATABRICKS_HOST and DATABRICKS_TOKEN, for one, would replace the address and the token of
    every catalog (docs.lakesail.com, Unity Catalog)."""
    base = {name: value for name, value in process_environment().items() if not name.startswith(_SAIL_READS)}
    entries = [
        {"type": "unity", "name": name, "uri": relay.url, "default_catalog": name, "token": relay.secret}
        for name in (*catalogs.names, LATE_CATALOG)
    ]
    past_proxies = ",".join(filter(None, [base.get("NO_PROXY") or base.get("no_proxy"), "127.0.0.1"]))
    return {
        **base,
        **cloud_environment(),
        "PYTHONPATH": os.pathsep.join(entry or os.getcwd() for entry in sys.path),
        "NO_PROXY": past_proxies,
        "no_proxy": past_proxies,
        "UNITY_ALLOW_HTTP_URL": "true",
        "SAIL_CATALOG__LIST": f"[{', '.join(map(_table, entries))}]",
        "SAIL_CATALOG__DEFAULT_CATALOG": catalogs.default,
        "SAIL_CATALOG__DEFAULT_DATABASE": json.dumps([DEFAULT_SCHEMA]),
        "SAIL_EXECUTION__BATCH_SIZE": str(BATCH_ROWS),
        "SAIL_EXECUTION__CHECKPOINT__PATH": f"file://{scratch}/checkpoints",
        "SAIL_RUNTIME__TEMPORARY_FILES__PATHS": json.dumps([scratch]),
        "SAIL_SPARK__SESSION_TIMEOUT_SECS": str(WEEK_SECONDS),
        "RUST_LOG": "error",
    }


def _table(entry: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{key}={json.dumps(value)}" for key, value in entry.items()) + "}"
