"""The rules of tables, on both databases, with real Delta tables and the real data worker."""

import asyncio
import shutil
from pathlib import Path

import pytest

from brickyard.errors import (
    InvalidParameterValue,
    InvalidState,
    NameTaken,
    NotFound,
    PermissionDenied,
)
from brickyard.server.catalog.entities import Column
from brickyard.server.catalog.service import UnityCatalog
from brickyard.server.catalog.tables.entities import NewTable, TableView
from tests.server.catalog.conftest import Installation, write_delta

REGISTERED = (Column(name="x", type_name="LONG", type_text="bigint"),)


def new(name: str, location: str = "", comment: str = "", properties: dict[str, str] | None = None) -> NewTable:
    return NewTable(
        catalog_name="main",
        schema_name="default",
        name=name,
        storage_location=location,
        columns=REGISTERED,
        comment=comment,
        properties=properties or {},
    )


def names(view: TableView) -> list[str]:
    return [column.name for column in view.table.columns]


def test_columns_come_from_the_delta_log(installation: Installation) -> None:
    location = str(installation.home.tables / "main" / "default" / "t")
    write_delta(location, id=[1, 2], v=["a", "b"])

    async def work(catalog: UnityCatalog) -> None:
        made = await catalog.tables.create(new("T", location, comment="c", properties={"k": "v"}))
        assert made.table.full_name == "main.default.t"
        assert names(made) == ["id", "v"], "not those of the registration"
        found = await catalog.tables.get("main.default.t")
        assert found == made and found.notice == ""
        first = found.table.columns[0]
        assert (first.type_name, first.type_text, first.position) == ("LONG", "bigint", 0)
        await asyncio.to_thread(write_delta, location, id=[1], v=["a"], w=[1.5])
        assert names(await catalog.tables.get("main.default.t")) == ["id", "v", "w"], "after a change of schema"
        listed, _ = await catalog.tables.listed("main", "default")
        assert [names(view) for view in listed] == [["id", "v", "w"]]

    installation.run(work)


def test_an_unchanged_table_does_not_wake_the_data_worker(installation: Installation) -> None:
    location = str(installation.home.tables / "main" / "default" / "t")
    write_delta(location, id=[1])

    async def work(catalog: UnityCatalog) -> None:
        worker = catalog.tables._logs._worker
        await catalog.tables.create(new("t", location))
        calls = worker._calls  # type: ignore[attr-defined]  # counted by the real worker
        for _ in range(5):
            await catalog.tables.get("main.default.t")
        assert worker._calls == calls  # type: ignore[attr-defined]  # as above

    installation.run(work)


def test_a_table_before_its_first_commit_shows_the_registered_columns(installation: Installation) -> None:
    async def work(catalog: UnityCatalog) -> None:
        made = await catalog.tables.create(new("t"))
        assert names(made) == ["x"]
        assert "no Delta log" in made.notice
        with pytest.raises(InvalidState, match=r"main\.default\.t.*no Delta log"):
            await catalog.tables.detail("main.default.t")
        await asyncio.to_thread(write_delta, str(catalog.places.path(made.table.location)), id=[1])
        assert names(await catalog.tables.get("main.default.t")) == ["id"]

    installation.run(work)


def test_a_table_that_was_removed_from_the_disk_stays_known(installation: Installation) -> None:
    location = installation.home.tables / "main" / "default" / "t"
    write_delta(str(location), id=[1])

    async def work(catalog: UnityCatalog) -> None:
        await catalog.tables.create(new("t", str(location)))
        shutil.rmtree(location)
        assert "no Delta log" in (await catalog.tables.get("main.default.t")).notice
        listed, _ = await catalog.tables.listed("main", "default")
        assert len(listed) == 1 and "no Delta log" in listed[0].notice
        with pytest.raises(InvalidState):
            await catalog.tables.history("main.default.t")
        with pytest.raises(InvalidState):
            await catalog.tables.sample("main.default.t")

    installation.run(work)


def test_a_broken_log_keeps_the_table_usable_for_engines(installation: Installation) -> None:
    log = installation.home.tables / "main" / "default" / "t" / "_delta_log"
    log.mkdir(parents=True)
    (log / f"{0:020}.json").write_text("no json")

    async def work(catalog: UnityCatalog) -> None:
        view = await catalog.tables.create(new("t", str(log.parent)))
        assert names(view) == ["x"]
        assert view.notice.startswith("The columns are those of the registration.")

    installation.run(work)


