from pathlib import Path

import pyarrow as pa
import pytest

from brickyard.errors import InvalidParameterValue, InvalidState, NotFound
from brickyard.lake.reading import read
from brickyard.lake.sampling import sample
from brickyard.lake.writing import write
from tests.lake.tables import EVERY_TYPE, make, mark_deleted, rename_column


def test_every_type_comes_back_as_it_was_written(tmp_path: Path) -> None:
    found = read(str(make(tmp_path / "t", EVERY_TYPE)))
    assert found.schema.types == EVERY_TYPE.schema.types
    # Arrow's equals() holds NaN unequal.
    assert str(found.to_pylist()) == str(EVERY_TYPE.to_pylist())


def test_versions_and_columns(tmp_path: Path) -> None:
    folder = str(make(tmp_path / "t", pa.table({"a": [1], "b": ["x"], "C c": [None]})))
    write(folder, pa.table({"a": [2], "b": ["y"]}))
    assert read(folder, version=0).num_rows == 1
    found = read(folder, columns=["C c", "a"])
    assert found.column_names == ["C c", "a"]
    assert sorted(found["a"].to_pylist()) == [1, 2]
    with pytest.raises(InvalidParameterValue, match=r"no column 'A'\. Its columns are a, b, C c\."):
        read(folder, columns=["A"])


def test_deletion_vectors_and_column_mapping_are_honoured(tmp_path: Path) -> None:
    marked, mapped = make(tmp_path / "marked"), make(tmp_path / "mapped")
    mark_deleted(marked, [1, 2])
    rename_column(mapped, "pretty name")
    assert read(str(marked))["a"].to_pylist() == [1, 4]
    assert sorted(sample(str(marked)).rows) == [(1,), (4,)]
    assert read(str(mapped), columns=["pretty name"])["pretty name"].to_pylist() == [1, 2, 3, 4]
    assert sample(str(mapped)).columns == ("pretty name",)


@pytest.mark.parametrize("corrupt", [True, False])
def test_lost_and_corrupt_data_files(tmp_path: Path, corrupt: bool) -> None:
    folder = make(tmp_path / "t")
    for path in folder.glob("*.parquet"):
        if corrupt:
            path.write_bytes(b"no parquet")
        else:
            path.unlink()
    for ask in (read, sample):
        with pytest.raises(InvalidState) as caught:
            ask(str(folder))
        assert str(folder) in caught.value.message and "\n" not in caught.value.message


def test_missing_table(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=str(tmp_path)):
        read(str(tmp_path / "missing"))
