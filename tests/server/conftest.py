"""What the tests of several slices need."""

import pytest
from databricks.sdk import WorkspaceClient

from tests.conftest import LiveServer


@pytest.fixture
def client(server: LiveServer) -> WorkspaceClient:
    """The stock SDK, signed in to the shared server."""
    return WorkspaceClient(host=server.url, token=server.token)
