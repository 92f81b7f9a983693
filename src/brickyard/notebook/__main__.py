"""`python -m brickyard.notebook FILE [ARGS]`: run a file with a notebook's globals.

The environment says where it belongs (context.py); `brickyard run`, dbutils.notebook.run and jobs set it.
"""

import os
import signal
import sys
import traceback
from pathlib import Path
from types import FrameType

from brickyard.errors import BrickyardError
from brickyard.notebook import shims
from brickyard.notebook.context import Notebook, outcome
from brickyard.notebook.dbutils.control import NotebookExit
from brickyard.notebook.execute import PythonRestart, new_main, run_script, without_own_frames
from brickyard.notebook.namespace import NotebookNamespace, process_namespace
from brickyard.notebook.provenance import Provenance
from brickyard.notebook.record.recording import Recording
from brickyard.notebook.record.targets import check_targets
from brickyard.notebook.restart import go_on, take_kept
from brickyard.notebook.runners import runner_of
from brickyard.notebook.source import Source, mentions_spark, read_source

INTERRUPTED = 130


def main(arguments: list[str]) -> int:
    """Run arguments[0]; the exit code. SystemExit of the script goes through."""
    if not arguments:
        print("usage: python -m brickyard.notebook FILE [ARGS]", file=sys.stderr)
        return 2
    path, folder = Path(arguments[0]).absolute(), Path.cwd()
    try:
        space = process_namespace()
    except BrickyardError as error:
        return _refuse(None, error.message)
    notebook = space.context.notebook or Notebook(path=str(path))
    try:
        source = read_source(path)
        check_targets([Path(target) for target in notebook.outputs], path)
    except OSError as error:
        return _refuse(notebook, f"can't open file {str(path)!r}: {error.strerror}")
    except BrickyardError as error:
        return _refuse(notebook, error.message)
    signal.signal(signal.SIGTERM, _terminate)
    sys.argv = arguments
    sys.path.insert(0, str(path.resolve().parent))
    shims.install(Provenance(source=source, client=space.client, use=space), lambda: space.spark)
    return _run(source, space, notebook, folder)


def _run(source: Source, space: NotebookNamespace, notebook: Notebook, folder: Path) -> int:
    """Run a source and keep its outputs, if that is wanted; the exit code."""
    targets = [Path(target) for target in notebook.outputs]
    recording = Recording(source, targets, state=take_kept(notebook)) if targets else None
    failure: BaseException | None = None
    try:
        _execute(source, space, notebook, recording)
    except BaseException as error:  # the process's edge: what the script did not catch is shown as Python shows it
        failure = error
    if isinstance(failure, PythonRestart):
        kept = None if recording is None else recording.handed_on()
        widgets, positions = space.dbutils.widgets.getAll(), failure.positions
        os.chdir(folder)
        go_on(notebook, positions=positions, widgets=widgets, kept=kept, arguments=sys.argv)
    if recording is not None:
        recording.close()
    return 0 if failure is None else _tell_end(notebook, failure)


def _execute(source: Source, space: NotebookNamespace, notebook: Notebook, recording: Recording | None) -> None:
    main_module = new_main(source.path, space.names(start_spark=mentions_spark(source)))
    if not source.is_notebook and recording is None:
        run_script(source, main_module.__dict__)
        return
    runner_of(source, main_module, space).run(source, observer=recording, resume=notebook.resume)


def _tell_end(notebook: Notebook, error: BaseException) -> int:
    """Say how a source ended that did not end by itself; the exit code.

    Raises:
        SystemExit: the source's own.
    """
    match error:
        case NotebookExit():
            if notebook.result:
                _tell(notebook, exit=error.value)
            else:
                print(f"Notebook exited: {error.value}")
            return 0
        case SystemExit():
            _tell(notebook, **({} if error.code in {None, 0} else {"error": f"SystemExit: {error.code}"}))
            raise error
    without_own_frames(error)
    if notebook.result:
        _tell(notebook, error="".join(traceback.format_exception(error)))
    elif sys.excepthook is sys.__excepthook__:
        traceback.print_exception(error)  # which, unlike the interpreter's own hook, knows the cells of notebooks
    else:
        sys.excepthook(type(error), error, error.__traceback__)
    return INTERRUPTED if isinstance(error, KeyboardInterrupt) else 1


def _refuse(notebook: Notebook | None, message: str) -> int:
    """The file was not run at all."""
    if notebook is not None:
        _tell(notebook, error=message)
    print(f"brickyard: {message}", file=sys.stderr)
    return 2


def _tell(notebook: Notebook, **values: str) -> None:
    """Leave the outcome for the process that asked for the run."""
    if notebook.result:
        Path(notebook.result).write_text(outcome(**values), "utf-8")


def _terminate(number: int, _: FrameType | None) -> None:
    """SIGTERM ends the script as an exit does, so that runs and engines are closed."""
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
