import sys
import traceback
from pathlib import Path
from typing import Any

import pytest

from brickyard.errors import InvalidParameterValue
from brickyard.notebook.execute import Runner, without_own_frames
from brickyard.notebook.source import read_source


def run(path: Path, text: str, **names: Any) -> dict[str, Any]:
    path.write_text(text, "utf-8")
    namespace: dict[str, Any] = {"__name__": "__main__", **names}
    Runner(namespace=namespace, display=print).run(read_source(path))
    return namespace


def test_cells_share_one_namespace_and_show_their_last_value(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "# Databricks notebook source\na = 1\na + 1\n# COMMAND ----------\nNone\n# COMMAND ----------\na + 2;\n"
    assert run(tmp_path / "n.py", text)["a"] == 1
    assert capsys.readouterr().out == "2\n"


def test_scripts_show_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(tmp_path / "s.py", "1 + 1\n")
    assert capsys.readouterr().out == ""


def test_future_imports_hold_for_later_cells(tmp_path: Path) -> None:
    cells = ["from __future__ import annotations", "# COMMAND ----------", "def f(x: Missing): ..."]
    names = run(tmp_path / "n.py", "\n".join(["# Databricks notebook source", *cells]))
    assert names["f"].__annotations__ == {"x": "Missing"}


def test_traceback_has_the_lines_of_the_file_and_no_frames_of_ours(tmp_path: Path) -> None:
    text = "# Databricks notebook source\nx = 1\n# COMMAND ----------\n\ndef f():\n    raise KeyError('k')\nf()\n"
    with pytest.raises(KeyError) as caught:
        run(tmp_path / "n.py", text)
    shown = "".join(traceback.format_exception(without_own_frames(caught.value)))
    assert f'File "{tmp_path / "n.py"}", line 6, in f' in shown
    assert "brickyard" not in shown.replace(str(tmp_path), "")


def test_causes_are_cleaned_too(tmp_path: Path) -> None:
    def ours() -> None:
        without_own_frames("not an exception")  # type: ignore[arg-type]

    with pytest.raises(RuntimeError) as caught:
        run(
            tmp_path / "s.py",
            "try:\n    ours()\nexcept AttributeError as e:\n    raise RuntimeError('x') from e\n",
            ours=ours,
        )
    shown = "".join(traceback.format_exception(without_own_frames(caught.value)))
    assert "direct cause" in shown
    assert "notebook/execute.py" not in shown


def test_run_cell_includes_another_notebook(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "other.py").write_text("# Databricks notebook source\nvalue = 7\n")
    namespace = run(
        tmp_path / "n.py", "# Databricks notebook source\n# MAGIC %run ./lib/other\n# COMMAND ----------\ny = value\n"
    )
    assert namespace["y"] == 7


def test_run_cell_refuses_to_run_itself(tmp_path: Path) -> None:
    (tmp_path / "b.py").write_text("# Databricks notebook source\n# MAGIC %run ./a\n")
    with pytest.raises(InvalidParameterValue, match="runs itself"):
        run(tmp_path / "a.py", "# Databricks notebook source\n# MAGIC %run ./b\n")


def test_run_cell_names_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere"):
        run(tmp_path / "a.py", "# Databricks notebook source\n# MAGIC %run ./nowhere\n")


def test_sql_cells_run_each_statement_and_show_the_last(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    class Frame:
        columns = ("x",)

        def __init__(self, text: str) -> None:
            self.text = text

        def __str__(self) -> str:
            return f"rows of {self.text}"

    class Spark:
        seen: list[str] = []

        def sql(self, text: str) -> Frame:
            self.seen.append(text)
            return Frame(text)

    spark = Spark()
    run(
        tmp_path / "n.py",
        "# Databricks notebook source\n# MAGIC %sql\n# MAGIC select 1;\n# MAGIC select 2\n",
        spark=spark,
    )
    assert spark.seen == ["select 1", "select 2"]
    assert capsys.readouterr().out == "rows of select 2\n"


def test_the_interpreters_last_value_is_not_kept_from_scripts(tmp_path: Path) -> None:
    before = sys.displayhook
    run(tmp_path / "s.py", "x = 1\n")
    assert sys.displayhook is before
