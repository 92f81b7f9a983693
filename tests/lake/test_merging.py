import tempfile
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brickyard.errors import InvalidParameterValue, NotFound
from brickyard.lake import facts
from brickyard.lake.merging import merge_upsert
from brickyard.lake.reading import read
from brickyard.lake.writing import write

ROWS = st.dictionaries(
    st.tuples(st.integers(0, 3), st.sampled_from(["x", "y'", 'z"'])), st.none() | st.integers(0, 9), max_size=6
)


def _table(rows: dict[tuple[int, str], int | None]) -> pa.Table:
    return pa.table(
        {
            "k 1": pa.array([key[0] for key in rows], pa.int64()),
            "K.2": pa.array([key[1] for key in rows], pa.string()),
            'v"': pa.array(list(rows.values()), pa.int64()),
        }
    )


@settings(max_examples=25, deadline=None)
@given(ROWS, ROWS)
def test_a_merge_is_an_update_of_a_dictionary(
    old: dict[tuple[int, str], int | None], new: dict[tuple[int, str], int | None]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write(folder, _table(old))
        merge_upsert(folder, _table(new), ["k 1", "K.2"])
        rows = read(folder).to_pylist()
    assert {(row["k 1"], row["K.2"]): row['v"'] for row in rows} == {**old, **new}
    assert len(rows) == len({**old, **new})


def test_columns_that_are_not_given_keep_their_values(tmp_path: Path) -> None:
    folder = str(tmp_path / "t")
    write(folder, pa.table({"id": [1, 2], "a": ["p", "q"], "b": [1.0, 2.0]}))
    assert merge_upsert(folder, pa.table({"id": [2, 3], "a": ["Q", "R"]}), ["id"]) == 1
    assert read(folder).sort_by("id").to_pylist() == [
        {"id": 1, "a": "p", "b": 1.0},
        {"id": 2, "a": "Q", "b": 2.0},
        {"id": 3, "a": "R", "b": None},
    ]
    assert facts.history(folder, 1)[0].operation == "MERGE"


def test_keys_alone_insert_what_is_new(tmp_path: Path) -> None:
    folder = str(tmp_path / "t")
    write(folder, pa.table({"id": [1]}))
    merge_upsert(folder, pa.table({"id": [1, 2]}), ["id"])
    assert sorted(read(folder)["id"].to_pylist()) == [1, 2]


@pytest.mark.parametrize(
    ("rows", "keys", "words"),
    [
        (pa.table({"id": [1, 1], "a": ["x", "y"]}), ["id"], r"1 rows have the key of another row; each key \(id\)"),
        (pa.table({"id": pa.array([None], pa.int64()), "a": ["x"]}), ["id"], "Key 'id' must not be null"),
        (pa.table({"a": ["x"]}), ["id"], "Key 'id' is not a column"),
        (pa.table({"id": [1], "z": ["x"]}), ["id"], "no column 'z'"),
        (pa.table({"id": ["1"]}), ["id"], "Column 'id'"),
        (pa.table({"id": [1]}), [], "keys"),
    ],
)
def test_what_cannot_be_merged_changes_nothing(tmp_path: Path, rows: pa.Table, keys: list[str], words: str) -> None:
    folder = str(tmp_path / "t")
    write(folder, pa.table({"id": [1], "a": ["old"]}))
    with pytest.raises(InvalidParameterValue, match=words):
        merge_upsert(folder, rows, keys)
    assert read(folder).to_pylist() == [{"id": 1, "a": "old"}]


def test_a_missing_table(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        merge_upsert(str(tmp_path / "none"), pa.table({"id": [1]}), ["id"])
