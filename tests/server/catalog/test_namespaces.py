"""The rules of catalogs and schemas, on both databases."""

import asyncio

import pytest

from brickyard.errors import BadRequest, InvalidParameterValue, NameTaken, NotFound
from brickyard.server.catalog.entities import Schema
from brickyard.server.catalog.names import SchemaName
from brickyard.server.catalog.service import UnityCatalog
from brickyard.server.catalog.tables.entities import NewTable
from tests.server.catalog.conftest import Installation, write_delta


def test_a_fresh_home_has_main_and_hive_metastore(installation: Installation) -> None:
    async def work(catalog: UnityCatalog) -> None:
        rows, token = await catalog.namespaces.catalogs()
        assert [row.name for row in rows] == ["hive_metastore", "main"] and token == ""
        for name in ("main", "hive_metastore"):
            schemas, _ = await catalog.namespaces.schemas(name)
            assert [(row.full_name, row.folder) for row in schemas] == [(f"{name}.default", f"tables/{name}/default")]

    installation.run(work)


def test_what_is_made_is_there_after_a_restart(installation: Installation) -> None:
    async def make(catalog: UnityCatalog) -> Schema:
        await catalog.namespaces.create_catalog("Production", "a 'comment' with \"quotes\" and ü", {"team": "ml"})
        return await catalog.namespaces.create_schema("production", "ML", "", {"k": "v"})

    made = installation.run(make)
    assert (made.full_name, made.folder) == ("production.ml", "tables/production/ml")

    async def look(catalog: UnityCatalog) -> None:
        found = await catalog.namespaces.catalog("PRODUCTION")
        assert (found.name, found.comment) == ("production", "a 'comment' with \"quotes\" and ü")
        assert found.properties == {"team": "ml"} and found.owner == found.created_by == "admin"
        assert await catalog.namespaces.schema("production.ml") == made
        schemas, _ = await catalog.namespaces.schemas("production")
        assert [row.name for row in schemas] == ["default", "ml"]

    installation.run(look)


def test_names_are_taken_once_and_missing_ones_are_named(installation: Installation) -> None:
    async def work(catalog: UnityCatalog) -> None:
        await catalog.namespaces.create_catalog("c")
        await catalog.namespaces.create_schema("c", "s")
        with pytest.raises(NameTaken, match="Catalog 'c' already exists"):
            await catalog.namespaces.create_catalog("C")
        with pytest.raises(NameTaken, match=r"Schema 'c\.s' already exists"):
            await catalog.namespaces.create_schema("C", "S")
        with pytest.raises(NotFound, match="Catalog 'nope' does not exist"):
            await catalog.namespaces.create_schema("nope", "s")
        with pytest.raises(NotFound, match="Catalog 'nope' does not exist"):
            await catalog.namespaces.schemas("nope")
        with pytest.raises(NotFound, match=r"Schema 'c\.nope' does not exist"):
            await catalog.namespaces.schema("c.nope")
        with pytest.raises(InvalidParameterValue, match="'name'"):
            await catalog.namespaces.create_catalog("a.b")

    installation.run(work)


def test_of_many_creators_one_wins(installation: Installation) -> None:
    async def work(catalog: UnityCatalog) -> None:
        tries = (catalog.namespaces.create_schema("main", "raced") for _ in range(20))
        results = await asyncio.gather(*tries, return_exceptions=True)
        assert sum(isinstance(result, Schema) for result in results) == 1
        assert sum(isinstance(result, NameTaken) for result in results) == 19

    installation.run(work)


