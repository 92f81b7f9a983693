"""The rows of tracking."""

from brickyard.server.route import Route
from brickyard.server.tracking.experiments.routes import routes as experiment_routes
from brickyard.server.tracking.inputs.routes import routes as input_routes
from brickyard.server.tracking.logged_models.routes import routes as logged_model_routes
from brickyard.server.tracking.metrics.routes import routes as metric_routes
from brickyard.server.tracking.runs.routes import routes as run_routes
from brickyard.server.tracking.service import Tracking


def routes(tracking: Tracking) -> tuple[Route, ...]:
    return (
        *experiment_routes(tracking.experiments),
        *run_routes(tracking.runs),
        *metric_routes(tracking.metrics),
        *input_routes(tracking.inputs),
        *logged_model_routes(tracking.logged_models),
    )
