import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from brickyard.errors import InvalidParameterValue, InvalidState, NotFound
from brickyard.lake.opening import open_table
from brickyard.lake.writing import write
from tests.lake.tables import log_file, make


def test_the_newest_version_or_an_older_one_is_opened(tmp_path: Path) -> None:
    folder = str(make(tmp_path / "t"))
    write(folder, pa.table({"a": [5]}))
    assert open_table(folder).version() == 1
    assert open_table(folder, version=0).version() == 0


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing")
    with pytest.raises(NotFound) as caught:
        open_table(missing)
    assert caught.value.message == f"No Delta table at {missing}."
    with pytest.raises(NotFound):
        open_table(missing, version=3)


@pytest.mark.parametrize("kind", ["empty folder", "file", "empty log", "removed"])
def test_what_is_not_a_delta_table_is_not_found(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "t"
    if kind == "file":
        place.write_text("no table")
    elif kind == "removed":
        shutil.rmtree(make(place))
    else:
        (place / "_delta_log" if kind == "empty log" else place).mkdir(parents=True)
    with pytest.raises(NotFound, match=str(place)):
        open_table(str(place))


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_text("{garbage"),
        lambda path: path.write_text(""),
        lambda path: path.write_bytes(b"\xff\x00"),
        lambda path: path.unlink(),
    ],
)
def test_a_corrupt_log_is_told_in_one_clean_line(tmp_path: Path, damage: Callable[[Path], object]) -> None:
    folder = make(tmp_path / "t")
    write(str(folder), pa.table({"a": [5]}))
    damage(log_file(folder))
    with pytest.raises(InvalidState) as caught:
        open_table(str(folder))
    message = caught.value.message
    assert str(folder) in message and "Delta log" in message
    assert "\n" not in message and "\x1b" not in message and "<unknown>" not in message and len(message) < 600


def test_versions_that_are_not_there(tmp_path: Path) -> None:
    folder = str(make(tmp_path / "t"))
    with pytest.raises(NotFound, match=r"no version 7: its newest is 0\."):
        open_table(folder, version=7)
    with pytest.raises(InvalidParameterValue, match="-1"):
        open_table(folder, version=-1)
    with pytest.raises(InvalidParameterValue):
        open_table("relative")
