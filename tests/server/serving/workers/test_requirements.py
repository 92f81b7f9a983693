import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from brickyard.server.serving.workers.requirements import Needs, clashes, python_for, read_needs

HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"


def needs(*lines: str, python: str = "") -> Needs:
    return Needs(requirements="\n".join(lines), python=python, folder=Path())


def of(name: str, *, minor: int = 0, patch: int = 0) -> str:
    """The installed version, moved."""
    parts = [int(part) for part in version(name).split(".")[:3]]
    return f"{parts[0]}.{parts[1] + minor}.{parts[2] + patch}"


@pytest.mark.parametrize(
    "line",
    [
        "",
        "# numpy==1.0",
        "-r other.txt",
        "--extra-index-url https://example.org",
        "no-such-package==1.0",
        "./local/wheel.whl",
        "numpy",
        f"numpy=={of('numpy')}  # pinned",
        f"numpy=={of('numpy', patch=1)}",
        "numpy>=1.0,<99",
        "numpy==2.*",
        "pandas[parquet]>=2",
        "mlflow==3.0.0",
        'numpy==1.0; python_version < "3.0"',
    ],
)
def test_what_is_fine(line: str) -> None:
    assert clashes(needs(line, python=f"{HERE}.0")) == ()


@pytest.mark.parametrize(
    "line",
    [
        f"numpy=={of('numpy', minor=1)}",
        "numpy==1.26.4",
        "numpy<2",
        "numpy==1.*",
        "numpy!=" + of("numpy"),
        "mlflow==2.9.2",
    ],
)
def test_what_clashes_is_named(line: str) -> None:
    (reason,) = clashes(needs("cloudpickle", line))
    assert reason.startswith(f"it requires {line}, and ")


def test_another_python_clashes() -> None:
    (reason,) = clashes(needs(python="3.9.1"))
    assert reason == f"it was logged with Python 3.9.1, and the server runs on {HERE}"


def test_the_python_of_an_environment() -> None:
    assert python_for(needs()) == (HERE, "")
    assert python_for(needs(python="3.12.4")) == ("3.12", "")
    taken, remark = python_for(needs(python="3.8.2"))
    assert taken == HERE
    assert "3.8.2" in remark


def test_needs_are_read_from_the_model_s_files(tmp_path: Path) -> None:
    assert read_needs(tmp_path) == Needs(requirements="", python="", folder=tmp_path)
    (tmp_path / "requirements.txt").write_text("numpy==1.0\n")
    (tmp_path / "python_env.yaml").write_text("python: 3.10.2\nbuild_dependencies:\n- pip\n")
    assert read_needs(tmp_path) == Needs(requirements="numpy==1.0\n", python="3.10.2", folder=tmp_path)
