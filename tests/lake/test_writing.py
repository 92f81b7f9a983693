import threading
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable

from brickyard.errors import InvalidParameterValue, InvalidState
from brickyard.lake import facts
from brickyard.lake.reading import read
from brickyard.lake.writing import write
from tests.lake.tables import log_file, make


def test_append_and_overwrite(tmp_path: Path) -> None:
    folder = str(tmp_path / "t")
    kept = {"delta.logRetentionDuration": "interval 1 days"}
    assert write(folder, pa.table({"a": [1], "p": ["x"]}), partition_by=["p"], properties=kept) == 0
    assert write(folder, pa.table({"a": [2]})) == 1
    assert sorted(read(folder)["a"].to_pylist()) == [1, 2]
    assert write(folder, pa.table({"a": [3]}), mode="overwrite") == 2
    assert read(folder)["a"].to_pylist() == [3]
    found = facts.detail(folder)
    assert found.partition_columns == ("p",)
    assert found.properties == kept


def test_schema_modes(tmp_path: Path) -> None:
    folder = str(make(tmp_path / "t", pa.table({"a": [1]})))
    write(folder, pa.table({"b": ["x"]}), schema_mode="merge")
    assert sorted(map(str, read(folder).to_pylist())) == ["{'a': 1, 'b': None}", "{'a': None, 'b': 'x'}"]
    write(folder, pa.table({"c": [1.5], "d": [1]}), mode="overwrite", schema_mode="overwrite", partition_by=["d"])
    assert read(folder).to_pylist() == [{"c": 1.5, "d": 1}]
    assert facts.detail(folder).partition_columns == ("d",)
    with pytest.raises(InvalidParameterValue, match="needs mode 'overwrite'"):
        write(folder, pa.table({"c": [1.5]}), schema_mode="overwrite")


def test_a_new_table_may_be_made_in_any_mode(tmp_path: Path) -> None:
    assert write(str(tmp_path / "one"), pa.table({"a": [1]}), schema_mode="merge") == 0
    assert write(str(tmp_path / "two"), pa.table({"a": [1]}), mode="overwrite", schema_mode="overwrite") == 0


@pytest.mark.parametrize(
    "rows",
    [
        pa.table({"a": [1.5]}),
        pa.table({"a": ["1"]}),
        pa.table({"b": [1]}),
        pa.table({"a": pa.array([1], pa.duration("s"))}),
    ],
)
@pytest.mark.parametrize("mode", ["append", "overwrite"])
def test_what_does_not_fit_changes_nothing(tmp_path: Path, rows: pa.Table, mode: str) -> None:
    folder = str(make(tmp_path / "t", pa.table({"a": [1]})))
    with pytest.raises(InvalidParameterValue):
        write(folder, rows, mode="append" if mode == "append" else "overwrite")
    assert facts.detail(folder).version == 0
    assert read(folder)["a"].to_pylist() == [1]


def test_unknown_partition_columns(tmp_path: Path) -> None:
    with pytest.raises(InvalidParameterValue, match=r"Partition column 'z' is not a column\. The columns are a\."):
        write(str(tmp_path / "t"), pa.table({"a": [1]}), partition_by=["z"])
    assert not (tmp_path / "t").exists()


def test_partitions_alone_and_unknown_properties_are_refused(tmp_path: Path) -> None:
    folder = str(tmp_path / "t")
    with pytest.raises(InvalidParameterValue, match="partition_by must leave a column"):
        write(folder, pa.table({"a": [1]}), partition_by=["a"])
    with pytest.raises(InvalidParameterValue, match=r"delta\.constraints\.x"):
        write(folder, pa.table({"a": [1]}), properties={"delta.constraints.x": "a > 0"})


def test_a_constraint_of_the_table_holds(tmp_path: Path) -> None:
    folder = make(tmp_path / "t", pa.table({"a": [1]}))
    DeltaTable(folder).alter.add_constraint({"positive": "a > 0"})
    with pytest.raises(InvalidParameterValue, match="constraint"):
        write(str(folder), pa.table({"a": [-1]}))
    assert read(str(folder))["a"].to_pylist() == [1]


def test_a_corrupt_log_is_not_written_over(tmp_path: Path) -> None:
    folder = make(tmp_path / "t")
    log_file(folder).write_text("{")
    with pytest.raises(InvalidState, match="Delta log"):
        write(str(folder), pa.table({"a": [1]}))


def test_writers_at_the_same_time_all_commit(tmp_path: Path) -> None:
    folder = str(make(tmp_path / "t", pa.table({"a": [0]})))
    writers = [threading.Thread(target=write, args=(folder, pa.table({"a": [n]}))) for n in range(1, 9)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sorted(read(folder)["a"].to_pylist()) == list(range(9))
