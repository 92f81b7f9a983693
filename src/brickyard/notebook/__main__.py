"""`python -m brickyard.notebook FILE [ARGS]`: run a file with a notebook's globals.

The environment says where it belongs (context.py); `brickyard run`, dbutils.notebook.run and jobs set it.
"""

import signal
import sys
import traceback
from pathlib import Path
from types import FrameType

from brickyard.errors import BrickyardError
from brickyard.notebook import shims
from brickyard.notebook.context import Notebook, outcome
from brickyard.notebook.dbutils.control import NotebookExit
from brickyard.notebook.execute import Runner, new_main, without_own_frames
from brickyard.notebook.namespace import NotebookNamespace, process_namespace
from brickyard.notebook.provenance import Provenance
from brickyard.notebook.source import Source, mentions_spark, read_source

INTERRUPTED = 130


def main(arguments: list[str]) -> int:
    """Run arguments[0]; the exit code. SystemExit of the script goes through."""
    if not arguments:
        print("usage: python -m brickyard.notebook FILE [ARGS]", file=sys.stderr)
        return 2
    path = Path(arguments[0]).absolute()
    try:
        space = process_namespace()
    except BrickyardError as error:
        return _refuse(None, error.message)
    try:
        source = read_source(path)
    except OSError as error:
        return _refuse(space.context.notebook, f"can't open file {str(path)!r}: {error.strerror}")
    except BrickyardError as error:
        return _refuse(space.context.notebook, error.message)
    signal.signal(signal.SIGTERM, _terminate)
    sys.argv = arguments
    sys.path.insert(0, str(path.resolve().parent))
    shims.install(Provenance(source=source, client=space.client, use=space), lambda: space.spark)
    return _run(source, space)


def _run(source: Source, space: NotebookNamespace) -> int:
    notebook = space.context.notebook
    try:
        main_module = new_main(source.path, space.names(start_spark=mentions_spark(source)))
        Runner(namespace=main_module.__dict__, display=main_module.__dict__["display"]).run(source)
    except NotebookExit as end:
        if notebook is not None and notebook.result:
            _tell(notebook, exit=end.value)
        else:
            print(f"Notebook exited: {end.value}")
        return 0
    except SystemExit as end:
        _tell(notebook, **({} if end.code in {None, 0} else {"error": f"SystemExit: {end.code}"}))
        raise
    except BaseException as error:  # the process's edge: what the script did not catch is shown as Python shows it
        without_own_frames(error)
        if notebook is not None and notebook.result:
            _tell(notebook, error="".join(traceback.format_exception(error)))
        elif sys.excepthook is sys.__excepthook__:
            traceback.print_exception(error)  # which, unlike the interpreter's own hook, knows the cells of notebooks
        else:
            sys.excepthook(type(error), error, error.__traceback__)
        return INTERRUPTED if isinstance(error, KeyboardInterrupt) else 1
    return 0


def _refuse(notebook: Notebook | None, message: str) -> int:
    """The file was not run at all."""
    _tell(notebook, error=message)
    print(f"brickyard: {message}", file=sys.stderr)
    return 2


def _tell(notebook: Notebook | None, **values: str) -> None:
    """Leave the outcome for the process that asked for the run."""
    if notebook is not None and notebook.result:
        Path(notebook.result).write_text(outcome(**values), "utf-8")


def _terminate(number: int, _: FrameType | None) -> None:
    """SIGTERM ends the script as an exit does, so that runs and engines are closed."""
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
