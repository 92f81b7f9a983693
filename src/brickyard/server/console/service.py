"""What the home page tells: how much there is, what runs, what needs attention."""

import asyncio
from pathlib import Path
from typing import Any

import psutil

from brickyard.clock import now_ms
from brickyard.server.catalog.service import UnityCatalog
from brickyard.server.console import store
from brickyard.server.console.entities import Attention, Overview, RecentRun
from brickyard.server.db.database import Database
from brickyard.server.status import Status
from brickyard.settings import Settings

RECENT = 10
FAILED = 20
DAY_MS = 24 * 3600 * 1000


class Console:
    """The home page's facts."""

    def __init__(self, database: Database, catalog: UnityCatalog, status: Status, settings: Settings) -> None:
        self._database = database
        self._catalog = catalog
        self._status = status
        self._settings = settings

    async def overview(self) -> Overview:
        return await self._database.read(store.overview)

    async def recent_runs(self) -> list[RecentRun]:
        return await self._database.read(lambda connection: store.latest_runs(connection, RECENT))

    async def attention(self) -> list[Attention]:
        """Runs that failed in the last day, and tables whose data is not there."""
        since = now_ms() - DAY_MS
        failed = await self._database.read(lambda connection: store.failed_runs(connection, since, FAILED))
        found = [
            Attention(text=f"run {run.name} failed", link=f"/#/experiments/{run.experiment_id}/runs/{run.run_id}")
            for run in failed
        ]
        return found + [
            Attention(text=f"table {name} has no data", link=f"/console/tables/{name}") for name in await self._empty()
        ]

    async def running(self) -> dict[str, Any]:
        """The server's own state; sizes in bytes, the time up in seconds."""
        state = self._status.snapshot()
        return {
            **state,
            "uptime_s": (now_ms() - state["started_at"]) / 1000,
            "memory": psutil.Process().memory_info().rss,
            "database": await asyncio.to_thread(_size, self._settings.layout.database),
            "home": str(self._settings.home),
        }

    async def _empty(self) -> list[str]:
        names = []
        for catalog in (await self._catalog.namespaces.catalogs())[0]:
            for schema in (await self._catalog.namespaces.schemas(catalog.name))[0]:
                views, _ = await self._catalog.tables.listed(catalog.name, schema.name)
                names += [view.table.full_name for view in views if view.notice]
        return names


def _size(path: Path) -> int | None:
    """Of a file, or None where it is not there: the database is a server of its own then."""
    return path.stat().st_size if path.exists() else None
