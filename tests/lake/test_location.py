from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable

from brickyard.errors import InvalidParameterValue, NotImplementedHere
from brickyard.lake.location import table_uri
from brickyard.lake.reading import read
from brickyard.lake.writing import write


@pytest.mark.parametrize("name", ["plain", "with space", "ünïcode", "q\"uo'te", "h#a?sh&+", "a=b;c,d", "per cent"])
def test_a_folder_of_any_name_is_written_and_read(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    assert write(str(folder), pa.table({"a": [1]})) == 0
    assert (folder / "_delta_log").is_dir()
    assert read(str(folder)).to_pylist() == [{"a": 1}]
    assert read(folder.as_uri()).to_pylist() == [{"a": 1}]
    assert DeltaTable(table_uri(str(folder))).version() == 0


@pytest.mark.parametrize("location", ["", "relative/path", "nul\0", "/nul\0", "dbfs"])
def test_what_is_no_location_is_refused(location: str) -> None:
    with pytest.raises(InvalidParameterValue, match="absolute path or a URI"):
        table_uri(location)


@pytest.mark.parametrize("location", ["/a%20b", "/100%", "file:///a%2520b", "file:/a%2520b"])
def test_a_percent_sign_is_refused_because_it_would_be_decoded_twice(location: str) -> None:
    with pytest.raises(NotImplementedHere, match="'%'"):
        table_uri(location)


@pytest.mark.parametrize(
    ("location", "uri"),
    [
        ("/a b/c", "file:///a%20b/c"),
        ("file:/a/b", "file:///a/b"),
        ("file:///a%20b", "file:///a%20b"),
        ("s3://bucket/a%20b", "s3://bucket/a%20b"),
        ("abfss://box@account.dfs.core.windows.net/t", "abfss://box@account.dfs.core.windows.net/t"),
    ],
)
def test_uris(location: str, uri: str) -> None:
    assert table_uri(location) == uri
