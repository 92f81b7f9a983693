import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.errors import InvalidParameterValue
from brickyard.wire.cloud import SCHEMES, canonical, is_cloud, parse_cloud_uri

SEGMENTS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="/"), min_size=1)
AZURE = "lake@account.dfs.core.windows.net"


@pytest.mark.parametrize(
    ("written", "one"),
    [
        ("s3://bucket/a/b", "s3://bucket/a/b"),
        ("S3A://bucket/a/", "s3://bucket/a"),
        ("s3n://bucket", "s3://bucket"),
        (f"abfss://{AZURE}/a", f"abfss://{AZURE}/a"),
        (f"abfs://{AZURE}/", f"abfss://{AZURE}"),
        ("wasbs://lake@account.blob.core.windows.net/a b", f"abfss://{AZURE}/a b"),
        ("wasb://lake@account.blob.core.windows.net/a", f"abfss://{AZURE}/a"),
        ("gs://bucket/a?b#c%20", "gs://bucket/a?b#c%20"),
        ("dbfs:/a", "dbfs:/a"),
        ("file:///a", "file:///a"),
        ("/a", "/a"),
    ],
)
def test_one_spelling(written: str, one: str) -> None:
    assert canonical(written) == one
    assert canonical(one) == one


@pytest.mark.parametrize(
    "text",
    [
        "s3://",
        "s3:///a",
        "s3://bucket/a//b",
        "s3://bucket/a/../b",
        "s3://bucket/./a",
        "s3://bucket/a\nb",
        "s3://user@bucket/a",
        "abfss://lake/a",
        "abfss://lake@account.dfs.core.windows.net.evil.org/a",
        "abfss://lake@evil.org/a",
        "wasbs://Lake@account.blob.core.windows.net/a",
    ],
)
def test_wrong_ones(text: str) -> None:
    assert is_cloud(text)
    with pytest.raises(InvalidParameterValue, match="'location'"):
        parse_cloud_uri(text, "location")


def test_other_schemes() -> None:
    assert not is_cloud("https://account.blob.core.windows.net/lake")
    with pytest.raises(InvalidParameterValue, match="s3a"):
        parse_cloud_uri("ftp://host/a")
    assert {scheme for scheme in SCHEMES if not is_cloud(f"{scheme}://x")} == set()


@given(st.lists(SEGMENTS.filter(lambda text: text not in {".", ".."} and text.isprintable()), max_size=4))
def test_paths_come_back(segments: list[str]) -> None:
    uri = parse_cloud_uri("gs://bucket/" + "/".join(segments))
    assert uri.path.split("/") == (segments or [""])
    assert parse_cloud_uri(uri.uri) == uri
    assert parse_cloud_uri("gs://bucket").child("/".join(segments)) == uri
