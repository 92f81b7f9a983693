"""Plain files as `__main__`, and tracebacks of the user's files alone."""

import sys
import traceback
from pathlib import Path
from typing import Any

import pytest

from brickyard.notebook.execute import run_script, without_own_frames
from brickyard.notebook.source import read_source


def run(path: Path, text: str, **names: Any) -> dict[str, Any]:
    path.write_text(text, "utf-8")
    namespace: dict[str, Any] = {"__name__": "__main__", **names}
    run_script(read_source(path), namespace)
    return namespace


def test_scripts_show_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path / "s.py", "x = 1 + 1\nx\n")["x"] == 2
    assert capsys.readouterr().out == ""


def test_no_future_import_of_ours_reaches_the_script(tmp_path: Path) -> None:
    names = run(tmp_path / "s.py", "def f(x: int): ...\n")
    assert names["f"].__annotations__ == {"x": int}


def test_traceback_has_the_lines_of_the_file_and_no_frames_of_ours(tmp_path: Path) -> None:
    with pytest.raises(KeyError) as caught:
        run(tmp_path / "s.py", "\n\ndef f():\n    raise KeyError('k')\nf()\n")
    shown = "".join(traceback.format_exception(without_own_frames(caught.value)))
    assert f'File "{tmp_path / "s.py"}", line 4, in f' in shown
    assert "notebook/execute.py" not in shown


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


def test_the_interpreters_last_value_is_not_kept_from_scripts(tmp_path: Path) -> None:
    before = sys.displayhook
    run(tmp_path / "s.py", "x = 1\n")
    assert sys.displayhook is before
