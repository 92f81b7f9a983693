"""The binding table: every native row, slice by slice. Nothing else."""

from brickyard.server import status, ui_routes
from brickyard.server.artifacts import routes as artifacts
from brickyard.server.auth import routes as auth
from brickyard.server.catalog import pages as catalog_pages
from brickyard.server.catalog import routes as catalog
from brickyard.server.console import pages as console
from brickyard.server.context import Context
from brickyard.server.files import routes as files
from brickyard.server.registry import routes as registry
from brickyard.server.route import Route
from brickyard.server.tracking import routes as tracking


def binding_table(context: Context) -> tuple[Route, ...]:
    return (
        *status.routes(context.status, context.discovery),
        *auth.routes(context.tokens),
        *tracking.routes(context.tracking),
        *artifacts.routes(context.artifacts, context.tracking),
        *files.routes(context.dbfs),
        *registry.routes(context.registry, context.artifacts),
        *catalog.routes(context.catalog),
        *catalog_pages.routes(context.catalog, context.pages),
        *console.routes(context.console, context.tokens, context.pages),
        *ui_routes.routes(context.web_ui, context.tracking, context.registry, context.upstream),
    )
