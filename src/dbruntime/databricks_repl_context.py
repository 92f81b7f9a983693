"""What MLflow and the SDK read of the running notebook."""

from dataclasses import dataclass, field

from brickyard.notebook.namespace import process_namespace


@dataclass(frozen=True, kw_only=True)
class ReplContext:
    """The notebook's context. Only what is true here: names that it lacks, MLflow finds out by itself.

    `workspaceUrl` is None: the SDK would put https:// in front of it.
    """

    apiUrl: str
    apiToken: str = field(repr=False)
    browserHostName: str
    notebookPath: str | None = None
    currentRunId: str | None = None
    workspaceUrl: str | None = None
    sslTrustAll: bool = False


def get_context() -> ReplContext:
    """The context of this process."""
    context = process_namespace().context
    return ReplContext(
        apiUrl=context.url,
        apiToken=context.token,
        browserHostName=context.host_name,
        notebookPath=None if context.path is None else str(context.path),
        currentRunId=(context.notebook.run_id or None) if context.notebook else None,
    )
