"""The rows of the token API."""

from typing import Any

from brickyard.server.auth.service import Tokens
from brickyard.server.auth.wire import CreateToken, DeleteToken, token_info
from brickyard.server.route import Permission, Route, json_route
from brickyard.wire.requests import NoFields


def routes(tokens: Tokens) -> tuple[Route, ...]:
    async def create(request: CreateToken) -> dict[str, Any]:
        """Make a token; its value is shown once."""
        value, token = await tokens.create(
            owner="admin", comment=request.comment, lifetime_seconds=request.lifetime_seconds, pid=request.pid
        )
        return {"token_value": value, "token_info": token_info(token)}

    async def delete(request: DeleteToken) -> dict[str, Any]:
        """Delete a token."""
        await tokens.delete(request.token_id)
        return {}

    async def listed(_: NoFields) -> dict[str, Any]:
        """List the tokens, without their values."""
        return {"token_infos": [token_info(token) for token in tokens.listed()]}

    base = "/api/2.0/token"
    return (
        json_route("POST", f"{base}/create", Permission.TOKEN, create, CreateToken),
        json_route("POST", f"{base}/delete", Permission.TOKEN, delete, DeleteToken),
        json_route("GET", f"{base}/list", Permission.TOKEN, listed, NoFields),
    )
