"""Packages in folders of their own, from an index of this machine."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from brickyard.errors import InvalidState, TemporarilyUnavailable
from brickyard.notebook.engines.spark.packages import install_package, is_whole, size_of
from tests.notebook.engines.spark.stand_in import StandIn, serving
from tests.notebook.engines.spark.test_jars import no_matter

FILES = {"thing/data.bin": b"x" * 1000, "thing/run": b"#!/bin/sh\n"}


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    with serving() as found:
        found.add_package("thing", "1.0", FILES, tmp_path)
        monkeypatch.setenv("UV_DEFAULT_INDEX", f"{found.url}/simple")
        monkeypatch.setenv("UV_HTTP_RETRIES", "0")
        monkeypatch.delenv("UV_CACHE_DIR", raising=False)
        yield found


@pytest.fixture
def target(tmp_path: Path) -> Path:
    (tmp_path / "cache").mkdir()
    return tmp_path / "cache" / "thing-1.0"


def install(target: Path, requirement: str = "thing==1.0") -> None:
    install_package(requirement, sys.executable, target, no_matter)


def test_a_package_appears_whole_and_nothing_else_is_left(index: StandIn, target: Path) -> None:
    install(target)
    assert (target / "thing" / "data.bin").read_bytes() == FILES["thing/data.bin"]
    assert (target / "thing" / "run").stat().st_mode & 0o111
    assert is_whole(target)
    assert list(target.parent.iterdir()) == [target]


def test_a_damaged_package_is_replaced(index: StandIn, target: Path) -> None:
    assert not is_whole(target)
    install(target)
    (target / "thing" / "data.bin").write_bytes(b"x" * 999)
    assert not is_whole(target)
    install(target)
    assert is_whole(target)
    (target / "thing" / "run").unlink()
    assert not is_whole(target)


def test_an_index_that_does_not_answer(index: StandIn, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    with pytest.raises(TemporarilyUnavailable, match=r"thing==1\.0 cannot be downloaded.*127\.0\.0\.1:9"):
        install(target)
    assert list(target.parent.iterdir()) == []


def test_a_connection_that_is_cut_off(index: StandIn, target: Path) -> None:
    index.cut |= {path for path in index.files if path.endswith(".whl")}
    with pytest.raises(TemporarilyUnavailable, match="try again when online"):
        install(target)
    assert not target.exists()


def test_a_package_that_the_index_lacks(index: StandIn, target: Path) -> None:
    with pytest.raises(InvalidState, match=r"thing==2\.0 cannot be installed.*no version of thing"):
        install(target, "thing==2.0")


def test_a_wheel_that_was_damaged_on_its_way(index: StandIn, target: Path) -> None:
    [wheel] = [path for path in index.files if path.endswith(".whl")]
    index.files[wheel] = index.files[wheel].replace(b"x" * 100, b"y" * 100)
    with pytest.raises(TemporarilyUnavailable, match="Bad CRC"):
        install(target)
    assert not target.exists()


def test_the_size_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "one").write_bytes(b"x" * 10)
    (tmp_path / "a" / "b" / "two").write_bytes(b"x" * 5)
    (tmp_path / "same").hardlink_to(tmp_path / "a" / "one")
    assert size_of(tmp_path) == 15
    assert size_of(tmp_path / "nowhere") == 0
