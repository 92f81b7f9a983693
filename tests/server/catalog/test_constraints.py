"""Primary keys."""

import asyncio

import pytest

from brickyard.errors import InvalidParameterValue, NameTaken, NotFound
from brickyard.server.catalog.entities import PrimaryKey
from brickyard.server.catalog.service import UnityCatalog
from brickyard.server.catalog.tables.entities import NewTable
from tests.server.catalog.conftest import Installation, write_delta

NAME = "main.default.features"


async def make_table(catalog: UnityCatalog) -> None:
    made = await catalog.tables.create(NewTable(catalog_name="main", schema_name="default", name="features"))
    await asyncio.to_thread(write_delta, str(catalog.places.path(made.table.location)), Id=[1], ts=[2], v=[0.5])


def test_a_key_with_a_time_column(installation: Installation) -> None:
    async def work(catalog: UnityCatalog) -> None:
        await make_table(catalog)
        wanted = PrimaryKey(name="PK", columns=("id", "TS"), timeseries_columns=("ts",), rely=True)
        made = await catalog.constraints.create(NAME, wanted)
        assert made == PrimaryKey(name="pk", columns=("Id", "ts"), timeseries_columns=("ts",), rely=True)
        assert (await catalog.tables.get(NAME)).key == made
        listed, _ = await catalog.tables.listed("main", "default")
        assert [view.key for view in listed] == [made]
        with pytest.raises(NameTaken, match="has a primary key already"):
            await catalog.constraints.create(NAME, PrimaryKey(name="other", columns=("v",)))
        await catalog.constraints.delete(NAME, "pk")
        with pytest.raises(NotFound, match="Constraint 'pk'"):
            await catalog.constraints.delete(NAME, "pk")
        assert (await catalog.constraints.create(NAME, PrimaryKey(name="", columns=("v",)))).name == "features_pk"
        await catalog.tables.delete(NAME)
        await make_table(catalog)
        assert (await catalog.tables.get(NAME)).key is None, "the key went with its table"

    installation.run(work)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (PrimaryKey(name="k", columns=()), "child_columns"),
        (PrimaryKey(name="k", columns=("nope",)), "no column 'nope'"),
        (PrimaryKey(name="k", columns=("id", "ID")), "twice"),
        (PrimaryKey(name="k", columns=("id",), timeseries_columns=("ts",)), "not among the child_columns"),
        (PrimaryKey(name="a b", columns=("id",)), "'name'"),
    ],
)
def test_wrong_keys_are_refused(installation: Installation, key: PrimaryKey, words: str) -> None:
    async def work(catalog: UnityCatalog) -> None:
        await make_table(catalog)
        with pytest.raises(InvalidParameterValue, match=words):
            await catalog.constraints.create(NAME, key)

    installation.run(work)


def test_of_many_keys_one_wins(installation: Installation) -> None:
    async def work(catalog: UnityCatalog) -> None:
        await make_table(catalog)
        tries = (catalog.constraints.create(NAME, PrimaryKey(name=f"k{index}", columns=("id",))) for index in range(10))
        results = await asyncio.gather(*tries, return_exceptions=True)
        assert sum(isinstance(result, PrimaryKey) for result in results) == 1
        assert sum(isinstance(result, NameTaken) for result in results) == 9

    installation.run(work)
