import json
from pathlib import Path

import pyarrow as pa
import pytest

from brickyard.errors import InvalidParameterValue, NotFound
from brickyard.lake.json_values import CUT
from brickyard.lake.sampling import MAX_LENGTH, sample
from brickyard.lake.writing import write
from tests.lake.tables import EVERY_TYPE, make


def test_rows_of_every_type(tmp_path: Path) -> None:
    found = sample(str(make(tmp_path / "t", EVERY_TYPE)))
    assert found.columns == tuple(EVERY_TYPE.column_names)
    first, second = (dict(zip(found.columns, row, strict=True)) for row in found.rows)
    assert first == {
        "tiny": 1,
        "small": 1,
        "whole": 1,
        "long": 2**62,
        "single": 0.5,
        "double": "NaN",
        "money": "1.10",
        "flag": True,
        "text": 'ü"\n',
        "raw": "AP8=",
        "day": "2020-02-29",
        "instant": "2020-01-01T12:00:00.000001Z",
        "wall": "2020-01-01T12:00:00.000000",
        "many": [1, None],
        "pairs": {"k": [1.5]},
        "part": {"x": 1, "y": {"z": "q"}},
    }
    assert second.pop("double") == "-Infinity"
    assert set(second.values()) == {None}
    json.dumps(found.rows, allow_nan=False)


def test_partitioned_tables_keep_their_column_order(tmp_path: Path) -> None:
    rows = pa.table({"p": ["x", "y"], "a": [1, 2]})
    found = sample(str(make(tmp_path / "t", rows, partition_by=["p"])))
    assert found.columns == ("p", "a")
    assert sorted(found.rows) == [("x", 1), ("y", 2)]


@pytest.mark.parametrize("limit", [1, 7, 1000])
def test_no_more_rows_than_asked_for(tmp_path: Path, limit: int) -> None:
    folder = str(tmp_path / "t")
    for start in range(0, 4000, 1000):
        write(folder, pa.table({"a": list(range(start, start + 1000))}))
    rows = sample(folder, limit).rows
    assert len(rows) == limit
    assert len({row[0] for row in rows}) == limit


def test_an_empty_table_has_columns_and_no_rows(tmp_path: Path) -> None:
    found = sample(str(make(tmp_path / "t", pa.table({"a": pa.array([], pa.int64())}))))
    assert (found.columns, found.rows, found.version) == (("a",), (), 0)


def test_an_older_version(tmp_path: Path) -> None:
    folder = str(make(tmp_path / "t", pa.table({"a": [1]})))
    write(folder, pa.table({"a": [2]}), mode="overwrite")
    assert sample(folder).rows == ((2,),)
    assert sample(folder, version=0).rows == ((1,),)


def test_long_cells_are_cut(tmp_path: Path) -> None:
    folder = str(make(tmp_path / "t", pa.table({"a": ["x" * 10_000]})))
    assert sample(folder).rows == (("x" * MAX_LENGTH + CUT,),)
    assert sample(folder, max_length=None).rows == (("x" * 10_000,),)


@pytest.mark.parametrize("limit", [0, -5, 1001])
def test_limits_out_of_bounds(tmp_path: Path, limit: int) -> None:
    with pytest.raises(InvalidParameterValue, match="limit"):
        sample(str(make(tmp_path / "t")), limit)


def test_missing_table(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=str(tmp_path)):
        sample(str(tmp_path / "missing"))