def test_detail_history_and_sample(installation: Installation) -> None:
    location = str(installation.home.tables / "main" / "default" / "t")
    write_delta(location, id=[1, 2, 3], v=["a", "b", "c"])
    write_delta(location, id=[1, 2], v=["a", "b"])

    async def work(catalog: UnityCatalog) -> None:
        await catalog.tables.create(new("t", location))
        detail = await catalog.tables.detail("main.default.t")
        assert (detail.version, detail.rows, detail.files) == (1, 2, 1)
        commits = await catalog.tables.history("main.default.t")
        assert [commit.version for commit in commits] == [1, 0]
        sample = await catalog.tables.sample("main.default.t", 1)
        assert sample.columns == ("id", "v") and len(sample.rows) == 1

    installation.run(work)


def test_tables_in_their_schemas_folder_are_managed_others_external(installation: Installation) -> None:
    async def work(catalog: UnityCatalog) -> None:
        home = installation.home
        kinds = {}
        for name, location in {
            "chosen": "",
            "own": str(home.tables / "main" / "default" / "any-folder"),
            "deeper": str(home.tables / "main" / "default" / "a" / "b"),
            "elsewhere": (home.tables / "lake" / "t").as_uri(),
            "files": "dbfs:/raw/t",
        }.items():
            kinds[name] = (await catalog.tables.create(new(name, location))).table.table_type
        assert kinds == {
            "chosen": "MANAGED",
            "own": "MANAGED",
            "deeper": "EXTERNAL",
            "elsewhere": "EXTERNAL",
            "files": "EXTERNAL",
        }

    installation.run(work)


def test_the_server_chooses_a_free_folder(installation: Installation) -> None:
    write_delta(str(installation.home.tables / "main" / "default" / "t"), id=[1])

    async def work(catalog: UnityCatalog) -> None:
        made = await catalog.tables.create(new("t"))
        assert made.table.location.startswith("tables/main/default/t-")
        odd = await catalog.tables.create(new("50%ü"))
        assert odd.table.location == "tables/main/default/50~25~c3~bc"

    installation.run(work)


def test_locations_outside_or_upon_others_are_refused(installation: Installation) -> None:
    home = installation.home
    outside = installation.home.root.parent / "outside"
    outside.mkdir()
    (home.tables / "link").symlink_to(outside)

    async def work(catalog: UnityCatalog) -> None:
        await catalog.tables.create(new("t", str(home.tables / "lake" / "t")))
        for location in (
            str(outside),
            f"{home.tables}/link",
            f"{home.tables}/link/t",
            str(home.keys),
            str(home.tables),
        ):
            with pytest.raises(PermissionDenied, match="is not inside a folder"):
                await catalog.tables.create(new("u", location))
        for location in ("lake", "lake/t", "lake/t/inner"):
            with pytest.raises(InvalidParameterValue, match="overlaps the location"):
                await catalog.tables.create(new("u", str(home.tables / location)))
        for location in ("main", "main/default"):
            with pytest.raises(InvalidParameterValue, match="holds a schema's tables"):
                await catalog.tables.create(new("u", str(home.tables / location)))
        for location in ("lake/t2", "lake/T", "lake/t_"):
            await catalog.tables.create(new(f"ok_{location[5:]}_{ord(location[-1])}", str(home.tables / location)))

    installation.run(work)


def test_dropping_a_managed_table_removes_its_data_and_an_external_one_keeps_it(installation: Installation) -> None:
    managed = installation.home.tables / "main" / "default" / "t"
    external = installation.home.tables / "lake" / "t"
    write_delta(str(managed), id=[1])
    write_delta(str(external), id=[1])

    async def work(catalog: UnityCatalog) -> None:
        await catalog.tables.create(new("t", str(managed)))
        await catalog.tables.create(new("e", str(external)))
        await catalog.tables.delete("main.default.t")
        await catalog.tables.delete("MAIN.DEFAULT.E")
        assert not managed.exists()
        assert (external / "_delta_log").is_dir()
        with pytest.raises(NotFound, match=r"Table 'main\.default\.t' does not exist\."):
            await catalog.tables.delete("main.default.t")
        assert (await catalog.tables.create(new("t", str(managed)))).table.table_type == "MANAGED"

    installation.run(work)


