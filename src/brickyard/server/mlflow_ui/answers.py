"""Answers to the calls that every page of the MLflow web UI makes and that carry nothing of the store.

Their forms are those of `mlflow server` 3.17; the tests compare them.
"""

from typing import Any


def server_info() -> dict[str, Any]:
    """GET /ajax-api/3.0/mlflow/server-info: what this server can do.

    Artifacts go through this server in one request each, so neither multipart nor presigned transfers are offered.
    """
    return {
        "store_type": "SqlStore",
        "workspaces_enabled": False,
        "trace_archival_enabled": False,
        "multipart_uploads_enabled": False,
        "multipart_downloads_enabled": False,
        "presigned_upload_run_id_supported": False,
        "presigned_upload_model_id_supported": False,
        "features_enabled": {"gateway": True},
    }


def ui_telemetry() -> dict[str, Any]:
    """GET /ajax-api/3.0/mlflow/ui-telemetry: the pages send no usage records."""
    return {"disable_ui_telemetry": True, "disable_ui_events": [], "ui_rollout_percentage": 0}


def refused_ui_telemetry() -> dict[str, Any]:
    """POST /ajax-api/3.0/mlflow/ui-telemetry: the records are dropped."""
    return {"status": "disabled"}


def current_user() -> dict[str, Any]:
    """GET /ajax-api/2.0/mlflow/users/current: there are no accounts, so the pages show no sign-out.

    `mlflow server` without its auth app has no such route; the pages take an object without `user` as the same, and the
    browser then logs no error.
    """
    return {}


def gateway_endpoints() -> dict[str, Any]:
    """GET /ajax-api/2.0/mlflow/gateway-proxy: no gateway of the old kind (MLFLOW_DEPLOYMENTS_TARGET) is connected."""
    return {"endpoints": []}


def assistant_config() -> dict[str, Any]:
    """GET /ajax-api/3.0/mlflow/assistant/config: the assistant, which runs commands on the server's machine, is off."""
    return {"providers": {}, "projects": {}, "remote_access_allowed": False}


def assistant_providers() -> dict[str, Any]:
    """GET /ajax-api/3.0/mlflow/assistant/providers: none, see `assistant_config`."""
    return {"providers": [], "resolved": None, "gateway_vendor_options": {}}
