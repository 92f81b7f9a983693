"""The environment of a process that works with a Brickyard server: stock clients find the server by it."""

import importlib.util
from collections.abc import Mapping
from pathlib import Path

from brickyard.notebook.context import NOTEBOOK, SERVER_MARK, Notebook, same_server

_FOREIGN = (
    "DATABRICKS_CONFIG_PROFILE",
    "DATABRICKS_CONFIG_FILE",
    "DATABRICKS_AUTH_TYPE",
    "DATABRICKS_CLIENT_ID",
    "DATABRICKS_CLIENT_SECRET",
    "DATABRICKS_USERNAME",
    "DATABRICKS_PASSWORD",
    "DATABRICKS_ACCOUNT_ID",
    "DATABRICKS_AZURE_RESOURCE_ID",
    "DATABRICKS_RUNTIME_VERSION",
    "DATABRICKS_CLUSTER_ID",
    "MLFLOW_REGISTRY_URI",
    "MLFLOW_TRACKING_USERNAME",
    "MLFLOW_TRACKING_PASSWORD",
    "MLFLOW_TRACKING_AUTH",
    "SPARK_REMOTE",
)
"""Settings of another workspace, server or session: with ours beside them, the stock clients refuse, or ask the wrong
one. A notebook that another one runs would get its caller's Spark session, whose engine serves that process alone."""


def client_variables(base: Mapping[str, str], *, url: str, token: str, home: Path) -> dict[str, str]:
    """The variables that point the stock clients at a server.

    Args:
        base: the environment that they are added to.
        url: the server, http://host:port.
        token: goes to the SDK and to MLflow.
        home: the server's home folder.
    """
    variables = {
        "MLFLOW_TRACKING_URI": url,
        "MLFLOW_TRACKING_TOKEN": token,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DATABRICKS_HOST": url,
        "DATABRICKS_TOKEN": token,
        SERVER_MARK: url,
        "BRICKYARD_HOME": str(home),
    }
    if "SPARK_HOME" not in base and (folder := _spark_client_folder()):
        # pyspark's Connect client ends a process whose __main__ has no file (python -c, pool workers) without it.
        variables["SPARK_HOME"] = folder
    return variables | _past_proxies(base, url)


def client_environment(
    base: Mapping[str, str], *, url: str, token: str, home: Path, notebook: Notebook | None = None
) -> dict[str, str]:
    """A whole environment for a child: base, without other workspaces' settings, with this server's."""
    kept = {name: value for name, value in base.items() if name not in _FOREIGN and name != NOTEBOOK}
    kept |= client_variables(base, url=url, token=token, home=home)
    return kept | ({NOTEBOOK: notebook.to_json()} if notebook else {})


def is_brickyard(environment: Mapping[str, str]) -> bool:
    """Whether DATABRICKS_HOST is the server that `brickyard run` or `brickyard env` has set."""
    return same_server(environment.get("DATABRICKS_HOST", ""), environment.get(SERVER_MARK, ""))


def foreign_names() -> tuple[str, ...]:
    """The variables that client_environment leaves out."""
    return _FOREIGN


def _spark_client_folder() -> str | None:
    found = importlib.util.find_spec("pyspark")
    return str(Path(found.origin).parent) if found and found.origin else None


def _past_proxies(base: Mapping[str, str], url: str) -> dict[str, str]:
    """NO_PROXY with the server's host where a proxy is set: stock clients send even 127.0.0.1 to it otherwise."""
    if not any(name.lower() in {"http_proxy", "all_proxy"} for name in base):
        return {}
    host = url.split("//", 1)[-1].rsplit(":", 1)[0].strip("[]")
    known = base.get("no_proxy") or base.get("NO_PROXY") or ""
    names = [name for name in known.split(",") if name]
    value = ",".join(names if host in names else [*names, host])
    return {"NO_PROXY": value, "no_proxy": value}
