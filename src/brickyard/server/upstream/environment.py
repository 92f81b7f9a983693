"""How the stock MLflow server is told what to serve, and which paths are its own."""

import secrets
from collections.abc import Mapping

_PATHS = ("/graphql", "/get-artifact", "/model-versions/get-artifact", "/v1/traces")
_PREFIXES = (
    "/api/2.0/mlflow/",
    "/api/2.0/mlflow-artifacts/",
    "/api/3.0/mlflow/",
    "/ajax-api/",
    "/gateway/",
)


def is_upstream_path(path: str) -> bool:
    """Whether the stock server may have a route for this path."""
    return path in _PATHS or path.startswith(_PREFIXES)


def stock_environment(base: Mapping[str, str], *, database: str, artifacts: str) -> dict[str, str]:
    """The environment of the stock server's process.

    The names with an underscore are what mlflow's own command line passes to its workers (mlflow/server/constants.py);
    mlflow is pinned to one minor release.

    Args:
        base: what every process of ours gets.
        database: URI in SQLAlchemy's form, without a driver.
        artifacts: folder or URI that holds what mlflow-artifacts:/ names.
    """
    return {
        **base,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        # Our own edge has checked Host, Origin and token; these checks know only loopback names.
        "MLFLOW_SERVER_DISABLE_SECURITY_MIDDLEWARE": "true",
        # Jobs need a runner that mlflow's command line starts beside the server; without one they must be refused.
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "_MLFLOW_SERVER_FILE_STORE": _with_driver(database),
        "_MLFLOW_SERVER_REGISTRY_STORE": _with_driver(database),
        "_MLFLOW_SERVER_ARTIFACT_ROOT": "mlflow-artifacts:/",
        "_MLFLOW_SERVER_ARTIFACT_DESTINATION": artifacts,
        "_MLFLOW_SERVER_SERVE_ARTIFACTS": "true",
        "_MLFLOW_SERVER_BOOT_ID": secrets.token_hex(16),
        "_MLFLOW_SGI_NAME": "uvicorn",
        "_MLFLOW_IN_JOB_EXECUTOR": "false",
    }


def _with_driver(database: str) -> str:
    scheme, separator, rest = database.partition("://")
    if scheme == "postgresql":
        return f"postgresql+psycopg{separator}{rest}"
    return database
