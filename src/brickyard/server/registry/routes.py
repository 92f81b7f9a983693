"""The rows of the registry."""

from brickyard.server.artifacts.service import Artifacts
from brickyard.server.registry.models.routes import routes as model_routes
from brickyard.server.registry.service import Registry
from brickyard.server.registry.versions.routes import routes as version_routes
from brickyard.server.route import Route


def routes(registry: Registry, artifacts: Artifacts) -> tuple[Route, ...]:
    return (*model_routes(registry.models), *version_routes(registry.versions, artifacts))
