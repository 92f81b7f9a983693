"""dbutils.library."""

from typing import NoReturn

from brickyard.errors import NotImplementedHere
from brickyard.notebook.dbutils.help import Documented


class Library(Documented):
    """Tools for a notebook's libraries."""

    title = "dbutils.library"

    def restartPython(self) -> NoReturn:
        """Start the Python process anew: not here, where each run has a process of its own.

        Raises:
            NotImplementedHere: always.
        """
        raise NotImplementedHere(
            "dbutils.library.restartPython() is not there: each `brickyard run` is a fresh process. "
            "Install packages into the environment before the run, and leave this line out"
        )
