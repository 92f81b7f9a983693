"""Where tables may lie."""

from pathlib import PurePosixPath
from urllib.parse import quote, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.errors import InvalidParameterValue, PermissionDenied
from brickyard.server.catalog.locations import Places, ancestors, is_child, uri_of

HOME = PurePosixPath("/srv/my home")
PLACES = Places(home=HOME, tables=HOME / "tables", files=HOME / "files", others=(PurePosixPath("/data/lake"),))
ANY_PATH = st.one_of(
    st.text(max_size=80),
    st.lists(st.sampled_from(["tables", "files", "..", ".", "", "a", "%2e%2e", ".trash", "x y", "ü"]), max_size=8).map(
        "/".join
    ),
)


@given(st.sampled_from(["", "/", "file:", "file://", "file:///", "dbfs:/", "file:///srv/my%20home/tables/"]), ANY_PATH)
def test_whatever_is_accepted_lies_strictly_inside_a_folder(prefix: str, rest: str) -> None:
    try:
        path = PLACES.parse("location", prefix + rest)
        stored = PLACES.stored(path)
    except (InvalidParameterValue, PermissionDenied):
        return
    assert ".." not in path.parts
    roots = (PLACES.tables, PLACES.files, *PLACES.others)
    assert any(path.is_relative_to(root) and path != root for root in roots)
    assert not path.is_relative_to(PLACES.trash)
    assert PLACES.path(stored) == path


@given(
    st.lists(st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1), min_size=1, max_size=4)
)
def test_a_uri_leads_back_to_its_path(parts: list[str]) -> None:
    path = PLACES.tables.joinpath(*(part.replace("/", "_").replace(".", "_") for part in parts))
    assert PLACES.parse("location", uri_of(path)) == path
    assert PLACES.uri(PLACES.stored(path)) == uri_of(path)
    assert unquote(urlsplit(uri_of(path)).path) == str(path)


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("/srv/my home/tables/main/default/t", "tables/main/default/t"),
        ("file:///srv/my%20home/tables/main/default/t/", "tables/main/default/t"),
        ("file:/srv/my%20home/tables/x", "tables/x"),
        ("file://localhost/srv/my%20home/tables/x", "tables/x"),
        ("dbfs:/raw/t", "files/raw/t"),
        ("/data/lake/t", "/data/lake/t"),
        (f"file:{quote('/srv/my home/tables/50%')}", "tables/50%"),
    ],
)
def test_forms_of_a_location(text: str, stored: str) -> None:
    assert PLACES.stored(PLACES.parse("location", text)) == stored


@pytest.mark.parametrize(
    "text",
    [
        "",
        "relative/path",
        "/",
        "/srv/my home/tables/../../etc",
        "file:///srv/my%20home/tables/%2e%2e/%2e%2e/etc",
        "file:///srv/my%20home/tables/x?a=b",
        "file:///srv/my%20home/tables/x#a",
        "file://elsewhere/srv/my%20home/tables/x",
        "s3://bucket/t",
        "/srv/my home/tables/a\0b",
        "/srv/my home/tables/a\nb",
        "/srv/my home/tables/" + "x" * 5000,
    ],
)
def test_unclear_locations_are_refused(text: str) -> None:
    with pytest.raises(InvalidParameterValue, match="'storage_location'"):
        PLACES.parse("storage_location", text)


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "/srv/my home",
        "/srv/my home/tables",
        "/srv/my home/keys/k",
        "/srv/my home/tables/.trash/x",
        "/srv/my homely/tables/x",
    ],
)
def test_other_folders_are_refused_and_named(path: str) -> None:
    with pytest.raises(PermissionDenied, match=path):
        PLACES.stored(PurePosixPath(path))


def test_relations_of_stored_locations() -> None:
    assert ancestors("tables/a/b") == ("tables/a", "tables")
    assert ancestors("/data/lake/t") == ("/data/lake", "/data")
    assert is_child("tables/a/b/t", "tables/a/b")
    assert not is_child("tables/a/b/c/t", "tables/a/b")
