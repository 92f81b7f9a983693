"""The rows of constraints."""

from typing import Any

from brickyard.server.catalog.constraints.service import Constraints
from brickyard.server.catalog.constraints.wire import CreateConstraint, DeleteConstraint, constraint_info, primary_key
from brickyard.server.catalog.wire import unity_route
from brickyard.server.route import Route


def routes(constraints: Constraints) -> tuple[Route, ...]:
    async def create(request: CreateConstraint) -> dict[str, Any]:
        """Give a table a primary key."""
        return constraint_info(await constraints.create(request.full_name_arg, primary_key(request)))

    async def delete(request: DeleteConstraint) -> dict[str, Any]:
        """Delete a constraint of a table."""
        await constraints.delete(request.full_name, request.constraint_name)
        return {}

    return (
        unity_route("POST", "constraints", create, CreateConstraint),
        unity_route("DELETE", "constraints/{full_name}", delete, DeleteConstraint),
    )
