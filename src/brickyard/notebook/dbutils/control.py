"""dbutils.notebook: run another notebook, leave this one with a value."""

import json
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from brickyard.errors import BrickyardError, InvalidParameterValue
from brickyard.notebook import launch
from brickyard.notebook.context import NOTEBOOK, Context, Notebook
from brickyard.notebook.dbutils.entry_point import EntryPoint
from brickyard.notebook.dbutils.help import Documented
from brickyard.notebook.paths import find_notebook
from brickyard.settings import process_environment


class NotebookExit(BaseException):
    """Ends a notebook with a value; passes `except Exception`, as it does on Databricks."""

    def __init__(self, value: str) -> None:
        super().__init__(value)
        self.value = value


class NotebookFailed(BrickyardError):
    """A notebook that dbutils.notebook.run started did not end well."""


class NotebookControl(Documented):
    """Run another notebook, leave this one with a value."""

    title = "dbutils.notebook"

    def __init__(self, context: Context, entry_point: EntryPoint) -> None:
        self._context = context
        self.entry_point = entry_point

    def exit(self, value: object = "") -> None:
        """End this notebook; `value` is what dbutils.notebook.run gives its caller, as text."""
        raise NotebookExit(str(value))

    def run(self, path: str, timeout_seconds: float = 0, arguments: Mapping[str, object] | None = None) -> str:
        """Run another notebook or script in a process of its own; gives the value it left with.

        Args:
            path: relative to this notebook's folder, or absolute: a notebook of the workspace, such as /Shared/prepare,
                or a file; with or without .py or .ipynb.
            timeout_seconds: it is stopped after that long; 0 means never.
            arguments: the values of its widgets.

        Raises:
            FileNotFoundError: no such notebook.
            NotebookFailed: it failed (the message holds its traceback) or ran too long.
        """
        if timeout_seconds < 0:
            raise InvalidParameterValue("timeout_seconds must not be negative; 0 means no limit")
        own = self._context.path
        target = find_notebook(path, own.parent if own else Path.cwd(), self._context.workspace)
        with tempfile.TemporaryDirectory(prefix="brickyard-") as folder:
            result = Path(folder) / "outcome.json"
            notebook = Notebook(
                path=str(target),
                engine=self._context.engine,
                parameters={name: str(value) for name, value in (arguments or {}).items()},
                result=str(result),
            )
            child = launch.start(str(target), [], process_environment(**{NOTEBOOK: notebook.to_json()}))
            try:
                code = child.wait(timeout_seconds or None)
            except subprocess.TimeoutExpired:
                raise NotebookFailed(
                    f"TIMEDOUT: {path} did not end within {timeout_seconds} s; it was stopped"
                ) from None
            finally:
                launch.stop(child)
            return _outcome(path, code, result)


def _outcome(path: str, code: int, result: Path) -> str:
    """The value that a child left, from its exit code and its outcome file."""
    told = json.loads(result.read_text("utf-8")) if result.exists() else {}
    if code == 0:
        return str(told.get("exit", ""))
    reason = told.get("error") or (f"killed by signal {-code}" if code < 0 else f"its process ended with {code}")
    raise NotebookFailed(f"FAILED: {path} did not end well:\n{reason}".rstrip())
