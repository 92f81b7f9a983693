"""The rows of the catalog."""

from brickyard.server.catalog.constraints import routes as constraints
from brickyard.server.catalog.metastore import routes as metastore
from brickyard.server.catalog.namespaces import routes as namespaces
from brickyard.server.catalog.service import UnityCatalog
from brickyard.server.catalog.tables import routes as tables
from brickyard.server.catalog.volumes import routes as volumes
from brickyard.server.catalog.wire import ENGINES_ROOT, ROOT
from brickyard.server.route import Route


def routes(catalog: UnityCatalog) -> tuple[Route, ...]:
    places, metastore_id = catalog.places, catalog.metastore_id
    roots = (ROOT, ENGINES_ROOT)
    return (
        *(row for root in roots for row in namespaces.routes(catalog.namespaces, places, metastore_id, root)),
        *(row for root in roots for row in tables.routes(catalog.tables, places, metastore_id, root)),
        *constraints.routes(catalog.constraints),
        *volumes.routes(catalog.volumes, places, metastore_id),
        *metastore.routes(catalog.tables, places, metastore_id, workspace_id=catalog.workspace_id, owner=catalog.user),
    )
