"""dbutils.notebook.entry_point: the chain by which notebooks read their own context, its API token above all."""

import getpass
import json

from brickyard.notebook.context import Context
from brickyard.notebook.dbutils.options import Option, OptionMap
from brickyard.notebook.paths import workspace_path


class NotebookContext:
    """What the platform tells a notebook of itself."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def apiToken(self) -> Option:
        """The token of this process, for requests to the server."""
        return Option("apiToken", self._context.token or None)

    def apiUrl(self) -> Option:
        """The server's address."""
        return Option("apiUrl", self._context.url)

    def notebookPath(self) -> Option:
        """The notebook that runs: its path in the workspace, or the file."""
        path = self._context.path
        shown = None if path is None else workspace_path(path, self._context.workspace) or str(path)
        return Option("notebookPath", shown)

    def browserHostName(self) -> Option:
        """Host and port of the server, without a scheme."""
        return Option("browserHostName", self._context.host_name)

    def currentRunId(self) -> Option:
        """The id of the job run that this notebook is, if it is one."""
        notebook = self._context.notebook
        return Option("currentRunId", notebook.run_id or None if notebook else None)

    def notebookId(self) -> Option:
        """Files have no workspace id."""
        return Option("notebookId", None)

    def clusterId(self) -> Option:
        """There is no cluster."""
        return Option("clusterId", None)

    def jobId(self) -> Option:
        """The id of the job, if one runs this notebook."""
        return Option("jobId", None)

    def userName(self) -> Option:
        """The user of this process."""
        return Option("userName", getpass.getuser())

    def workspaceId(self) -> Option:
        """There is one workspace, without an id."""
        return Option("workspaceId", None)

    def extraContext(self) -> OptionMap:
        """Further entries."""
        return OptionMap(self._extra())

    def tags(self) -> OptionMap:
        """Tags of the run: user, browserHostName, and runId in a job."""
        return OptionMap(self._tags())

    def toJson(self) -> str:
        """All of it as JSON, without the token."""
        return json.dumps(
            {
                "currentRunId": {"id": self.currentRunId().getOrElse("")} if self.currentRunId().isDefined() else None,
                "jobGroup": None,
                "tags": self._tags(),
                "extraContext": self._extra(),
            }
        )

    safeToJson = toJson

    def _tags(self) -> dict[str, str]:
        tags = {"user": getpass.getuser(), "browserHostName": self._context.host_name}
        run_id = self.currentRunId()
        return tags | ({"runId": run_id.get()} if run_id.isDefined() else {})

    def _extra(self) -> dict[str, str]:
        path = self.notebookPath()
        return {"api_url": self._context.url} | ({"notebook_path": path.get()} if path.isDefined() else {})


class _Notebook:
    def __init__(self, context: Context) -> None:
        self._context = context

    def getContext(self) -> NotebookContext:
        return NotebookContext(self._context)


class _JavaDbutils:
    def __init__(self, context: Context) -> None:
        self._context = context

    def notebook(self) -> _Notebook:
        return _Notebook(self._context)


class EntryPoint:
    """The object that Databricks' Python process holds of its Java side."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def getDbutils(self) -> _JavaDbutils:
        """The Java side's dbutils."""
        return _JavaDbutils(self._context)
