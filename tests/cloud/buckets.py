"""`python -m tests.cloud.buckets PORT`: moto's S3 server, for Google's Cloud Storage too, whose XML API is S3's.

It ends when its standard input closes. Requests that sign in as REFUSED get a 403, so that tests see which credentials
arrive.
"""

import os
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

REFUSED = "AKIAREFUSED"
SIGNED = "AWS4-HMAC-SHA256 Credential=AKIATEST/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Tests read errors, not logs."""


class Buckets:
    """moto behind a doorkeeper."""

    def __init__(self) -> None:
        self._moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        given = environ.get("HTTP_AUTHORIZATION", "")
        if REFUSED in given:
            start_response("403 Forbidden", [("Content-Type", "application/xml")])
            return [b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"]
        if not given.startswith("AWS4"):
            environ["HTTP_AUTHORIZATION"] = SIGNED  # Google's ways to sign in are not for moto
        answer: Iterable[bytes] = self._moto(environ, start_response)
        return answer


def main() -> None:
    server = make_server("127.0.0.1", int(sys.argv[1]), Buckets(), threaded=True, request_handler=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print("ready", flush=True)
    while os.read(0, 4096):
        pass
    os._exit(0)


if __name__ == "__main__":
    main()
