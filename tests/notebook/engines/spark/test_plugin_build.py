"""The plugin is compiled from its sources, and says why where it cannot be."""

import subprocess
import zipfile
from pathlib import Path

import pytest

from brickyard.errors import InvalidState
from brickyard.notebook.engines.spark import plugin
from brickyard.notebook.engines.spark.distribution import Distribution
from brickyard.notebook.engines.spark.process import launch_of

pytestmark = [pytest.mark.spark, pytest.mark.timeout(300)]


def test_the_sources_are_found() -> None:
    names = {path.name for path in plugin.scala_files(plugin.sources())}
    assert {"Main.scala", "BrickyardCatalog.scala", "RestClient.scala"} <= names


def test_the_fingerprint_changes_with_sources_names_and_spark(tmp_path: Path) -> None:
    source = tmp_path / "a.scala"
    source.write_text("object A")
    first = plugin.fingerprint(tmp_path, "4.2.0")
    assert first == plugin.fingerprint(tmp_path, "4.2.0")
    assert len(first) == 16
    seen = {first, plugin.fingerprint(tmp_path, "4.2.1")}
    source.write_text("object B")
    seen.add(plugin.fingerprint(tmp_path, "4.2.0"))
    source.rename(tmp_path / "b.scala")
    seen.add(plugin.fingerprint(tmp_path, "4.2.0"))
    assert len(seen) == 4


def test_the_jar_has_the_classes_that_spark_is_told(plugin_jar: Path) -> None:
    with zipfile.ZipFile(plugin_jar) as jar:
        names = set(jar.namelist())
    for name in ("Main", "BrickyardCatalog", "BrickyardRules", "BrickyardExtensions"):
        assert f"brickyard/{name}.class" in names
    assert [path.name for path in plugin_jar.parent.iterdir()] == [plugin_jar.name]


def test_sources_that_do_not_compile(distribution: Distribution, tmp_path: Path) -> None:
    (tmp_path / "broken.scala").write_text("object Broken { def x: Nowhere = 1 }")
    target = tmp_path / "out" / "plugin.jar"
    with pytest.raises(InvalidState, match="Nowhere"):
        plugin.build(tmp_path, distribution.spark_home, distribution.java, target)
    assert list(target.parent.iterdir()) == []


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidState, match="no Scala sources"):
        plugin.build(tmp_path, tmp_path, tmp_path / "java", tmp_path / "plugin.jar")
    with pytest.raises(InvalidState, match="does not run"):
        plugin.build(plugin.sources(), tmp_path, tmp_path / "java", tmp_path / "plugin.jar")


def test_the_server_ends_with_its_standard_input(distribution: Distribution, tmp_path: Path) -> None:
    launch = launch_of(distribution, 1024)
    with (
        (tmp_path / "jvm.log").open("wb") as errors,
        subprocess.Popen(
            launch.command(tmp_path),
            cwd=tmp_path,
            env=launch.environment(Path("/nowhere/python"), "secret-token"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        words = process.stdout.readline().split()
        assert words[0] == "ready", (tmp_path / "jvm.log").read_text()
        process.stdin.write("close nobody no-session\nnonsense\n")
        process.stdin.flush()
        assert process.poll() is None
        process.stdin.close()
        assert process.wait(30) == 0


def test_a_server_that_cannot_start_ends(distribution: Distribution, tmp_path: Path) -> None:
    classes = f"{distribution.spark_home}/jars/*:{distribution.plugin}"
    command = [str(distribution.java), "-Xmx256m", "-Dspark.master=nonsense", "-cp", classes, "brickyard.Main"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        assert "ready" not in process.stdout.read()
        assert process.wait(30) == 1