def test_of_many_creators_one_wins(installation: Installation) -> None:
    async def work(catalog: UnityCatalog) -> None:
        places = [str(installation.home.tables / f"race{index}") for index in range(20)]
        results = await asyncio.gather(
            *(catalog.tables.create(new("t", place)) for place in places), return_exceptions=True
        )
        assert sum(isinstance(result, TableView) for result in results) == 1
        assert sum(isinstance(result, NameTaken) for result in results) == 19
        same = [catalog.tables.create(new(f"n{index}", str(installation.home.tables / "same"))) for index in range(20)]
        results = await asyncio.gather(*same, return_exceptions=True)
        assert sum(isinstance(result, TableView) for result in results) == 1
        assert sum(isinstance(result, InvalidParameterValue) for result in results) == 19

    installation.run(work)


def test_changes_keep_id_and_data(installation: Installation) -> None:
    async def work(catalog: UnityCatalog) -> None:
        made = (await catalog.tables.create(new("t", properties={"a": "1"}))).table
        changed = (
            await catalog.tables.update("main.default.t", {"new_name": "U", "comment": "c", "properties": {}})
        ).table
        assert (changed.table_id, changed.location, changed.created_at) == (
            made.table_id,
            made.location,
            made.created_at,
        )
        assert (changed.full_name, changed.comment, changed.properties) == ("main.default.u", "c", {})
        assert not await catalog.tables.exists("main.default.t") and await catalog.tables.exists("main.default.u")
        assert (await catalog.tables.by_id(made.table_id)).full_name == "main.default.u"
        await catalog.tables.create(new("t"))
        with pytest.raises(NameTaken):
            await catalog.tables.update("main.default.u", {"new_name": "t"})

    installation.run(work)


def test_lists_are_paged_and_summaries_filtered(installation: Installation) -> None:
    async def work(catalog: UnityCatalog) -> None:
        await catalog.namespaces.create_schema("main", "other_s")
        for name in ("a1", "a2", "b_1", "b%1"):
            await catalog.tables.create(new(name))
        await catalog.tables.create(NewTable(catalog_name="main", schema_name="other_s", name="a1"))
        first, token = await catalog.tables.listed("main", "default", 3)
        rest, end = await catalog.tables.listed("main", "default", 3, token)
        assert sorted(view.table.name for view in first + rest) == ["a1", "a2", "b%1", "b_1"] and end == ""
        every, _ = await catalog.tables.summaries("main")
        assert sorted(name for name, _ in every) == [
            "default.a1",
            "default.a2",
            "default.b%1",
            "default.b_1",
            "other_s.a1",
        ]
        some, token = await catalog.tables.summaries("main", "%", "A%", max_results=2)
        more, end = await catalog.tables.summaries("main", "%", "A%", max_results=2, page_token=token)
        assert [name for name, _ in some + more] == ["default.a1", "default.a2", "other_s.a1"] and end == ""
        exact, _ = await catalog.tables.summaries("main", "default", "b\\_1")
        assert exact == [("default.b_1", "MANAGED")]
        with pytest.raises(InvalidParameterValue, match="table_name_pattern"):
            await catalog.tables.summaries("main", "", "x\\")
        with pytest.raises(NotFound, match="Catalog 'nope'"):
            await catalog.tables.summaries("nope")

    installation.run(work)


def test_missing_parents_are_named(installation: Installation) -> None:
    async def work(catalog: UnityCatalog) -> None:
        for name, words in {
            "nope.default.t": "Catalog 'nope' does not exist",
            "main.nope.t": "Schema 'main.nope' does not exist",
            "main.default.t": "Table 'main.default.t' does not exist",
        }.items():
            with pytest.raises(NotFound, match=words):
                await catalog.tables.get(name)
        with pytest.raises(NotFound, match=r"Schema 'main\.nope'"):
            await catalog.tables.listed("main", "nope")
        assert not await catalog.tables.exists("nope.nope.nope")

    installation.run(work)


def test_a_home_that_is_moved_finds_its_tables(installation: Installation, tmp_path: Path) -> None:
    if not installation.uri.startswith("sqlite"):
        pytest.skip("the database is not in the home")

    async def make(catalog: UnityCatalog) -> None:
        made = await catalog.tables.create(new("t"))
        await asyncio.to_thread(write_delta, str(catalog.places.path(made.table.location)), id=[1])

    installation.run(make)
    moved = type(installation.home)(tmp_path / "moved")
    shutil.move(installation.home.root, moved.root)

    async def look(catalog: UnityCatalog) -> None:
        assert (await catalog.tables.get("main.default.t")).notice == ""

    Installation(moved, f"sqlite:///{moved.database}").run(look)
