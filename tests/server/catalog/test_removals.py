"""A crash at any point of a drop loses nothing that is in use and leaves nothing behind."""

import asyncio
from pathlib import Path

import pytest

from brickyard.errors import Conflict
from brickyard.server.catalog.names import FullName
from brickyard.server.catalog.removals import store
from brickyard.server.catalog.service import UnityCatalog
from brickyard.server.catalog.tables.entities import NewTable
from brickyard.server.catalog.tables.store import table
from tests.server.catalog.conftest import Installation, write_delta

NAME = FullName("main", "default", "t")


async def make(catalog: UnityCatalog) -> Path:
    made = await catalog.tables.create(NewTable(catalog_name="main", schema_name="default", name="t"))
    path = Path(catalog.places.path(made.table.location))
    await asyncio.to_thread(write_delta, str(path), id=[1])
    return path


async def drop_until_commit(catalog: UnityCatalog) -> str:
    """What a drop has done when the process dies right after its transaction; the table's id."""
    database = catalog.tables._database
    found = await database.read(lambda connection: table(connection, NAME))
    assert found is not None
    await database.write(lambda c: store.drop_table(c, found.table_id, found.table_type, found.location))
    return found.table_id


def test_killed_after_the_transaction(installation: Installation) -> None:
    async def crash(catalog: UnityCatalog) -> Path:
        path = await make(catalog)
        await drop_until_commit(catalog)
        with pytest.raises(Conflict, match="is being removed"):
            await catalog.tables.create(
                NewTable(catalog_name="main", schema_name="default", name="t", storage_location=str(path))
            )
        return path

    path = installation.run(crash)
    assert path.exists()

    async def restart(catalog: UnityCatalog) -> None:
        assert not path.exists()
        await catalog.tables.create(
            NewTable(catalog_name="main", schema_name="default", name="t", storage_location=str(path))
        )

    installation.run(restart)
    assert list((installation.home.tables / ".trash").iterdir()) == []


def test_killed_after_the_renaming_keeps_what_has_been_written_there_since(installation: Installation) -> None:
    async def crash(catalog: UnityCatalog) -> Path:
        path = await make(catalog)
        table_id = await drop_until_commit(catalog)
        trash = Path(catalog.places.trash)
        trash.mkdir()
        path.rename(trash / table_id)
        return path

    path = installation.run(crash)
    write_delta(str(path), new=[1])

    async def restart(catalog: UnityCatalog) -> None:
        assert (path / "_delta_log").is_dir()

    installation.run(restart)
    assert list((installation.home.tables / ".trash").iterdir()) == []
    assert (path / "_delta_log").is_dir()


def test_what_lies_in_the_trash_is_deleted_at_the_start(installation: Installation) -> None:
    trash = installation.home.tables / ".trash"
    (trash / "folder" / "inner").mkdir(parents=True)
    (trash / "file").write_text("x")
    elsewhere = installation.home.root / "elsewhere"
    elsewhere.mkdir()
    (trash / "link").symlink_to(elsewhere)

    async def start(catalog: UnityCatalog) -> None:
        pass

    installation.run(start)
    assert list(trash.iterdir()) == []
    assert elsewhere.is_dir(), "a link is removed, not what it points at"


def test_a_folder_that_is_gone_already_is_no_error(installation: Installation) -> None:
    async def work(catalog: UnityCatalog) -> None:
        await catalog.tables.create(NewTable(catalog_name="main", schema_name="default", name="t"))
        await catalog.tables.delete("main.default.t")
        assert await catalog.tables._database.read(store.removals) == []

    installation.run(work)
