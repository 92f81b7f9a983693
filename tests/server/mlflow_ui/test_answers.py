"""The answers of the web UI's own calls have the forms of `mlflow server` 3.17.2, as recorded."""

from typing import Any

import pytest

from brickyard.server.mlflow_ui import answers

RECORDED_SERVER_INFO = {
    "store_type": "SqlStore",
    "workspaces_enabled": False,
    "trace_archival_enabled": False,
    "multipart_uploads_enabled": False,
    "multipart_downloads_enabled": False,
    "presigned_upload_run_id_supported": True,
    "presigned_upload_model_id_supported": True,
    "features_enabled": {"gateway": True},
}
RECORDED_PROVIDERS: dict[str, Any] = {"providers": [], "resolved": {}, "gateway_vendor_options": {}}


@pytest.mark.parametrize(
    ("ours", "recorded"),
    [
        (
            answers.ui_telemetry(),
            {"disable_ui_events": [], "disable_ui_telemetry": True, "ui_rollout_percentage": 0},
        ),
        (answers.refused_ui_telemetry(), {"status": "disabled"}),
        (answers.gateway_endpoints(), {"endpoints": []}),
        (answers.assistant_config(), {"providers": {}, "projects": {}, "remote_access_allowed": False}),
    ],
)
def test_answers_are_the_recorded_ones(ours: dict[str, Any], recorded: dict[str, Any]) -> None:
    assert ours == recorded


def test_server_info_has_the_recorded_fields_and_offers_no_presigned_uploads() -> None:
    presigned = {name: False for name in RECORDED_SERVER_INFO if name.startswith("presigned_")}
    assert answers.server_info() == {**RECORDED_SERVER_INFO, **presigned}


def test_no_assistant_is_offered() -> None:
    ours = answers.assistant_providers()
    assert ours.keys() == RECORDED_PROVIDERS.keys()
    assert (ours["providers"], ours["resolved"]) == ([], None)


def test_there_is_no_user() -> None:
    assert "user" not in answers.current_user()
