"""The catalog as the composition root makes it, and other slices use it."""

import uuid
from pathlib import PurePosixPath

from brickyard.server.catalog.constraints.service import Constraints
from brickyard.server.catalog.locations import Places
from brickyard.server.catalog.namespaces.service import Namespaces
from brickyard.server.catalog.removals.service import Removals
from brickyard.server.catalog.tables.logs import DeltaLogs, Worker
from brickyard.server.catalog.tables.service import Tables
from brickyard.server.catalog.volumes.service import Volumes
from brickyard.server.db.database import Database
from brickyard.settings import Home


class UnityCatalog:
    """Catalogs, schemas, tables with their keys, volumes.

    Args:
        organization_id: of this server, a number; the metastore's id follows from it.
        user: who owns what is made here.
    """

    def __init__(self, database: Database, worker: Worker, home: Home, *, organization_id: str, user: str) -> None:
        self.user = user
        self.workspace_id = int(organization_id)
        self.metastore_id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"brickyard:{organization_id}"))
        self.places = Places(
            home=PurePosixPath(home.root), tables=PurePosixPath(home.tables), files=PurePosixPath(home.files)
        )
        self._removals = Removals(database, self.places)
        self.namespaces = Namespaces(database, self._removals, user)
        self.tables = Tables(database, self._removals, DeltaLogs(worker), self.places, user)
        self.constraints = Constraints(database, self.tables)
        self.volumes = Volumes(database, self._removals, self.places, user)

    async def open(self) -> None:
        """Finish the removals that an earlier process has begun."""
        await self._removals.resume()

    async def close(self) -> None:
        await self._removals.close()
