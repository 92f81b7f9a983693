"""Object stores on this machine: moto for S3 and Cloud Storage, Azurite for Azure."""

import base64
import contextlib
import hashlib
import hmac
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from tests.conftest import free_port

ACCOUNT = "devstoreaccount1"
# Azurite's well-known key, the same in every installation.
ACCOUNT_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
AZURITE = "azurite@3.37.0"
_QUIET = ("--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry", "--silent")
INSTALL_SECONDS = 240
START_SECONDS = 30


@dataclass(frozen=True, kw_only=True)
class Emulator:
    """A running object store with one bucket."""

    url: str
    root: str
    """The bucket's address."""
    environment: Mapping[str, str] = field(repr=False)
    """What opens it, as the environment's variables."""
    options: Mapping[str, str] = field(repr=False)
    """The same for delta-rs."""


@contextlib.contextmanager
def buckets() -> Iterator[str]:
    """moto's server; its URL."""
    port = free_port()
    root = Path(__file__).resolve().parents[2]
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "tests.cloud.buckets", str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=root,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == b"ready"
        yield f"http://127.0.0.1:{port}"
    finally:
        _end(process)


def s3_bucket(url: str, name: str) -> Emulator:
    requests.put(f"{url}/{name}", timeout=20).raise_for_status()
    sign_in = {"AWS_ACCESS_KEY_ID": "AKIATEST", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1"}
    options = {"aws_endpoint": url, "aws_allow_http": "true", **{key.lower(): value for key, value in sign_in.items()}}
    return Emulator(url=url, root=f"s3://{name}", environment={**sign_in, "AWS_ENDPOINT_URL": url}, options=options)


def gs_bucket(url: str, name: str) -> Emulator:
    requests.put(f"{url}/{name}", timeout=20).raise_for_status()
    key = {"gcs_base_url": url, "disable_oauth": True, "client_email": "", "private_key": "", "private_key_id": ""}
    text = json.dumps(key)
    return Emulator(
        url=url,
        root=f"gs://{name}",
        environment={"GOOGLE_SERVICE_ACCOUNT_KEY": text, "GOOGLE_ALLOW_HTTP": "true"},
        options={"google_service_account_key": text, "allow_http": "true"},
    )


@contextlib.contextmanager
def azurite() -> Iterator[str]:
    """Azurite's blob service, in memory; its URL. Skips where npm is missing."""
    main = _installed_azurite()
    port = free_port()
    process = subprocess.Popen(
        ["node", str(main), *_QUIET, "--blobHost", "127.0.0.1", "--blobPort", str(port)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=main.parent,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _answers(url):
            assert process.poll() is None, "Azurite ended"
            assert time.monotonic() < deadline, "Azurite did not answer"
            time.sleep(0.1)
        yield url
    finally:
        _end(process)


def azure_container(url: str, name: str) -> Emulator:
    now = datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    headers = {"x-ms-date": now, "x-ms-version": "2021-08-06", "Content-Length": "0"}
    resource = f"/{ACCOUNT}/{ACCOUNT}/{name}\nrestype:container"
    signed = "PUT" + "\n" * 12 + f"x-ms-date:{now}\nx-ms-version:2021-08-06\n{resource}"
    mac = hmac.new(base64.b64decode(ACCOUNT_KEY), signed.encode(), hashlib.sha256).digest()
    headers["Authorization"] = f"SharedKey {ACCOUNT}:{base64.b64encode(mac).decode()}"
    answer = requests.put(f"{url}/{ACCOUNT}/{name}?restype=container", headers=headers, timeout=20)
    answer.raise_for_status()
    environment = {"AZURE_STORAGE_USE_EMULATOR": "true", "AZURITE_BLOB_STORAGE_URL": url}
    return Emulator(
        url=url,
        root=f"abfss://{name}@{ACCOUNT}.dfs.core.windows.net",
        environment=environment,
        options={"azure_storage_use_emulator": "true"},
    )


def _installed_azurite() -> Path:
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("Azurite needs npm and node, which are not installed")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "brickyard-tests" / AZURITE
    main = cache / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js"
    if not main.exists():
        cache.mkdir(parents=True, exist_ok=True)
        command = [npm, "install", "--ignore-scripts", "--no-fund", "--no-audit", "--prefix", str(cache), AZURITE]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=INSTALL_SECONDS, cwd=cache)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            pytest.skip(f"npm cannot install {AZURITE}: {error}")
    return main


def _answers(url: str) -> bool:
    with contextlib.suppress(requests.RequestException):
        return requests.get(url, timeout=2).status_code > 0
    return False


def _end(process: "subprocess.Popen[bytes]") -> None:
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
