"""Log-in of `WorkspaceClient()` without configuration, where DATABRICKS_RUNTIME_VERSION is set."""

from collections.abc import Callable

from brickyard.notebook.namespace import process_namespace

HeaderFactory = Callable[[], dict[str, str]]


def init_runtime_native_auth() -> tuple[str, HeaderFactory]:
    """The server's address, and what gives the headers of each request."""
    context = process_namespace().context

    def headers() -> dict[str, str]:
        return {"Authorization": f"Bearer {context.token}"}

    return context.url, headers
