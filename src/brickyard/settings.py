"""Settings, and the layout of the home folder. The only module that reads the environment."""

import os
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from brickyard.errors import HomeUnusable, InvalidParameterValue

DEFAULT_PORT = 5000
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def _setting(default: Any, help_text: str) -> Any:
    return field(default=default, metadata={"help": help_text})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How one server is run. Each field is read from BRICKYARD_<NAME>; options of the command line win."""

    home: Path = _setting(Path(".brickyard"), "the folder that holds everything")
    host: str = _setting("127.0.0.1", "address to listen on; any but loopback demands tokens for everything")
    port: int = _setting(DEFAULT_PORT, "port of the API, the MLflow UI and the console")
    database_uri: str = _setting("", "postgresql://… instead of brickyard.db in the home folder")
    admin_token: str = _setting(
        "", "the administrator's token, at least 20 characters; made at the first start if empty"
    )
    allowed_hosts: str = _setting("", "further host names, comma-separated, that requests may name as this server")
    upstream_idle_s: float = _setting(300.0, "seconds without a request until the stock MLflow server is stopped")
    worker_idle_s: float = _setting(120.0, "seconds without a task until the data worker is stopped")
    worker_memory_mb: int = _setting(4096, "memory that the data worker may use, in MiB")
    cache: Path = _setting(Path("~/.cache/brickyard"), "the folder for what is installed once for all homes: Spark")
    maven_url: str = _setting("https://repo1.maven.org/maven2", "the Maven repository that Delta Lake's jars come from")
    engine: str = _setting("auto", "the Spark engine of runs and notebooks: auto, sail, spark, or sc://host:port")
    spark_idle_s: float = _setting(600.0, "seconds without a session until the JVM of the engine spark is stopped")
    spark_memory_mb: int = _setting(0, "heap of the JVM of the engine spark, in MiB; 0: half of the memory, up to 8192")
    max_body_mb: int = _setting(16, "largest JSON request body, in MiB; artifact and file uploads are not limited")
    access_log: bool = _setting(True, "write one JSON line per request to logs/access.jsonl")

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None, **overrides: Any) -> Self:
        """Settings from the environment (the process's own by default) and overrides; None overrides nothing.

        Raises:
            InvalidParameterValue: a value does not fit its field's type; names the variable.
        """
        source = os.environ if environment is None else environment
        values: dict[str, Any] = {}
        for item in fields(cls):
            name = f"BRICKYARD_{item.name.upper()}"
            if (text := source.get(name)) is not None:
                values[item.name] = _parse(name, text, type(item.default))
        values.update({name: value for name, value in overrides.items() if value is not None})
        values["home"] = Path(values.get("home", cls.home)).expanduser().resolve()
        caches = Path(source.get("XDG_CACHE_HOME") or cls.cache.parent)
        values["cache"] = Path(values.get("cache", caches / "brickyard")).expanduser().resolve()
        return cls(**values)

    @property
    def layout(self) -> "Home":
        return Home(self.home)

    @property
    def is_loopback(self) -> bool:
        return self.host in LOOPBACK

    @property
    def url(self) -> str:
        """The address that clients on this machine use."""
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def database(self) -> str:
        """Database URI in SQLAlchemy's form, without a driver."""
        return self.database_uri or f"sqlite:///{self.layout.database}"


def _parse(name: str, text: str, kind: type) -> Any:
    try:
        if kind is bool:
            return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[text.lower()]
        return kind(text)
    except (ValueError, KeyError):
        raise InvalidParameterValue(f"{name} must be of type {kind.__name__}, not {text!r}") from None


@dataclass(frozen=True)
class Home:
    """Where things lie in a home folder. Copy the folder = move the installation; delete it = clean."""

    root: Path

    @property
    def suits_sail(self) -> bool:
        """Whether the engine sail can write tables here: only where a path is the same in a URI (it encodes twice)."""
        return quote(str(self.root)) == str(self.root)

    @property
    def database(self) -> Path:
        return self.root / "brickyard.db"

    @property
    def artifacts(self) -> Path:
        return self.root / "artifacts"

    @property
    def tables(self) -> Path:
        return self.root / "tables"

    @property
    def files(self) -> Path:
        """Files of dbfs:/ ; Volumes lie in its folder Volumes."""
        return self.root / "files"

    @property
    def endpoints(self) -> Path:
        return self.root / "endpoints"

    @property
    def keys(self) -> Path:
        return self.root / "keys"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def runtime(self) -> Path:
        return self.root / "runtime"

    @property
    def lock(self) -> Path:
        return self.runtime / "lock"

    @property
    def server_file(self) -> Path:
        """JSON of the running server: pid, port, url, started_at (milliseconds)."""
        return self.runtime / "server.json"

    @property
    def token_file(self) -> Path:
        """The administrator's token, mode 0600."""
        return self.runtime / "token"

    @property
    def mounts_file(self) -> Path:
        """JSON of the mount points of dbfs:/ in object stores, mode 0600: they may hold credentials."""
        return self.keys / "mounts.json"

    @property
    def workspace(self) -> Path:
        """Notebooks and files of the workspace: /Shared, /Users, ..."""
        return self.root / "workspace"

    @property
    def secrets_key(self) -> Path:
        """The key that the secrets in the database are encrypted with, mode 0600."""
        return self.keys / "secrets.key"

    def create(self) -> None:
        """Make the folders that are missing.

        Raises:
            HomeUnusable: the folder cannot be written; names it.
        """
        try:
            for folder in (self.artifacts, self.tables, self.files, self.workspace, self.logs):
                folder.mkdir(parents=True, exist_ok=True)
            for folder in (self.keys, self.runtime):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise HomeUnusable(f"the home folder {self.root} cannot be written: {error.strerror}") from error


def process_environment(**extra: str) -> dict[str, str]:
    """This process's environment, for a child that works for the user, with additions."""
    return {**os.environ, **extra}


_CLEAN_NAMES = frozenset(
    {"PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "USER", "LOGNAME", "VIRTUAL_ENV", "SSL_CERT_FILE"}
)


def clean_environment(**extra: str) -> dict[str, str]:
    """An environment without the user's secrets and settings, for the processes that the server starts."""
    kept = {name: value for name, value in os.environ.items() if name in _CLEAN_NAMES}
    return {**kept, "MLFLOW_DISABLE_TELEMETRY": "true", **extra}


_CLOUD_PREFIXES = ("AWS_", "AZURE_STORAGE_", "GOOGLE_")
_CLOUD_NAMES = frozenset(
    {
        "AZURE_ALLOW_HTTP",
        "AZURE_AUTHORITY_HOST",
        "AZURE_CLIENT_ID",
        "AZURE_CLIENT_SECRET",
        "AZURE_FEDERATED_TOKEN_FILE",
        "AZURE_TENANT_ID",
        "AZURITE_BLOB_STORAGE_URL",
        "IDENTITY_ENDPOINT",
        "IDENTITY_HEADER",
        "MSI_ENDPOINT",
    }
)
_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")


def cloud_environment() -> dict[str, str]:
    """The variables of this process's environment that object stores are opened with, for the processes that open them.

    An endpoint of plain http, such as an emulator's, is allowed where it is named.
    """
    found = {
        name: value for name, value in os.environ.items() if name.startswith(_CLOUD_PREFIXES) or name in _CLOUD_NAMES
    }
    endpoint = next((found[name] for name in _ENDPOINTS if found.get(name)), "")
    if endpoint:
        # One name for all libraries: some of them know the first, some the last alone.
        found |= {"AWS_ENDPOINT_URL": endpoint, "AWS_ENDPOINT": endpoint}
    if endpoint.startswith("http://"):
        found.setdefault("AWS_ALLOW_HTTP", "true")
    return found


def environment_variable(name: str, default: str = "") -> str:
    """One variable of this process's environment."""
    return os.environ.get(name, default)


def live_environment() -> MutableMapping[str, str]:
    """This process's environment itself: libraries and later children see what is set in it."""
    return os.environ
