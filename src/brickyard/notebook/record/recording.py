"""One run of a source as a document that grows with each cell, and is on disk at any time."""

import json
import os
import tempfile
import threading
import time
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from brickyard.notebook.dbutils.control import NotebookExit
from brickyard.notebook.execute import PythonRestart, without_own_frames
from brickyard.notebook.presentation import Bundle
from brickyard.notebook.record.document import Document, document_of
from brickyard.notebook.record.outputs import CellOutputs
from brickyard.notebook.record.page import page_of
from brickyard.notebook.record.streams import Capture
from brickyard.notebook.source import Cell, Source

SAVE_SECONDS = 5.0
"""How often the document is written while a cell runs."""


class Recording:
    """Keeps the outputs of a run in files, named by their suffix: .ipynb (written after each cell, and every few
    seconds) and .html (written at the end, whatever the end is).

    Observes a CellRunner. From its making on, the process's streams are its own, until `close` puts them back.

    Args:
        state: the document of the process before this one, where the run goes on in a fresh process.
    """

    def __init__(self, source: Source, targets: Sequence[Path], *, state: Document | None = None) -> None:
        self._targets = tuple(targets)
        self._title = source.path.name
        self._document = document_of(source) if state is None else state
        self._lock = threading.RLock()
        self._cell: Document | None = None
        self._outputs = CellOutputs()
        self._began = 0.0
        self._count = sum(1 for cell in self._document["cells"] if cell.get("execution_count"))
        self._done = threading.Event()
        self._capture = Capture(self._keep, self._show, self._clear)
        self._saver = threading.Thread(target=self._save_often, name="brickyard-record", daemon=True)
        self._saver.start()

    def begin(self, cell: Cell) -> None:
        """A cell begins."""
        self._capture.drain()
        with self._lock:
            self._cell = self._document["cells"][cell.index]
            self._outputs = CellOutputs()
            self._began = time.monotonic()
            if self._cell.get("execution_count"):  # it goes on, in the process after the one that began it
                self._outputs = CellOutputs(items=self._cell["outputs"], count=self._cell["execution_count"])
            elif self._cell["cell_type"] == "code":
                self._count += 1
                self._outputs.count = self._cell["execution_count"] = self._count
                self._cell["metadata"]["execution"] = {"iopub.execute_input": _now()}

    def end(self, cell: Cell, error: BaseException | None) -> None:
        """It has ended, with what it raised."""
        self._capture.drain()
        with self._lock:
            self._tell(error)
            if self._cell is not None and self._cell["cell_type"] == "code":
                self._cell["metadata"]["execution"]["shell.execute_reply"] = _now()
                self._cell["metadata"]["brickyard"] = {"seconds": round(time.monotonic() - self._began, 3)}
            self._write()

    def handed_on(self) -> Document:
        """Put the streams back; gives the document for the process that goes on with it."""
        self._stop()
        return self._document

    def close(self) -> None:
        """Put the streams back, and write the last state in all forms."""
        self._stop()
        for target in self._targets:
            if target.suffix == ".html":
                _replace(target, page_of(self._document, title=self._title))

    def _stop(self) -> None:
        self._done.set()
        self._capture.close()
        with self._lock:
            self._write()

    def _tell(self, error: BaseException | None) -> None:
        match error:
            case None | PythonRestart():
                pass
            case NotebookExit():
                self._outputs.write("stdout", f"Notebook exited: {error.value}\n")
            case SystemExit(code=None | 0):
                pass
            case _:
                self._outputs.fail(type(error).__name__, str(error), _lines_of(error))

    def _keep(self, name: str, text: str) -> None:
        with self._lock:
            self._outputs.write(name, text)

    def _show(self, bundle: Bundle) -> None:
        with self._lock:
            self._outputs.show(bundle)

    def _clear(self) -> None:
        with self._lock:
            self._outputs.clear()

    def _save_often(self) -> None:
        while not self._done.wait(SAVE_SECONDS):
            with self._lock:
                self._write()

    def _update(self) -> None:
        if self._cell is not None and self._cell["cell_type"] == "code":
            self._cell["outputs"] = self._outputs.finished()

    def _write(self) -> None:
        self._update()
        for target in self._targets:
            if target.suffix == ".ipynb":
                _replace(target, json.dumps(self._document, ensure_ascii=False, indent=1) + "\n")


def _replace(target: Path, text: str) -> None:
    """Write a file whole or not at all."""
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogatepass") as file:
            file.write(text)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(target)
    finally:
        Path(temporary).unlink(missing_ok=True)


def _lines_of(error: BaseException) -> list[str]:
    return "".join(traceback.format_exception(without_own_frames(error))).rstrip("\n").split("\n")


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")
