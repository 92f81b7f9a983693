"""The registry as one thing: what the composition root builds."""

from brickyard.server.db.database import Database
from brickyard.server.registry.models.service import Models
from brickyard.server.registry.versions.service import Versions


class Registry:
    """Registered models and their versions, over one database."""

    def __init__(self, database: Database) -> None:
        self.models = Models(database)
        self.versions = Versions(database)
