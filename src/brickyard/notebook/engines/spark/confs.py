"""What a session of the catalog plugin is configured with. The JVM serves runs of several servers: nothing of a server
is in its own configuration."""

from collections.abc import Iterator

from brickyard.notebook.catalog import ROOT, CatalogClient
from brickyard.notebook.engines.base import ServerAddress

CATALOG_CLASS = "brickyard.BrickyardCatalog"


def session_confs(server: ServerAddress) -> Iterator[tuple[str, str]]:
    """The configuration by which a session finds a server's tables. Its other catalogs are found by the plugin.

    Raises:
        TemporarilyUnavailable: the server does not answer.
    """
    default = CatalogClient(server.client()).default_catalog()
    yield "spark.brickyard.uri", server.url + ROOT
    yield "spark.brickyard.token", server.token
    yield f"spark.sql.catalog.{default}", CATALOG_CLASS
    yield "spark.sql.defaultCatalog", default
