import json
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from brickyard.errors import InvalidParameterValue, InvalidState, NotFound
from brickyard.lake import facts
from brickyard.lake.writing import write
from tests.lake.tables import EVERY_TYPE, edit_log, log_file, make, mark_deleted, rename_column


def test_schema_of_every_type(tmp_path: Path) -> None:
    folder = str(make(tmp_path / "t", EVERY_TYPE, partition_by=["day", "text"]))
    columns = facts.schema(folder)
    assert [column.name for column in columns] == EVERY_TYPE.column_names
    assert [column.position for column in columns] == list(range(EVERY_TYPE.num_columns))
    assert {column.name: column.type_text for column in columns} == {
        "tiny": "tinyint",
        "small": "smallint",
        "whole": "int",
        "long": "bigint",
        "single": "float",
        "double": "double",
        "money": "decimal(10,2)",
        "flag": "boolean",
        "text": "string",
        "raw": "binary",
        "day": "date",
        "instant": "timestamp",
        "wall": "timestamp_ntz",
        "many": "array<bigint>",
        "pairs": "map<string,array<double>>",
        "part": "struct<x:bigint,y:struct<z:string>>",
    }
    assert {column.name: column.partition_index for column in columns if column.partition_index is not None} == {
        "day": 0,
        "text": 1,
    }


def test_schema_keeps_comments_and_nullability_and_older_versions(tmp_path: Path) -> None:
    folder = str(tmp_path / "t")
    fields = [pa.field("id", pa.int64(), nullable=False, metadata={"comment": "the key"})]
    write(folder, pa.table({"id": [1]}, schema=pa.schema(fields)))
    write(folder, pa.table({"id": [2], "more": ["x"]}), schema_mode="merge")
    first, second = facts.schema(folder)
    assert (first.nullable, first.comment, first.type_name) == (False, "the key", "LONG")
    assert json.loads(first.type_json) == {
        "name": "id",
        "type": "long",
        "nullable": False,
        "metadata": {"comment": "the key"},
    }
    assert (second.nullable, second.comment) == (True, None)
    assert [column.name for column in facts.schema(folder, version=0)] == ["id"]


def test_mapped_columns_have_their_own_names(tmp_path: Path) -> None:
    folder = make(tmp_path / "t")
    rename_column(folder, "pretty name")
    (column,) = facts.schema(str(folder))
    assert (column.name, column.comment) == ("pretty name", "renamed")
    assert "columnMapping" not in column.type_json


def test_detail(tmp_path: Path) -> None:
    before = int(time.time() * 1000)
    folder = tmp_path / "t"
    write(str(folder), EVERY_TYPE, partition_by=["flag"], properties={"delta.appendOnly": "true"})
    write(str(folder), EVERY_TYPE.slice(0, 1))
    found = facts.detail(str(folder))
    files = list(folder.rglob("*.parquet"))
    assert (found.location, found.version, found.rows) == (str(folder), 1, 3)
    assert (found.files, found.size_bytes) == (len(files), sum(path.stat().st_size for path in files))
    assert found.partition_columns == ("flag",)
    assert found.properties == {"delta.appendOnly": "true"}
    assert found.table_id
    assert found.created_at is not None and found.modified_at is not None
    assert before <= found.created_at <= found.modified_at <= int(time.time() * 1000)
    assert "timestampNtz" in found.features


def test_rows_are_unknown_where_the_statistics_do_not_tell(tmp_path: Path) -> None:
    def forget(action: dict[str, Any]) -> None:
        action.get("add", {}).pop("stats", None)

    bare, marked, empty = make(tmp_path / "bare"), make(tmp_path / "marked"), tmp_path / "empty"
    edit_log(bare, forget)
    mark_deleted(marked, [1])
    write(str(empty), pa.table({"a": pa.array([], pa.int64())}))
    assert facts.detail(str(bare)).rows is None
    assert facts.detail(str(marked)).rows is None
    assert facts.detail(str(empty)).rows == 0


def test_history_newest_first_and_limited(tmp_path: Path) -> None:
    folder = str(make(tmp_path / "t"))
    write(folder, pa.table({"a": [5]}))
    write(folder, pa.table({"a": [6]}), mode="overwrite")
    commits = facts.history(folder)
    assert [commit.version for commit in commits] == [2, 1, 0]
    assert commits[0].operation == "WRITE" and commits[0].parameters["mode"] == "Overwrite"
    assert commits[0].metrics["num_added_rows"] == 1
    assert all(commit.timestamp and commit.engine for commit in commits)
    assert facts.history(folder, 1) == commits[:1]


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_history_refuses_limits_out_of_bounds(tmp_path: Path, limit: int) -> None:
    folder = str(make(tmp_path / "t"))
    with pytest.raises(InvalidParameterValue, match="limit"):
        facts.history(folder, limit)


def test_facts_of_missing_and_corrupt_tables(tmp_path: Path) -> None:
    corrupt = make(tmp_path / "corrupt")
    log_file(corrupt).write_text("{")
    for ask in (facts.schema, facts.detail, facts.history):
        with pytest.raises(NotFound, match="missing"):
            ask(str(tmp_path / "missing"))
        with pytest.raises(InvalidState, match="corrupt"):
            ask(str(corrupt))
