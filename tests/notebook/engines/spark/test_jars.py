"""Downloads from a Maven repository of this machine."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from brickyard.errors import InvalidParameterValue, InvalidState, TemporarilyUnavailable
from brickyard.notebook.engines.spark.jars import JARS, Jar, download, is_right
from tests.notebook.engines.spark.stand_in import StandIn, serving

CONTENT = b"a jar" * 1000
JAR = Jar("io.example", "thing", "1.0", hashlib.sha256(CONTENT).hexdigest())
PATH = f"/{JAR.path}"


@pytest.fixture
def maven() -> Iterator[StandIn]:
    with serving() as found:
        found.files[PATH] = CONTENT
        yield found


def no_matter(done: int, total: int) -> None:
    """How far it is, is not looked at."""


def test_a_jar_is_downloaded_whole(maven: StandIn, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    found = download(JAR, f"{maven.url}/", tmp_path, lambda done, total: told.append((done, total)))
    assert found == tmp_path / "thing-1.0.jar"
    assert found.read_bytes() == CONTENT
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert list(tmp_path.iterdir()) == [found]
    assert is_right(JAR, found)
    found.write_bytes(b"damaged")
    assert not is_right(JAR, found)
    assert download(JAR, maven.url, tmp_path, no_matter).read_bytes() == CONTENT


def test_a_repository_in_a_folder(tmp_path: Path) -> None:
    place = tmp_path / "mirror" / JAR.path
    place.parent.mkdir(parents=True)
    place.write_bytes(CONTENT)
    download(JAR, (tmp_path / "mirror").as_uri(), tmp_path, no_matter)
    assert is_right(JAR, tmp_path / JAR.file)


def test_another_file_is_refused(maven: StandIn, tmp_path: Path) -> None:
    maven.files[PATH] = b"another jar"
    with pytest.raises(InvalidState, match=f"{JAR.path} is not the expected file: its SHA-256"):
        download(JAR, maven.url, tmp_path, no_matter)
    assert list(tmp_path.iterdir()) == []


def test_a_connection_that_is_cut_off_is_no_wrong_file(maven: StandIn, tmp_path: Path) -> None:
    maven.cut.add(PATH)
    with pytest.raises(TemporarilyUnavailable, match=r"2500 bytes are missing.*try again"):
        download(JAR, maven.url, tmp_path, no_matter)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("status", "kind", "message"),
    [
        (404, InvalidState, "answers 404: does BRICKYARD_MAVEN_URL name"),
        (403, InvalidState, "answers 403: does BRICKYARD_MAVEN_URL name"),
        (429, TemporarilyUnavailable, "answers 429: try again later"),
        (503, TemporarilyUnavailable, "answers 503: try again later"),
    ],
)
def test_a_refusal(maven: StandIn, tmp_path: Path, status: int, kind: type[Exception], message: str) -> None:
    maven.status = status
    with pytest.raises(kind, match=message):
        download(replace(JAR, version="2.0"), maven.url, tmp_path, no_matter)
    assert list(tmp_path.iterdir()) == []


def test_a_repository_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TemporarilyUnavailable, match=r"http://127\.0\.0\.1:9/.*refused.*try again when online"):
        download(JAR, "http://127.0.0.1:9", tmp_path, no_matter)


@pytest.mark.parametrize("url", ["repo.example.org/maven2", "ftp://repo.example.org", ""])
def test_what_is_no_url_is_named(tmp_path: Path, url: str) -> None:
    with pytest.raises(InvalidParameterValue, match="BRICKYARD_MAVEN_URL must be"):
        download(JAR, url, tmp_path, no_matter)


def test_every_jar_has_its_own_place_and_digest() -> None:
    assert len({jar.path for jar in JARS}) == len({jar.sha256 for jar in JARS}) == len(JARS)
    assert all(len(bytes.fromhex(jar.sha256)) == 32 for jar in JARS)
