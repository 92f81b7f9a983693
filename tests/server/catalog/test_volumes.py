"""Volumes."""

import pytest

from brickyard.errors import InvalidParameterValue, NameTaken, NotFound
from brickyard.server.catalog.names import SchemaName
from brickyard.server.catalog.service import UnityCatalog
from tests.server.catalog.conftest import Installation

PARENT = SchemaName("main", "default")


def test_a_volume_is_a_folder_below_its_name(installation: Installation) -> None:
    folder = installation.home.files / "Volumes" / "main" / "default" / "raw"

    async def work(catalog: UnityCatalog) -> None:
        made = await catalog.volumes.create(PARENT, "Raw", "c")
        assert made.full_name == "main.default.raw" and folder.is_dir()
        (folder / "a.csv").write_text("1")
        with pytest.raises(NameTaken, match=r"Volume 'main\.default\.raw' already exists"):
            await catalog.volumes.create(PARENT, "raw")
        changed = await catalog.volumes.update("main.default.raw", {"comment": "d", "owner": "me"})
        assert await catalog.volumes.get("main.default.RAW") == changed
        await catalog.volumes.create(PARENT, "b")
        first, token = await catalog.volumes.listed(PARENT, 1)
        second, end = await catalog.volumes.listed(PARENT, 1, token)
        assert [row.name for row in first + second] == ["b", "raw"] and end == ""
        await catalog.volumes.delete("main.default.raw")
        assert not folder.exists()
        with pytest.raises(NotFound, match="Volume"):
            await catalog.volumes.get("main.default.raw")

    installation.run(work)


def test_names_that_cannot_be_folders_are_refused(installation: Installation) -> None:
    async def work(catalog: UnityCatalog) -> None:
        with pytest.raises(InvalidParameterValue, match="bytes"):
            await catalog.volumes.create(PARENT, "ü" * 200)
        with pytest.raises(NotFound, match="Schema"):
            await catalog.volumes.create(SchemaName("main", "nope"), "v")

    installation.run(work)
