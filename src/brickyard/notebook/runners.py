"""What runs the cells of a file: IPython those of a notebook, plain Python a script.

IPython is loaded when a notebook is run: a quarter of a second that plain scripts must not pay.
"""

from types import ModuleType

from brickyard.notebook.cells import CellRunner
from brickyard.notebook.magics.register import register_magics
from brickyard.notebook.namespace import NotebookNamespace
from brickyard.notebook.source import Source
from brickyard.settings import live_environment

_INLINE_FIGURES = "module://matplotlib_inline.backend_inline"


def runner_of(source: Source, main_module: ModuleType, space: NotebookNamespace) -> CellRunner:
    """The runner of a source's cells, whose names are a module's."""
    if not source.is_notebook:
        return CellRunner(python=None, space=space, names=main_module.__dict__)
    from brickyard.notebook.interactive import notebook_shell

    live_environment().setdefault("MPLBACKEND", _INLINE_FIGURES)
    shell = notebook_shell(main_module)
    runner = CellRunner(python=shell.run, space=space, names=main_module.__dict__)
    register_magics(shell, runner)
    return runner
