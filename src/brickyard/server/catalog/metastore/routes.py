"""The rows of the metastore and of credentials."""

from typing import Any

from brickyard.clock import now_ms
from brickyard.server.catalog.locations import Places, uri_of
from brickyard.server.catalog.metastore.wire import PathCredentials, TableCredentials, assignment, credentials, summary
from brickyard.server.catalog.namespaces.service import DEFAULT_CATALOG
from brickyard.server.catalog.tables.service import Tables
from brickyard.server.catalog.wire import ROOT, Empty, unity_route
from brickyard.server.route import Route

OLD_ROOT = ROOT.replace("2.1", "2.0")  # the SDK asks there for credentials, Unity Catalog's own clients at ROOT


def routes(tables: Tables, places: Places, metastore_id: str, *, workspace_id: int, owner: str) -> tuple[Route, ...]:
    async def current(_: Empty) -> dict[str, Any]:
        """Tell the metastore and the default catalog."""
        return assignment(metastore_id, workspace_id, DEFAULT_CATALOG)

    async def summarized(_: Empty) -> dict[str, Any]:
        """Tell about the metastore."""
        return summary(metastore_id, owner)

    async def for_table(request: TableCredentials) -> dict[str, Any]:
        """Tell how to reach a table's files."""
        table = await tables.by_id(request.table_id)
        return credentials(places.uri(table.location), now_ms())

    async def for_path(request: PathCredentials) -> dict[str, Any]:
        """Tell how to reach the files of a folder."""
        path = places.parse("url", request.url)
        places.stored(path)
        return credentials(uri_of(path), now_ms())

    return (
        unity_route("GET", "current-metastore-assignment", current, Empty),
        unity_route("GET", "metastore_summary", summarized, Empty),
        *(
            row
            for root in (ROOT, OLD_ROOT)
            for row in (
                unity_route("POST", "temporary-table-credentials", for_table, TableCredentials, root),
                unity_route("POST", "temporary-path-credentials", for_path, PathCredentials, root),
            )
        ),
    )
