"""The engine `spark`: a JVM of this machine, shared by the runs of a home."""

from pyspark.sql.connect.client import DefaultChannelBuilder
from pyspark.sql.connect.session import SparkSession

from brickyard.notebook.catalog import CatalogClient
from brickyard.notebook.engines.base import EngineProcess, Gap, ServerAddress
from brickyard.notebook.engines.spark.channel import SparkChannelBuilder
from brickyard.notebook.engines.spark.confs import session_confs
from brickyard.notebook.engines.spark.distribution import installed
from brickyard.notebook.engines.spark.installation import install
from brickyard.notebook.engines.spark.process import SparkProcess, place_of
from brickyard.notebook.engines.spark.progress import Progress
from brickyard.notebook.engines.spark.rules import SparkRules
from brickyard.notebook.engines.usage import Usage
from brickyard.settings import Settings, environment_variable


class SparkEngine:
    """Spark with Delta on a JVM, which is installed and started at its first use."""

    name = "spark"
    gaps: tuple[Gap, ...] = ()

    def start(self, server: ServerAddress) -> EngineProcess:
        settings = Settings.read()
        java_home = environment_variable("JAVA_HOME")
        with Progress() as progress:
            distribution = installed(settings.cache, java_home) or install(
                settings.cache, java_home, settings.maven_url, progress
            )
            return SparkProcess(distribution, place_of(server, settings), settings, progress.tell)

    def channel(self, process: EngineProcess, server: ServerAddress, usage: Usage) -> DefaultChannelBuilder:
        rules = SparkRules(catalog=CatalogClient(server.client()), usage=usage, files=server.files)
        return SparkChannelBuilder(_own(process), rules)

    def prepare(self, spark: SparkSession, process: EngineProcess, server: ServerAddress) -> None:
        for name, value in session_confs(server):
            spark.conf.set(name, value)
        _own(process).bind(str(spark.client._server_session_id))


def _own(process: EngineProcess) -> SparkProcess:
    if not isinstance(process, SparkProcess):
        raise TypeError(f"not a Spark process: {process!r}")
    return process
