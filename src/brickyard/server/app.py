"""The binding table: every native row, slice by slice. Nothing else."""

from brickyard.server import status
from brickyard.server.artifacts import routes as artifacts
from brickyard.server.auth import routes as auth
from brickyard.server.catalog import pages as catalog_pages
from brickyard.server.catalog import routes as catalog
from brickyard.server.console import pages as console
from brickyard.server.context import Context
from brickyard.server.files import routes as files
from brickyard.server.files import volume_routes as volume_files
from brickyard.server.mlflow_ui import routes as mlflow_ui
from brickyard.server.registry import routes as registry
from brickyard.server.route import Route
from brickyard.server.secrets import routes as secrets
from brickyard.server.tracking import routes as tracking
from brickyard.server.workspace import routes as workspace


def binding_table(context: Context) -> tuple[Route, ...]:
    return (
        *status.routes(context.status, context.discovery),
        *auth.routes(context.tokens),
        *tracking.routes(context.tracking),
        *artifacts.routes(context.artifacts, context.tracking),
        *files.routes(context.dbfs),
        *volume_files.routes(context.volume_files, context.uploads),
        *registry.routes(context.registry, context.artifacts),
        *catalog.routes(context.catalog),
        *secrets.routes(context.secrets),
        *workspace.routes(context.workspace),
        *catalog_pages.routes(context.catalog, context.pages),
        *console.routes(context.console, context.tokens, context.pages),
        *mlflow_ui.routes(context.web_ui, context.tracking, context.registry, context.upstream),
    )