def test_changes(installation: Installation) -> None:
    async def work(catalog: UnityCatalog) -> None:
        await catalog.namespaces.create_catalog("c", "old", {"a": "1", "b": "2"})
        changed = await catalog.namespaces.update_catalog("c", {"new_name": "D", "properties": {"a": "3"}})
        assert (changed.name, changed.comment, changed.properties) == ("d", "old", {"a": "3"})
        assert changed.updated_at >= changed.created_at
        assert await catalog.namespaces.catalog("d") == changed
        with pytest.raises(NameTaken):
            await catalog.namespaces.update_catalog("d", {"new_name": "main"})
        with pytest.raises(BadRequest, match="default catalog"):
            await catalog.namespaces.update_catalog("main", {"new_name": "other"})
        with pytest.raises(InvalidParameterValue, match="'owner'"):
            await catalog.namespaces.update_catalog("d", {"owner": ""})

        schema = await catalog.namespaces.create_schema("d", "s")
        renamed = await catalog.namespaces.update_schema("d.s", {"new_name": "t", "comment": "new", "owner": "me"})
        assert (renamed.full_name, renamed.comment, renamed.owner) == ("d.t", "new", "me")
        assert renamed.folder == schema.folder
        with pytest.raises(NameTaken):
            await catalog.namespaces.update_schema("d.t", {"new_name": "default"})

    installation.run(work)


def test_a_new_schema_does_not_share_the_folder_of_a_renamed_one(installation: Installation) -> None:
    async def work(catalog: UnityCatalog) -> None:
        first = await catalog.namespaces.create_schema("main", "s")
        await catalog.namespaces.update_schema("main.s", {"new_name": "renamed"})
        second = await catalog.namespaces.create_schema("main", "s")
        assert second.folder == f"{first.folder}-{second.schema_id[:8]}"

    installation.run(work)


def test_what_holds_something_is_deleted_only_by_force(installation: Installation) -> None:
    async def work(catalog: UnityCatalog) -> None:
        await catalog.namespaces.create_catalog("c")
        schema = await catalog.namespaces.create_schema("c", "s")
        write_delta(str(catalog.places.path(f"{schema.folder}/t")), id=[1])
        await catalog.tables.create(
            NewTable(
                catalog_name="c", schema_name="s", name="t", storage_location=catalog.places.uri(f"{schema.folder}/t")
            )
        )
        kept = catalog.places.path("tables/kept")
        write_delta(str(kept), id=[1])
        await catalog.tables.create(
            NewTable(catalog_name="c", schema_name="s", name="kept", storage_location=str(kept))
        )
        await catalog.volumes.create(SchemaName("c", "s"), "v")
        with pytest.raises(BadRequest, match=r"2 table\(s\) and 1 volume"):
            await catalog.namespaces.delete_schema("c.s", force=False)
        with pytest.raises(BadRequest, match="not empty"):
            await catalog.namespaces.delete_catalog("c", force=False)
        await catalog.namespaces.delete_catalog("c", force=True)
        with pytest.raises(NotFound):
            await catalog.namespaces.catalog("c")
        home = installation.home
        assert not (home.tables / "c" / "s" / "t").exists(), "data of a managed table"
        assert not (home.files / "Volumes" / "c" / "s" / "v").exists(), "files of a managed volume"
        assert (home.tables / "kept" / "_delta_log").is_dir(), "data of an external table"

    installation.run(work)
    assert list((installation.home.tables / ".trash").iterdir()) == []


def test_an_empty_catalog_and_schema_are_deleted_without_force(installation: Installation) -> None:
    async def work(catalog: UnityCatalog) -> None:
        await catalog.namespaces.create_catalog("c")
        await catalog.namespaces.create_schema("c", "s")
        await catalog.namespaces.delete_schema("c.s", force=False)
        await catalog.namespaces.delete_catalog("c", force=False)
        with pytest.raises(NotFound):
            await catalog.namespaces.delete_catalog("c", force=True)
        with pytest.raises(BadRequest, match="default catalog"):
            await catalog.namespaces.delete_catalog("main", force=True)

    installation.run(work)


def test_a_schema_with_volumes_keeps_its_name(installation: Installation) -> None:
    async def work(catalog: UnityCatalog) -> None:
        await catalog.namespaces.create_catalog("c")
        await catalog.volumes.create(SchemaName("c", "default"), "v")
        with pytest.raises(BadRequest, match="volumes"):
            await catalog.namespaces.update_schema("c.default", {"new_name": "other"})
        with pytest.raises(BadRequest, match="volumes"):
            await catalog.namespaces.update_catalog("c", {"new_name": "other"})

    installation.run(work)
