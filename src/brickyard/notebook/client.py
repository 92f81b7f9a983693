"""A small HTTP client of the server for the user's process: start-up must not wait for `requests` or the SDK."""

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any
from urllib.parse import quote, urlencode

from brickyard import errors

BLOCK = 1 << 20
"""Bytes of a block: the largest that DBFS takes in one request."""

_CLASSES = {
    cls.code: cls
    for cls in (
        errors.InvalidParameterValue,
        errors.MalformedRequest,
        errors.BadRequest,
        errors.NotFound,
        errors.EndpointNotFound,
        errors.AlreadyExists,
        errors.InvalidState,
        errors.Conflict,
        errors.Unauthenticated,
        errors.PermissionDenied,
        errors.LimitExceeded,
        errors.RequestTooLarge,
        errors.TooManyRequests,
        errors.NotImplementedHere,
        errors.TemporarilyUnavailable,
        errors.StorageFull,
    )
} | {"NOT_FOUND": errors.FileNotFound}

_BY_STATUS = {
    400: errors.BadRequest,
    401: errors.Unauthenticated,
    403: errors.PermissionDenied,
    404: errors.FileNotFound,
    409: errors.AlreadyExists,
    429: errors.TooManyRequests,
    503: errors.TemporarilyUnavailable,
}
"""For answers without an error body, as those of HEAD."""


class ServerClient:
    """Requests to one server with one token. Thread-safe: it keeps no connection."""

    def __init__(self, url: str, token: str, *, timeout: float = 60.0) -> None:
        self.url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._timeout = timeout
        # Without proxies: the server is this machine's or the team's, and clients' proxies are for the world outside.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def get(self, path: str, /, **query: str | int | bool) -> dict[str, Any]:
        """The JSON answer of a GET."""
        return self._json("GET", path, query, None)

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The JSON answer of a POST."""
        return self._json("POST", path, {}, body)

    def send(
        self, method: str, path: str, /, *, data: Iterable[bytes] | None = None, **query: str | int | bool
    ) -> None:
        """A request with a raw body, streamed; the answer is not read."""
        with self.open(method, path, data=data, **query):
            pass

    @contextmanager
    def open(
        self, method: str, path: str, /, *, data: Iterable[bytes] | None = None, **query: str | int | bool
    ) -> Iterator[IO[bytes]]:
        """The answer as a stream.

        Raises:
            BrickyardError: the server's error, by its error_code.
            TemporarilyUnavailable: the server does not answer.
        """
        headers = {**self._headers, **({} if data is None else {"Content-Type": "application/octet-stream"})}
        with self._open(method, path, query, data, headers) as answer:
            yield answer

    def _json(
        self, method: str, path: str, query: Mapping[str, str | int | bool], body: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        headers = {**self._headers, "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        with self._open(method, path, query, data, headers) as answer:
            text = answer.read()
        try:
            value = json.loads(text or b"{}")
        except ValueError:
            raise errors.TemporarilyUnavailable(f"{self.url}{path} did not answer JSON: is it Brickyard?") from None
        return value if isinstance(value, dict) else {}

    def _open(
        self,
        method: str,
        path: str,
        query: Mapping[str, str | int | bool],
        data: bytes | Iterable[bytes] | None,
        headers: Mapping[str, str],
    ) -> Any:
        text = {name: str(value).lower() if isinstance(value, bool) else value for name, value in query.items()}
        address = self.url + quote(path) + (f"?{urlencode(text)}" if text else "")
        request = urllib.request.Request(address, data=data, headers=dict(headers), method=method)
        try:
            return self._opener.open(request, timeout=self._timeout)
        except urllib.error.HTTPError as error:
            raise _error_of(error) from None
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            raise errors.TemporarilyUnavailable(
                f"the Brickyard server at {self.url} does not answer ({reason}): does `brickyard up` run?"
            ) from None


def _error_of(error: urllib.error.HTTPError) -> errors.BrickyardError:
    text = error.read()
    try:
        body = json.loads(text)
        code, message = str(body["error_code"]), str(body.get("message", ""))
    except (ValueError, KeyError, TypeError):
        code = message = ""
    cls = _CLASSES.get(code) or _BY_STATUS.get(error.code, errors.BrickyardError)
    return cls(message or f"{error.code} {error.reason} for {error.url}")
