"""CREATE CATALOG and DROP CATALOG: catalogs are the server's; engines only look into them."""

from brickyard.errors import AlreadyExists, BrickyardError
from brickyard.notebook.catalog import CatalogClient
from brickyard.notebook.engines import conditions
from brickyard.notebook.engines.sql_text import Reader


def change_catalogs(reader: Reader, catalog: CatalogClient) -> bool:
    """Do CREATE CATALOG or DROP CATALOG; False: it is another statement.

    Raises:
        AnalysisException: it is refused.
    """
    if reader.accept("CREATE", "CATALOG"):
        return _create(reader, catalog)
    return reader.accept("DROP", "CATALOG") and _drop(reader, catalog)


def _create(reader: Reader, catalog: CatalogClient) -> bool:
    if_missing = reader.accept("IF", "NOT", "EXISTS")
    name = reader.name()
    comment = reader.take("string") if reader.accept("COMMENT") else None
    if name is None or len(name) != 1 or not reader.at_end:
        return False
    try:
        catalog.create_catalog(name[0], comment.value if comment else "")
    except AlreadyExists:
        if not if_missing:
            raise conditions.catalog_exists(name[0]) from None
    return True


def _drop(reader: Reader, catalog: CatalogClient) -> bool:
    if_exists = reader.accept("IF", "EXISTS")
    name = reader.name()
    cascade = reader.accept("CASCADE")
    reader.accept("RESTRICT")
    if name is None or len(name) != 1 or not reader.at_end:
        return False
    if not catalog.has_catalog(name[0]):
        if not if_exists:
            raise conditions.catalog_not_found(name[0])
        return True
    try:
        catalog.drop_catalog(name[0], cascade=cascade)
    except BrickyardError as error:
        raise conditions.refused(error.message) from None
    return True
