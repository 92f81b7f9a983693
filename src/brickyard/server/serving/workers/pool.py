"""All model servers of the server."""

import asyncio
import itertools
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from brickyard.server.serving.workers.environments import Environments
from brickyard.server.serving.workers.failures import ModelLoadFailed
from brickyard.server.serving.workers.logs import Logs, logs_of
from brickyard.server.serving.workers.requirements import clashes, read_needs
from brickyard.server.serving.workers.server import ModelServer
from brickyard.server.serving.workers.specs import Limits, WorkerSpec
from brickyard.server.serving.workers.zygotes import WorkerProcess, Zygote

SHARED = (sys.executable, "-P", "-m", "brickyard.scoring.zygote")
LAUNCH = Path(__file__).parents[3] / "scoring" / "launch.py"
BATCHES_VARIABLE = "BRICKYARD_BATCHES"
"""An environment variable of a served entity: `off` computes each request alone."""


class ModelServers:
    """Starts model servers. Belongs to one event loop, whose `close` must be awaited before the loop ends.

    Args:
        endpoints: the folder for logs and for the environments of models.
        sockets: an existing folder with a short path, that nobody else may enter.
        environment: the environment variables of model servers, without secrets.
        builder_environment: those of the builder of environments.
        limits: how they are run.
    """

    def __init__(
        self,
        endpoints: Path,
        *,
        sockets: Path,
        environment: Mapping[str, str],
        builder_environment: Mapping[str, str],
        limits: Limits | None = None,
    ) -> None:
        self._endpoints = endpoints
        self._sockets = sockets
        self._environment = {**environment, "MLFLOW_DISABLE_TELEMETRY": "true"}
        self._limits = limits or Limits()
        self._environments = Environments(endpoints / ".environments", environment=builder_environment)
        self._numbers = itertools.count(1)
        self._zygotes: dict[str, Zygote] = {}
        self._servers: set[ModelServer] = set()

    async def warm(self) -> None:
        """Start the process that model servers are forked from, so that the first endpoint is ready at once.

        Raises:
            TemporarilyUnavailable: it cannot be started.
        """
        await self._zygote("", SHARED).warm()

    async def start(self, spec: WorkerSpec) -> ModelServer:
        """A model server that answers.

        Raises:
            ModelLoadFailed: the model cannot be loaded, or its environment cannot be built.
            TemporarilyUnavailable: no process can be started.
            InvalidParameterValue: a name cannot be a folder's.
        """
        logs = logs_of(self._endpoints, spec.endpoint, spec.served_entity)
        await asyncio.to_thread(logs.begin_build)
        reasons = clashes(read_needs(spec.model_path))
        for reason in reasons:
            logs.note_build(f"The model gets an environment of its own: {reason}.")
        if not reasons:
            logs.note_build("The model is computed with the libraries of the server's installation.")
        try:
            return await self._start(spec, logs, own=bool(reasons))
        except ModelLoadFailed as error:
            logs.note_build(f"The model cannot be loaded: {error.message}")
            if reasons or error.missing is None:
                raise
            logs.note_build(f"The model gets an environment of its own: {error.missing} is not installed here.")
            return await self._start(spec, logs, own=True)

    async def close(self) -> None:
        """End all model servers. Requests that are under way fail."""
        await asyncio.gather(*(server.close() for server in list(self._servers)))
        await asyncio.gather(*(zygote.close() for zygote in self._zygotes.values()))

    async def _start(self, spec: WorkerSpec, logs: Logs, *, own: bool) -> ModelServer:
        begin = time.monotonic()
        zygote = await self._own_zygote(spec, logs) if own else self._zygote("", SHARED)

        async def start_worker(seat: int) -> WorkerProcess:
            return await zygote.start(
                model=spec.model_path,
                log=logs.seat(seat),
                seat=seat,
                environment=spec.environment_vars,
                together=spec.environment_vars.get(BATCHES_VARIABLE, "").lower() != "off",
                memory_mb=self._limits.memory_mb,
                load_s=self._limits.load_s,
            )

        server = ModelServer(spec, self._limits, logs, start_worker, lambda: self._servers.discard(server))
        self._servers.add(server)
        try:
            await server.open()
        except BaseException:  # reason: also when it is cancelled, nobody else knows the server
            await asyncio.shield(server.close())
            raise
        zygote.stay_until(server.gone)
        logs.note_build(f"Ready after {time.monotonic() - begin:.2f} s; computed by pyfunc.")
        return server

    async def _own_zygote(self, spec: WorkerSpec, logs: Logs) -> Zygote:
        built = await self._environments.get(spec.model_path, logs.build)
        return self._zygote(built.key, (str(built.python), "-s", str(LAUNCH)))

    def _zygote(self, key: str, command: tuple[str, ...]) -> Zygote:
        if key not in self._zygotes:
            self._zygotes[key] = Zygote(
                self._sockets,
                name=f"zygote-{key[:12]}" if key else "zygote",
                command=command,
                environment=self._environment,
                numbers=self._numbers,
            )
        return self._zygotes[key]
