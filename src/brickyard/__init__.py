"""The Databricks ML lifecycle on your own machines."""

from typing import Any

__version__ = "0.1.0"

_FRONT_END = "brickyard.notebook.jupyter"


def load_ipython_extension(shell: Any) -> None:
    """`%load_ext brickyard` in Jupyter, VS Code and IPython; the shell loads the rest, which nobody else pays for."""
    shell.extension_manager.load_extension(_FRONT_END)


def unload_ipython_extension(shell: Any) -> None:
    """`%unload_ext brickyard`."""
    shell.extension_manager.unload_extension(_FRONT_END)
