"""Removal of dropped data, so that a crash at any point loses nothing that is in use and leaves nothing behind.

Dropping an entry notes its data in the same transaction. Then its folder is renamed into the trash, the note deleted,
the request answered, and the trash emptied behind the answer. At the start, what is noted and not yet in the trash is
renamed, and the trash is emptied.
"""

import asyncio
import logging
import os
import shutil
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from brickyard.server.catalog.locations import Places
from brickyard.server.catalog.removals import store
from brickyard.server.catalog.removals.entities import Removal
from brickyard.server.db.database import Database

logger = logging.getLogger("brickyard.server")


class Removals:
    """Used on the event loop's thread alone."""

    def __init__(self, database: Database, places: Places) -> None:
        self._database = database
        self._places = places
        self._emptying: set[asyncio.Task[None]] = set()

    async def resume(self) -> None:
        """Finish what an earlier process has begun. To be called before requests are answered."""
        await self.carry_out(await self._database.read(store.removals))
        left = await asyncio.to_thread(_entries, Path(self._places.trash))
        self._empty(left)

    async def carry_out(self, removals: Iterable[Removal]) -> None:
        """Move the data out of the way. What cannot be moved stays noted for the next start, and the log tells."""
        for removal in removals:
            source, target = Path(self._places.path(removal.location)), Path(self._places.trash) / removal.removal_id
            try:
                await asyncio.to_thread(_move, source, target)
            except OSError as error:
                logger.error("the dropped data at %s cannot be removed yet: %s", source, error)
                continue
            await self._database.write(partial(store.forget, removal_id=removal.removal_id))
            self._empty([target])

    async def close(self) -> None:
        """Wait for the deletions that are under way."""
        await asyncio.gather(*self._emptying)

    def _empty(self, paths: list[Path]) -> None:
        task = asyncio.create_task(asyncio.to_thread(_delete, paths))
        self._emptying.add(task)
        task.add_done_callback(self._emptying.discard)


def _entries(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _move(source: Path, target: Path) -> None:
    """Rename, unless it has been done before a crash: then new data may lie at the source."""
    if os.path.lexists(target) or not os.path.lexists(source):
        return
    target.parent.mkdir(exist_ok=True)
    source.rename(target)


def _delete(paths: list[Path]) -> None:
    for path in paths:
        try:
            if path.is_symlink() or path.is_file():
                path.unlink()
            else:
                shutil.rmtree(path)
        except FileNotFoundError:
            continue
        except OSError as error:
            logger.error("dropped data at %s cannot be deleted: %s", path, error)
