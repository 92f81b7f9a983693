"""Sail: Spark in Rust, in a child process, up in under a second. Embedded and the default."""

from pyspark.sql.connect.client import DefaultChannelBuilder
from pyspark.sql.connect.session import SparkSession

from brickyard.notebook.catalog import CatalogClient
from brickyard.notebook.engines.base import EngineProcess, Gap, ServerAddress
from brickyard.notebook.engines.sail.channel import SailChannelBuilder
from brickyard.notebook.engines.sail.gaps import GAPS
from brickyard.notebook.engines.sail.names import catalogs_at_start
from brickyard.notebook.engines.sail.process import BATCH_ROWS, SailProcess
from brickyard.notebook.engines.sail.rules import SailRules
from brickyard.notebook.engines.sail.tables import Tables
from brickyard.notebook.engines.usage import Usage


class SailEngine:
    """The embedded engine."""

    name = "sail"
    gaps: tuple[Gap, ...] = GAPS

    def start(self, server: ServerAddress) -> EngineProcess:
        return SailProcess(server, catalogs_at_start(CatalogClient(server.client())))

    def channel(self, process: EngineProcess, server: ServerAddress, usage: Usage) -> DefaultChannelBuilder:
        if not isinstance(process, SailProcess):
            raise TypeError(f"not a Sail process: {process!r}")
        catalog = CatalogClient(server.client())
        tables = Tables(catalog=catalog, names=process.names, usage=usage, clouds=process.clouds, files=server.files)
        return SailChannelBuilder(process.remote, SailRules(tables), process.clouds)

    def prepare(self, spark: SparkSession, process: EngineProcess, server: ServerAddress) -> None:
        """Rows go to pandas functions in batches as large as the engine's own: Spark's default is 10,000."""
        spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", str(BATCH_ROWS))
