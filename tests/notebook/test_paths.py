"""Where notebooks are found: beside the one that names them, in the workspace, on this machine."""

from pathlib import Path

import pytest

from brickyard.notebook.paths import find_notebook, workspace_path


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    root = tmp_path / "home" / "workspace"
    for name in ("Shared/prepare.py", "Users/me@x/o'brien ü.ipynb", "Shared/with.dot.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("# Databricks notebook source\n")
    return root


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("/Shared/prepare", "Shared/prepare.py"),
        ("/Shared/prepare.py", "Shared/prepare.py"),
        ("/Workspace/Shared/prepare", "Shared/prepare.py"),
        ("/Users/me@x/o'brien ü", "Users/me@x/o'brien ü.ipynb"),
        ("/Shared/with.dot", "Shared/with.dot.py"),
    ],
)
def test_an_absolute_path_is_one_of_the_workspace(workspace: Path, name: str, found: str, tmp_path: Path) -> None:
    assert find_notebook(name, tmp_path, workspace) == workspace / found


def test_a_relative_path_counts_from_the_naming_notebook(workspace: Path) -> None:
    assert find_notebook("../Shared/prepare", workspace / "Users", workspace) == workspace / "Shared/prepare.py"
    with pytest.raises(FileNotFoundError, match="none"):
        find_notebook("none", workspace / "Shared", workspace)


def test_a_file_of_this_machine_is_found_where_the_workspace_has_none(workspace: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.py"
    own.write_text("")
    for name in (str(own), str(own.with_suffix("")), f"file:{own}"):
        assert find_notebook(name, tmp_path, workspace) == own


@pytest.mark.parametrize("name", ["/Shared/none", "/../outside", "/Shared/../../outside", "/", "/Workspace/", ""])
def test_no_other_place_is_looked_into(workspace: Path, name: str) -> None:
    (workspace.parent / "outside.py").write_text("")
    with pytest.raises(FileNotFoundError):
        find_notebook(name, workspace / "Shared", workspace)


def test_a_workspace_notebook_is_called_by_its_path_there(workspace: Path, tmp_path: Path) -> None:
    assert workspace_path(workspace / "Shared/prepare.py", workspace) == "/Shared/prepare"
    assert workspace_path(workspace / "Shared/with.dot.py", workspace) == "/Shared/with.dot"
    assert workspace_path(tmp_path / "x.py", workspace) is None
    assert workspace_path(tmp_path / "x.py", None) is None
