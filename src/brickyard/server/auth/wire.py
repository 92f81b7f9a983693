"""Bytes <-> tokens: the Databricks token API."""

from typing import Any

from brickyard.server.auth.entities import Token
from brickyard.wire.requests import Request


class CreateToken(Request, frozen=True):
    comment: str = ""
    lifetime_seconds: int | None = None
    pid: int | None = None


class DeleteToken(Request, frozen=True):
    required = ("token_id",)
    token_id: str = ""


def token_info(token: Token) -> dict[str, Any]:
    return {
        "token_id": token.token_id,
        "creation_time": token.created_at,
        "expiry_time": -1 if token.expires_at is None else token.expires_at,
        "comment": token.comment,
    }
