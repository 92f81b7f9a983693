"""dbutils: what Databricks notebooks call it for, with its names, its defaults and its errors.

The public names here are Databricks' own, so they keep its spelling (camelCase).
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from brickyard.notebook.client import ServerClient
from brickyard.notebook.context import Context
from brickyard.notebook.dbutils.control import NotebookControl
from brickyard.notebook.dbutils.credentials import Credentials
from brickyard.notebook.dbutils.data import Data
from brickyard.notebook.dbutils.entry_point import EntryPoint
from brickyard.notebook.dbutils.files import FileSystemTools
from brickyard.notebook.dbutils.help import Documented
from brickyard.notebook.dbutils.jobs import Jobs
from brickyard.notebook.dbutils.library import Library
from brickyard.notebook.dbutils.secrets import Secrets
from brickyard.notebook.dbutils.widgets import Widgets
from brickyard.settings import Home

__all__ = ["DBUtils"]


class DBUtils(Documented):
    """Tools of a notebook: fs, widgets, notebook, secrets, jobs, data, library, credentials."""

    title = "dbutils"

    def __init__(self, context: Context, client: ServerClient, confs: Callable[[], Mapping[str, str]] = dict) -> None:
        """
        Args:
            confs: the Spark session's configuration, when it is asked for; empty while there is no session.
        """
        self.fs = FileSystemTools(client, Home(Path(context.home)) if context.home else None, confs)
        self.widgets = Widgets(context.parameters)
        self.notebook = NotebookControl(context, EntryPoint(context))
        self.secrets = Secrets(client)
        self.jobs = Jobs()
        self.data = Data()
        self.library = Library()
        self.credentials = Credentials()

    def help(self, name: str = "") -> None:
        """Print what the tools are for."""
        if name:
            super().help(name)
            return
        print(self.__doc__)
        for key, tool in vars(self).items():
            print(f"  dbutils.{key:<12} {(type(tool).__doc__ or '').strip().splitlines()[0]}")
        print("\ndbutils.fs.help() tells of one of them, dbutils.fs.help('cp') of one method.")
