"""What spark.catalog lists, for every engine."""

from fnmatch import fnmatchcase

import pyarrow as pa
import pyspark.sql.connect.proto as pb

from brickyard.notebook.catalog import CatalogClient
from brickyard.notebook.engines import plans

_CATALOGS = pa.schema({"name": pa.string(), "description": pa.string()})


def listed_catalogs(catalog: CatalogClient, pattern: str) -> pb.Relation:
    """The server's catalogs whose names fit a pattern; an empty one fits all."""
    rows = [{"name": name, "description": None} for name in catalog.catalogs() if matches(name, pattern)]
    return plans.local(pa.Table.from_pylist(rows, schema=_CATALOGS))


def matches(name: str, pattern: str) -> bool:
    """Spark's patterns: * stands for any text, | for or; upper and lower case do not count."""
    return not pattern or any(fnmatchcase(name.lower(), one.strip()) for one in pattern.lower().split("|"))
