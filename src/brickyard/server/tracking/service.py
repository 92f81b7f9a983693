"""Tracking as one thing: what the composition root builds."""

from brickyard.server.db.database import Database
from brickyard.server.tracking.experiments.service import Experiments
from brickyard.server.tracking.inputs.service import Inputs
from brickyard.server.tracking.logged_models.service import LoggedModels
from brickyard.server.tracking.metrics.service import Metrics
from brickyard.server.tracking.runs.service import Runs


class Tracking:
    """The parts of MLflow tracking over one database."""

    def __init__(self, database: Database, artifact_root: str) -> None:
        self.experiments = Experiments(database, artifact_root)
        self.runs = Runs(database)
        self.metrics = Metrics(database)
        self.inputs = Inputs(database)
        self.logged_models = LoggedModels(database)
