"""The rows of artifacts."""

from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response

from brickyard.errors import InvalidParameterValue
from brickyard.server.artifacts.service import Artifacts
from brickyard.server.artifacts.wire import FilesAnswer, ListOfModel, ListOfRun, ListProxied
from brickyard.server.attachments import attachment
from brickyard.server.route import Permission, Route, json_route, mlflow_routes, raw_route
from brickyard.server.tracking.service import Tracking
from brickyard.wire.paths import relative_segments

_MAX_SMALL_UPLOAD = 10 * 1024 * 1024  # bytes: what the web UI may attach to a run


def routes(artifacts: Artifacts, tracking: Tracking) -> tuple[Route, ...]:
    return (*_proxied(artifacts), *_of_runs(artifacts, tracking), *_of_logged_models(artifacts, tracking))


def _proxied(artifacts: Artifacts) -> tuple[Route, ...]:
    """The service that clients use for ``mlflow-artifacts:`` URIs."""

    async def list_proxied(request: ListProxied) -> FilesAnswer:
        """List the files of a folder of artifacts; names only."""
        segments = relative_segments(request.path)
        return FilesAnswer(files=await artifacts.list(segments, below=len(segments)))

    async def download(request: HttpRequest) -> Response:
        """Send an artifact, or a range of it."""
        return attachment(await artifacts.file(relative_segments(request.path_params["path"])))

    async def upload(request: HttpRequest) -> Response:
        """Store an artifact, streamed."""
        await artifacts.receive(request, relative_segments(request.path_params["path"]))
        return JSONResponse({})

    async def delete(request: HttpRequest) -> Response:
        """Delete an artifact, or a folder of them."""
        await artifacts.remove(relative_segments(request.path_params["path"]))
        return JSONResponse({})

    rows: list[Route] = []
    for prefix in ("/api/2.0", "/ajax-api/2.0"):
        base = f"{prefix}/mlflow-artifacts/artifacts"
        rows += [
            json_route("GET", base, Permission.MLFLOW, list_proxied, ListProxied),
            raw_route("GET", f"{base}/{{path:rest}}", Permission.MLFLOW, download),
            raw_route("HEAD", f"{base}/{{path:rest}}", Permission.MLFLOW, download),
            raw_route("PUT", f"{base}/{{path:rest}}", Permission.MLFLOW, upload),
            raw_route("DELETE", f"{base}/{{path:rest}}", Permission.MLFLOW, delete),
        ]
    return tuple(rows)


def _of_runs(artifacts: Artifacts, tracking: Tracking) -> tuple[Route, ...]:
    async def list_of_run(request: ListOfRun) -> FilesAnswer:
        """List the artifacts of a run."""
        run = await tracking.runs.info(_required(request.run_id or request.run_uuid, "run_id"))
        root = artifacts.segments_of(run.artifact_uri)
        segments = artifacts.segments_of(run.artifact_uri, request.path)
        return FilesAnswer(root_uri=run.artifact_uri, files=await artifacts.list(segments, below=len(root)))

    async def get_artifact(request: HttpRequest) -> Response:
        """Send an artifact of a run to a browser."""
        query = request.query_params
        run = await tracking.runs.info(_required(query.get("run_id") or query.get("run_uuid"), "run_id"))
        path = _required(query.get("path"), "path")
        return attachment(await artifacts.file(artifacts.segments_of(run.artifact_uri, path)))

    async def upload_artifact(request: HttpRequest) -> Response:
        """Attach a small file to a run, from the web UI."""
        run = await tracking.runs.info(_required(request.query_params.get("run_uuid"), "run_uuid"))
        path = _required(request.query_params.get("path"), "path")
        if int(request.headers.get("content-length", "0")) > _MAX_SMALL_UPLOAD:
            raise InvalidParameterValue("Artifact size is too large. Max size is 10MB.")
        await artifacts.receive(request, artifacts.segments_of(run.artifact_uri, path))
        return JSONResponse({})

    return (
        *mlflow_routes("GET", "artifacts/list", list_of_run, ListOfRun),
        raw_route("GET", "/get-artifact", Permission.MLFLOW, get_artifact),
        raw_route("POST", "/ajax-api/2.0/mlflow/upload-artifact", Permission.MLFLOW, upload_artifact),
    )


def _of_logged_models(artifacts: Artifacts, tracking: Tracking) -> tuple[Route, ...]:
    async def list_of_model(request: ListOfModel) -> FilesAnswer:
        """List the artifacts of a logged model."""
        uri = (await tracking.logged_models.get(request.model_id)).info.artifact_uri
        root = artifacts.segments_of(uri)
        segments = artifacts.segments_of(uri, request.artifact_directory_path)
        return FilesAnswer(root_uri=uri, files=await artifacts.list(segments, below=len(root)))

    async def get_artifact(request: HttpRequest) -> Response:
        """Send an artifact of a logged model to a browser."""
        uri = (await tracking.logged_models.get(request.path_params["model_id"])).info.artifact_uri
        path = _required(request.query_params.get("artifact_file_path"), "artifact_file_path")
        return attachment(await artifacts.file(artifacts.segments_of(uri, path)))

    return (
        *mlflow_routes("GET", "logged-models/{model_id}/artifacts/directories", list_of_model, ListOfModel),
        raw_route(
            "GET",
            "/ajax-api/2.0/mlflow/logged-models/{model_id}/artifacts/files",
            Permission.MLFLOW,
            get_artifact,
        ),
    )


def _required(value: str | None, name: str) -> str:
    if not value:
        raise InvalidParameterValue(f"Missing value for required parameter '{name}'.")
    return value
