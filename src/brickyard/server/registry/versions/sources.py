"""Where a model version may come from: what it names must be there, and belong to the run or model that it says.

The rules are the stock server's: a version must not become a way to read files of the server's machine.
"""

import posixpath
import re
from dataclasses import dataclass
from urllib.parse import unquote, unquote_plus, urlsplit

from brickyard.errors import BrickyardError, InvalidParameterValue, NotFound
from brickyard.server.db.connection import Connection
from brickyard.server.registry.prompts import IS_PROMPT
from brickyard.server.registry.versions import store
from brickyard.server.registry.versions.wire import CreateVersion
from brickyard.server.tracking.logged_models import store as logged_models
from brickyard.server.tracking.runs import store as runs
from brickyard.wire.checks import parse_model_version

_MODEL_ID = re.compile(r"models:/+(?P<id>m-[0-9a-f]{32})/?(?P<rest>.*)")
_MODEL_VERSION = re.compile(r"models:/+(?P<name>[^/@]+)/(?P<version>\d+)/?")
_RUN = re.compile(r"runs:/+(?P<run_id>[^/]+)/.+")
_PROXIES = ("mlflow-artifacts", "http", "https")
_DECODINGS = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """What is stored of a version's origin."""

    uri: str
    location: str
    run_id: str
    model_id: str


def resolve(connection: Connection, request: CreateVersion) -> Source:
    """
    Raises:
        InvalidParameterValue: a local path outside the run's artifacts, a path that leaves its root, or a source that
            does not belong to the run_id or model_id of the request.
        NotFound: the run, logged model or version that the source names does not exist.
    """
    uri, run_id, model_id = request.source, request.run_id or "", request.model_id or ""
    if any(tag.key == IS_PROMPT for tag in request.tags):
        return Source(uri=uri, location=uri, run_id=run_id, model_id=model_id)
    if model_id and not run_id:
        run_id = _source_run_of_model(connection, model_id)
    _check_is_uri(uri)
    if _is_local(uri):
        _check_local(connection, uri, run_id, model_id)
        return Source(uri=uri, location=uri, run_id=run_id, model_id=model_id)
    _check_no_relative_path(uri)
    if found := _MODEL_ID.fullmatch(uri):
        return _of_logged_model(connection, uri, found["id"], found["rest"], run_id, model_id)
    if found := _MODEL_VERSION.fullmatch(uri):
        return _of_version(connection, found["name"], found["version"], run_id, model_id)
    scheme = urlsplit(uri).scheme
    if scheme == "models":
        raise _invalid(uri, "it names neither a logged model nor a version of a registered model")
    if scheme == "runs":
        named = _RUN.fullmatch(uri)
        if not run_id or named is None or named["run_id"] != run_id:
            raise _invalid(uri, "the run_id request parameter must be the run that the source names")
    if scheme in _PROXIES:
        _check_within(connection, uri, run_id, model_id)
    return Source(uri=uri, location=uri, run_id=run_id, model_id=model_id)


def _of_logged_model(connection: Connection, uri: str, named: str, rest: str, run_id: str, model_id: str) -> Source:
    if model_id and model_id != named:
        raise _invalid(uri, "the model_id request parameter must be the model that the source names")
    model = logged_models.by_id(connection, named)
    if model is None:
        raise NotFound(f"Logged model with ID '{named}' not found.")
    location = f"{model.info.artifact_uri}/{rest}" if rest else model.info.artifact_uri
    return Source(uri=uri, location=location, run_id=run_id or model.info.source_run_id, model_id=named)


def _of_version(connection: Connection, name: str, version: str, run_id: str, model_id: str) -> Source:
    number = parse_model_version(version)
    source = store.by_number(connection, name, number)
    location = store.location(connection, name, number)
    if source is None or location is None:
        raise NotFound(f"Model Version (name={name}, version={number}) not found")
    return Source(uri=f"models:/{name}/{number}", location=location, run_id=run_id or source.run_id, model_id=model_id)


def _source_run_of_model(connection: Connection, model_id: str) -> str:
    model = logged_models.by_id(connection, model_id)
    if model is None:
        raise NotFound(f"Logged model with ID '{model_id}' not found.")
    return model.info.source_run_id


def _is_local(uri: str) -> bool:
    return urlsplit(uri).scheme in {"", "file"} or uri.startswith(("\\", "/"))


def _check_local(connection: Connection, uri: str, run_id: str, model_id: str) -> None:
    for root in _roots(connection, run_id, model_id):
        if _is_local(root) and _is_below(_local_path(uri), _local_path(root)):
            return
    raise _invalid(
        uri,
        "to use a local path as a model version source, the run_id request parameter has to be specified and the local "
        "path has to be contained within the artifact directory of the run specified by the run_id",
    )


def _check_within(connection: Connection, uri: str, run_id: str, model_id: str) -> None:
    parts = urlsplit(uri)
    for root in _roots(connection, run_id, model_id):
        other = urlsplit(root)
        same_place = (parts.scheme, parts.netloc.lower()) == (other.scheme, other.netloc.lower())
        if same_place and _is_below(unquote(parts.path), unquote(other.path)):
            return
    name = "model_id" if model_id else "run_id"
    raise _invalid(uri, f"it must lie within the artifacts of the {name} request parameter")


def _roots(connection: Connection, run_id: str, model_id: str) -> list[str]:
    found = []
    if model_id and (model := logged_models.by_id(connection, model_id)):
        found.append(model.info.artifact_uri)
    if run_id and (run := runs.info(connection, run_id)):
        found.append(run.artifact_uri)
    return found


def _local_path(uri: str) -> str:
    return posixpath.realpath(unquote(urlsplit(uri).path))


def _is_below(path: str, root: str) -> bool:
    return bool(root.strip("/")) and f"{path.rstrip('/')}/".startswith(f"{root.rstrip('/')}/")


def _check_is_uri(uri: str) -> None:
    decoded = uri
    try:
        for _ in range(_DECODINGS):
            urlsplit(decoded)
            decoded = unquote_plus(decoded)
    except ValueError as error:
        raise _invalid(uri, f"it is no URI: {error}") from None
    if "\x00" in decoded:
        raise _invalid(uri, "it must not contain a NUL character")


def _check_no_relative_path(uri: str) -> None:
    decoded = uri
    for _ in range(_DECODINGS):
        path = re.sub(r"/+", "/", urlsplit(decoded).path.rstrip("/"))
        if "\x00" in decoded or ".." in decoded.split("/") or posixpath.normpath(path or "/") != (path or "/"):
            raise _invalid(uri, "an absolute path must be provided without relative path references present")
        following = unquote_plus(decoded)
        if following == decoded:
            return
        decoded = following
    raise _invalid(uri, "it is encoded too often")


def _invalid(uri: str, reason: str) -> BrickyardError:
    return InvalidParameterValue(f"Invalid model version source: '{uri[:500]}': {reason}.")
