"""The JVM of the engine: its command line, its configuration and its environment."""

import contextlib
import os
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import msgspec

from brickyard.settings import clean_environment, cloud_environment

MAIN = "brickyard.Main"
EXTENSIONS = ("brickyard.BrickyardRules", "io.delta.sql.DeltaSparkSessionExtension", "brickyard.BrickyardExtensions")
"""`spark.sql.extensions`. The order matters: our rules before Delta's, and our parser behind Delta's, which it asks."""

LARGEST_HEAP_MB = 8192
LEAST_HEAP_MB = 1024
_CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")

_OPENED = (
    "lang", "lang.invoke", "lang.reflect", "io", "net", "nio", "util", "util.concurrent", "util.concurrent.atomic",
)  # fmt: skip
_OPENED_INSIDE = ("jdk.internal.ref", "sun.nio.ch", "sun.nio.cs", "sun.security.action", "sun.util.calendar")
"""What Spark reaches into (its JavaModuleOptions)."""

_SECRETS = "(?i)secret|passw|token|credential|signature|(access|account|shared)[._-]?key"

_CONFIGURATION: Mapping[str, str] = {
    "spark.master": "local[*]",
    "spark.app.name": "brickyard",
    "spark.log.level": "WARN",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.connect.grpc.binding.address": "127.0.0.1",
    "spark.connect.grpc.binding.port": "0",
    # A notebook may rest over the weekend; one that is gone has its session closed by the keeper.
    "spark.connect.session.manager.defaultSessionTimeout": "7d",
    "spark.redaction.regex": _SECRETS,
    "spark.sql.redaction.options.regex": f"{_SECRETS}|url",
    "spark.sql.extensions": ",".join(EXTENSIONS),
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "spark.sql.sources.default": "delta",
    # For one machine: with the defaults, made for clusters, small tables take seconds.
    "spark.sql.sources.parallelPartitionDiscovery.parallelism": "2",
    "spark.databricks.delta.snapshotPartitions": "2",
}


class Launch(msgspec.Struct, frozen=True, kw_only=True):
    """What one JVM is started from: Spark's version, paths, and its heap in MiB."""

    version: str
    java: str
    spark_home: str
    jars: tuple[str, ...]
    plugin: str
    heap_mb: int

    @property
    def fingerprint(self) -> str:
        """Equal for JVMs of which one can stand for the other."""
        return sha256(msgspec.json.encode(self)).hexdigest()[:16]

    def command(self, scratch: Path) -> list[str]:
        """The command line. It holds no secret: all users of a machine can read it.

        Args:
            scratch: an empty folder with a short path for blocks, sockets and the warehouse of Spark's own catalog.
        """
        confs = {
            **_CONFIGURATION,
            "spark.local.dir": str(scratch),
            "spark.sql.warehouse.dir": str(scratch / "warehouse"),
            "spark.sql.shuffle.partitions": str(max(2, os.cpu_count() or 2)),
        }
        packages = [f"java.base/java.{name}" for name in _OPENED] + [f"java.base/{name}" for name in _OPENED_INSIDE]
        return [
            self.java,
            f"-Xmx{self.heap_mb}m",
            "-XX:+ExitOnOutOfMemoryError",
            f"-Djava.io.tmpdir={scratch}",
            f"-Dderby.system.home={scratch}",
            "-Djdk.reflect.useDirectMethodHandle=false",
            "-Dio.netty.tryReflectionSetAccessible=true",
            *(f"--add-opens={package}=ALL-UNNAMED" for package in packages),
            *(f"-D{name}={value}" for name, value in confs.items()),
            "-cp",
            ":".join([f"{self.spark_home}/jars/*", *self.jars, self.plugin]),
            MAIN,
        ]

    def environment(self, python: Path, token: str) -> dict[str, str]:
        """The whole environment of the JVM: nothing of the run that happens to start it but access to object stores.

        Args:
            python: what Spark starts as Python (workers.py).
            token: clients must send it (spark.connect.authenticate.token).
        """
        return {
            **clean_environment(),
            **cloud_environment(),
            "SPARK_HOME": self.spark_home,
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_CONNECT_AUTHENTICATE_TOKEN": token,
            "PYSPARK_PYTHON": str(python),
        }


def heap(wanted_mb: int) -> int:
    """MiB of the JVM's heap: what is wanted, or half of the memory within bounds where that is 0."""
    if wanted_mb:
        return wanted_mb
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with contextlib.suppress(OSError, ValueError):  # no limit
        total = min(total, int(_CGROUP_LIMIT.read_text()))
    return max(LEAST_HEAP_MB, min(LARGEST_HEAP_MB, total // 2**21))
