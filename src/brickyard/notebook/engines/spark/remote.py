"""A Spark Connect server that others run: a cluster, by its address."""

import socket
from dataclasses import dataclass

import grpc
from pyspark.errors import PySparkException
from pyspark.sql.connect.client import DefaultChannelBuilder
from pyspark.sql.connect.session import SparkSession

from brickyard.errors import InvalidParameterValue, InvalidState, TemporarilyUnavailable
from brickyard.notebook.engines.base import EngineProcess, Gap, ServerAddress
from brickyard.notebook.engines.interceptor import Rules, RulesInterceptor
from brickyard.notebook.engines.spark.confs import session_confs
from brickyard.notebook.engines.spark.jvm import EXTENSIONS
from brickyard.notebook.engines.usage import Usage

CONNECT_SECONDS = 10.0


@dataclass(frozen=True)
class RemoteProcess:
    """A server that is there before the session and after it."""

    remote: str

    def stop(self) -> None:
        """Nothing: it belongs to others."""


class RemoteChannelBuilder(DefaultChannelBuilder):
    """pyspark's channel to an address, with the rules in front."""

    def __init__(self, remote: str, rules: Rules | None) -> None:
        super().__init__(remote)
        self._rules = rules

    def toChannel(self) -> grpc.Channel:
        channel = super().toChannel()
        return (
            channel if self._rules is None else grpc.intercept_channel(channel, RulesInterceptor(self._rules, channel))
        )


class RemoteEngine:
    """Spark by its address, `sc://host:port`, with parameters as Spark has them (`/;token=…;use_ssl=true`)."""

    name = "spark"
    gaps: tuple[Gap, ...] = ()

    def __init__(self, remote: str) -> None:
        try:
            builder = DefaultChannelBuilder(remote)
        except (PySparkException, ValueError) as error:
            raise InvalidParameterValue(
                f"{shown(remote)} is not the address of a Spark Connect server: {error}"
            ) from None
        self._remote = remote
        self._endpoint = builder.endpoint

    def start(self, server: ServerAddress) -> EngineProcess:
        host, _, port = self._endpoint.rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), timeout=CONNECT_SECONDS).close()
        except OSError as error:
            raise TemporarilyUnavailable(
                f"no Spark Connect server answers at {shown(self._remote)}: {error.strerror or error}"
            ) from None
        return RemoteProcess(self._remote)

    def channel(self, process: EngineProcess, server: ServerAddress, usage: Usage) -> DefaultChannelBuilder:
        return RemoteChannelBuilder(process.remote, None)

    def prepare(self, spark: SparkSession, process: EngineProcess, server: ServerAddress) -> None:
        confs = dict(session_confs(server))
        default = confs["spark.sql.defaultCatalog"]
        try:
            known = spark.conf.get("spark.sql.extensions", "") or ""
            missing = [name for name in EXTENSIONS if name not in known]
            if missing:
                raise InvalidState(self._lacks(f"its spark.sql.extensions lack {', '.join(missing)}"))
            for name, value in confs.items():
                spark.conf.set(name, value)
            spark.sql(f"SHOW SCHEMAS IN `{default}`").collect()
        except PySparkException as error:
            raise InvalidState(self._lacks(str(error).strip().split("\n")[0])) from None

    def _lacks(self, reason: str) -> str:
        return (
            f"the Spark at {shown(self._remote)} cannot serve the tables of this Brickyard server: {reason}. It needs "
            "the jars of Delta 4.4 and of Brickyard's catalog plugin, and at its start "
            f"--conf spark.sql.extensions={','.join(EXTENSIONS)}; see docs/spark_engine_cluster.md"
        )


def shown(remote: str) -> str:
    """An address without its parameters, of which one may be a token."""
    return remote.split("/;")[0]
