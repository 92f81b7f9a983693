"""%pip in an environment of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

from brickyard.errors import InvalidParameterValue
from brickyard.notebook.magics.pip import run_pip
from brickyard.settings import process_environment

PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "by-sample"
version = "{version}"
"""
BACKEND = """
import pathlib, re, zipfile

def build_wheel(folder, config_settings=None, metadata_directory=None):
    version = re.search(r'version = "(.*)"', pathlib.Path("pyproject.toml").read_text())[1]
    name, info = f"by_sample-{version}-py3-none-any.whl", f"by_sample-{version}.dist-info"
    with zipfile.ZipFile(f"{folder}/{name}", "w") as wheel:
        wheel.writestr("by_sample.py", f"VERSION = {version!r}")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\\nName: by-sample\\nVersion: {version}\\n")
        tags = "Root-Is-Purelib: true\\nTag: py3-none-any\\n"
        wheel.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\\nGenerator: x\\n{tags}")
        wheel.writestr(f"{info}/RECORD", "")
    return name
"""
SCRIPT = """
import os
run = lambda line: run_pip(line, dict(os.environ))
run("install {one}")
import by_sample
assert by_sample.VERSION == "1", by_sample.VERSION
run("install {two}  # newer")
run("uninstall by-sample")
import importlib.util, sys
del sys.modules["by_sample"]
assert importlib.util.find_spec("by_sample") is None
"""


def sample(folder: Path, version: str) -> Path:
    folder.mkdir()
    (folder / "pyproject.toml").write_text(PYPROJECT.format(version=version))
    (folder / "backend.py").write_text(BACKEND)
    return folder


def environment_in(folder: Path, *, with_pip: bool) -> Path:
    """The interpreter of an empty environment."""
    subprocess.run([sys.executable, "-m", "venv", *([] if with_pip else ["--without-pip"]), folder], check=True)
    return folder / "bin" / "python"


def run_in(python: Path, code: str, **extra: str) -> "subprocess.CompletedProcess[str]":
    """Run code there; what we need is found, what it installs comes first."""
    ours = next(path for path in sys.path if path.endswith("site-packages"))
    before = f"import sys\nsys.path.append({ours!r})\nfrom brickyard.notebook.magics.pip import installer, run_pip\n"
    environment = process_environment(PYTHONPATH=str(Path(__file__).parents[3] / "src"), PIP_NO_INDEX="1", **extra)
    return subprocess.run([python, "-c", before + code], env=environment, capture_output=True, text=True)


@pytest.mark.slow
def test_packages_come_change_and_go(tmp_path: Path) -> None:
    python = environment_in(tmp_path / "venv", with_pip=True)
    one, two = sample(tmp_path / "one", "1"), sample(tmp_path / "two", "2")
    done = run_in(python, SCRIPT.format(one=one, two=two))
    assert done.returncode == 0, done.stderr
    assert "Successfully installed by-sample-2" in done.stdout
    assert done.stderr.count("by-sample had been imported before: call dbutils.library.restartPython()") == 2, (
        done.stderr
    )
    failed = run_in(python, "import os\nrun_pip('install no-such-package', dict(os.environ))")
    assert "No matching distribution" in failed.stderr
    assert "CommandFailed: %pip install: ended with exit status 1" in failed.stderr


def test_environments_without_pip_take_uv(tmp_path: Path) -> None:
    python = environment_in(tmp_path / "venv", with_pip=False)
    code = """
import sys
sys.path[:] = [path for path in sys.path if not path.endswith("site-packages")]
print(installer(["uninstall", "-y", "x"]))
"""
    (tmp_path / "bin").mkdir()
    uv = tmp_path / "bin" / "uv"
    uv.write_text("#!/bin/sh\n")
    uv.chmod(0o755)
    done = run_in(python, code, PATH=str(uv.parent))
    assert done.stdout == f"{[str(uv), 'pip', 'uninstall', 'x', '--python', str(python)]}\n", done.stderr
    without = run_in(python, code, PATH=str(tmp_path))
    assert "has no pip, and there is no uv" in without.stderr


def test_it_needs_a_command() -> None:
    with pytest.raises(InvalidParameterValue, match="%pip install PACKAGE"):
        run_pip("  # nothing", {})
