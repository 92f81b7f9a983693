"""dbutils.library."""

import sys
from typing import Any

from brickyard.errors import NotImplementedHere
from brickyard.notebook.dbutils.help import Documented


class Library(Documented):
    """Tools for a notebook's libraries."""

    title = "dbutils.library"

    def restartPython(self) -> None:
        """Start the Python process anew, so that packages installed by %pip are used; variables are lost.

        In `brickyard run` the notebook goes on with its next cell. In Jupyter the kernel is started anew, and
        `%load_ext brickyard` has to be run again.

        Raises:
            NotImplementedHere: in a plain script, which has no cells to go on with.
        """
        ipython = sys.modules.get("IPython")
        shell: Any = ipython.get_ipython() if ipython is not None else None
        if hasattr(shell, "restart_python"):
            shell.restart_python()
        elif hasattr(shell, "kernel"):
            print("The kernel starts anew: run %load_ext brickyard again.")
            shell.kernel.do_shutdown(restart=True)
        else:
            raise NotImplementedHere(
                "dbutils.library.restartPython() is for notebooks: a script has no cells to go on with in a fresh "
                "process. Install packages before the run, and leave this line out"
            )
