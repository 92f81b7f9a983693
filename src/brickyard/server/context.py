"""The composition root: settings -> database, stores, services. Closed in reverse order."""

import hashlib
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from brickyard.errors import HomeUnusable
from brickyard.server.access_log import AccessLog
from brickyard.server.artifacts.service import Artifacts
from brickyard.server.auth.service import Tokens
from brickyard.server.catalog.service import UnityCatalog
from brickyard.server.children.on_demand import ChildOnDemand
from brickyard.server.console.service import Console
from brickyard.server.data_worker import DataWorker
from brickyard.server.db.database import Database
from brickyard.server.db.engine import open_engine
from brickyard.server.db.schema import prepare
from brickyard.server.disk import Folder
from brickyard.server.files.parts import PartialUploads
from brickyard.server.files.service import Dbfs
from brickyard.server.files.volumes import VolumeFiles, VolumeFinder
from brickyard.server.html.render import Pages
from brickyard.server.mlflow_ui.files import WebUi, installed_folder
from brickyard.server.registry.service import Registry
from brickyard.server.secrets.service import Secrets
from brickyard.server.secrets.vault import Vault
from brickyard.server.status import Status
from brickyard.server.tracking.service import Tracking
from brickyard.server.upstream.environment import stock_environment
from brickyard.server.upstream.process import stock_program
from brickyard.server.upstream.proxy import Upstream
from brickyard.server.workspace.service import Workspace
from brickyard.settings import Settings, clean_environment, cloud_environment

MIN_TOKEN_LENGTH = 20
PROXIED_ARTIFACTS = "mlflow-artifacts:"  # clients send files through the server, wherever it keeps them


@dataclass(frozen=True, kw_only=True)
class Context:
    """Everything that the rows of the binding table call."""

    settings: Settings
    database: Database
    tokens: Tokens
    access_log: AccessLog
    status: Status
    tracking: Tracking
    artifacts: Artifacts
    registry: Registry
    dbfs: Dbfs
    volume_files: VolumeFiles
    uploads: PartialUploads
    catalog: UnityCatalog
    secrets: Secrets
    workspace: Workspace
    upstream: Upstream
    web_ui: WebUi
    pages: Pages
    console: Console
    organization_id: str

    @property
    def discovery(self) -> dict[str, str]:
        """What the Databricks SDK reads when a client is made."""
        return {"oidc_endpoint": f"{self.settings.url}/oidc", "workspace_id": self.organization_id}


@asynccontextmanager
async def open_context(settings: Settings) -> AsyncIterator[Context]:
    """
    Raises:
        HomeUnusable: the home or its database cannot be used; the message tells why.
    """
    async with AsyncExitStack() as stack:
        engine = open_engine(settings.database)
        prepare(engine, settings.database)
        database = await Database(engine).open()
        stack.push_async_callback(database.close)
        tokens = Tokens(database, admin_token(settings))
        await tokens.load()
        access_log = AccessLog(settings.layout.logs / "access.jsonl" if settings.access_log else None)
        stack.callback(access_log.close)
        tracking = Tracking(database, artifact_root=PROXIED_ARTIFACTS)
        await tracking.experiments.ensure_default()
        sockets = Path(stack.enter_context(TemporaryDirectory(prefix="brickyard-")))
        upstream = _upstream(settings, sockets)
        stack.push_async_callback(upstream.close)
        worker = DataWorker(
            sockets,
            environment=clean_environment(**cloud_environment()),
            idle_s=settings.worker_idle_s,
            memory_mb=settings.worker_memory_mb,
        )
        stack.push_async_callback(worker.close)
        catalog = UnityCatalog(
            database, worker, settings.layout, organization_id=organization_id(settings), user="admin"
        )
        stack.push_async_callback(catalog.close)
        await catalog.open()
        files = _folder(settings.layout.files)
        workspace = Workspace(database, _folder(settings.layout.workspace))
        await workspace.open("admin")
        status = Status(
            {
                "upstream": lambda: upstream.state,
                "data_worker": lambda: "stopped" if worker.pid is None else "running",
            }
        )
        yield Context(
            settings=settings,
            database=database,
            tokens=tokens,
            access_log=access_log,
            status=status,
            tracking=tracking,
            artifacts=Artifacts(_folder(settings.layout.artifacts)),
            registry=Registry(database),
            dbfs=Dbfs(files, settings.layout.mounts_file),
            volume_files=VolumeFiles(files, _volume_finder(catalog)),
            uploads=PartialUploads(files),
            catalog=catalog,
            secrets=Secrets(database, Vault(settings.layout.secrets_key), user="admin"),
            workspace=workspace,
            upstream=upstream,
            web_ui=WebUi(installed_folder()),
            pages=Pages(),
            console=Console(database, catalog, status, settings),
            organization_id=organization_id(settings),
        )


def _upstream(settings: Settings, folder: Path) -> Upstream:
    environment = stock_environment(
        clean_environment(), database=settings.database, artifacts=str(settings.layout.artifacts)
    )
    program = stock_program(folder, environment=environment)
    return Upstream(ChildOnDemand(program, idle_s=settings.upstream_idle_s))


def _volume_finder(catalog: UnityCatalog) -> VolumeFinder:
    async def find(catalog_name: str, schema_name: str, name: str) -> tuple[str, str, str]:
        found = await catalog.volumes.get(f"{catalog_name}.{schema_name}.{name}")
        return found.catalog_name, found.schema_name, found.name

    return find


def _folder(root: Path) -> Folder:
    folder = Folder(root)
    folder.prepare()
    return folder


def organization_id(settings: Settings) -> str:
    """The workspace id that Databricks clients ask for: a number that is the home's own."""
    return str(int.from_bytes(hashlib.sha256(str(settings.home).encode()).digest()[:6], "big"))


def admin_token(settings: Settings) -> str:
    """The administrator's token: the setting's, or the home's own, made at the first start.

    Raises:
        HomeUnusable: the setting is too short.
    """
    path = settings.layout.token_file
    if settings.admin_token:
        if len(settings.admin_token) < MIN_TOKEN_LENGTH:
            raise HomeUnusable(f"BRICKYARD_ADMIN_TOKEN must have at least {MIN_TOKEN_LENGTH} characters")
        value = settings.admin_token
    elif path.exists():
        return path.read_text("ascii").strip()
    else:
        value = "dapi" + secrets.token_hex(16)
    path.touch(mode=0o600)
    path.write_text(value + "\n", "ascii")
    return value
