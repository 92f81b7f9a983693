"""The catalog plugin of the JVM engine: compiled from its Scala sources where Spark is installed.

The compiler is among Spark's own jars and runs on any JRE. So neither a JDK nor a build tool is needed, the wheel has
no class files, and the plugin is never of another version than Spark or its sources.
"""

import hashlib
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from brickyard.errors import InvalidState

FOLDER = "spark_catalog"
SCRATCH = ".plugin-"
"""How the folders begin that the compiler works in, beside its target."""
_HERE = Path(__file__).resolve()
_COMPILER = "scala.tools.nsc.Main"
_SECONDS = 600
_SHOWN = 4000  # characters of the compiler's output


def sources() -> Path:
    """The folder of the plugin's sources: in the installed package, or beside it in a checkout.

    Raises:
        InvalidState: the installation lacks them.
    """
    package = _HERE.parents[3]
    for folder in (package / FOLDER, package.parent / FOLDER):
        if folder.is_dir():
            return folder
    raise InvalidState(
        f"The sources of the Spark catalog plugin are not at {package / FOLDER}: install brickyard again."
    )


def fingerprint(sources: Path, spark_version: str) -> str:
    """16 hexadecimal digits that change with the sources and with Spark's version."""
    digest = hashlib.sha256(spark_version.encode())
    for path in scala_files(sources):
        digest.update(b"\0" + path.relative_to(sources).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def scala_files(sources: Path) -> Sequence[Path]:
    """The plugin's source files, sorted."""
    return sorted(sources.rglob("*.scala"))


def build(sources: Path, spark_home: Path, java: Path, target: Path) -> None:
    """Compile the plugin into a jar. Takes about ten seconds.

    Args:
        sources: the folder of the Scala files.
        spark_home: Spark's distribution, with its `jars`.
        java: the executable of Java 17 or 21.
        target: the jar to write. It appears whole or not at all.

    Raises:
        InvalidState: there are no sources, the compiler refuses them, or does not run; with its last words.
    """
    files = scala_files(sources)
    if not files:
        raise InvalidState(f"There are no Scala sources in {sources}: install brickyard again.")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=target.parent) as scratch:
        jar = Path(scratch) / "plugin.jar"
        options = ["-usejavacp", "-nowarn", "-encoding", "UTF-8", "-d", str(jar)]
        command = [str(java), "-Xmx1g", "-Xss4m", "-XX:+UseSerialGC", "-cp", str(spark_home / "jars" / "*"), _COMPILER]
        _run([*command, *options, *map(str, files)])
        jar.replace(target)


def _run(command: Sequence[str]) -> None:
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_SECONDS)
    except OSError as error:
        raise InvalidState(f"The Java at {command[0]} does not run: {error}.") from None
    except subprocess.TimeoutExpired:
        raise InvalidState(f"The Scala compiler did not end within {_SECONDS} seconds.") from None
    if done.returncode:
        said = (done.stdout + done.stderr).strip()[-_SHOWN:]
        raise InvalidState(f"The Scala compiler refuses the Spark catalog plugin (status {done.returncode}): {said}")
