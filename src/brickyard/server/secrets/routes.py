"""The rows of the secrets API."""

import base64
from typing import Any

from brickyard.errors import InvalidParameterValue, MalformedRequest, NotImplementedHere
from brickyard.server.route import Permission, Route, json_route
from brickyard.server.secrets.service import Secrets
from brickyard.server.secrets.wire import (
    CreateScope,
    OneAcl,
    OneScope,
    OneSecret,
    PutAcl,
    PutSecret,
    acl_info,
    scope_info,
    secret_info,
)
from brickyard.wire.requests import NoFields, decode_base64

BASE = "/api/2.0/secrets"


def routes(secrets: Secrets) -> tuple[Route, ...]:
    return (*_of_scopes(secrets), *_of_secrets(secrets), *_of_acls(secrets))


def _of_scopes(secrets: Secrets) -> tuple[Route, ...]:
    async def create(request: CreateScope) -> dict[str, Any]:
        """Make a scope for secrets."""
        if request.scope_backend_type != "DATABRICKS":
            raise NotImplementedHere(
                f"scope_backend_type is {request.scope_backend_type[:50]!r}; only DATABRICKS is offered here."
            )
        await secrets.create_scope(request.scope, request.initial_manage_principal)
        return {}

    async def listed(_: NoFields) -> dict[str, Any]:
        """List the scopes."""
        return {"scopes": [scope_info(scope) for scope in await secrets.scopes()]}

    async def delete(request: OneScope) -> dict[str, Any]:
        """Delete a scope with its secrets."""
        await secrets.delete_scope(request.scope)
        return {}

    return (
        json_route("POST", f"{BASE}/scopes/create", Permission.TOKEN, create, CreateScope),
        json_route("GET", f"{BASE}/scopes/list", Permission.TOKEN, listed, NoFields),
        json_route("POST", f"{BASE}/scopes/delete", Permission.TOKEN, delete, OneScope),
    )


def _of_secrets(secrets: Secrets) -> tuple[Route, ...]:
    async def put(request: PutSecret) -> dict[str, Any]:
        """Store a secret."""
        await secrets.put(request.scope, request.key, _value(request))
        return {}

    async def get(request: OneSecret) -> dict[str, Any]:
        """The value of a secret, in base64."""
        found, value = await secrets.value(request.scope, request.key)
        return {"key": found.key, "value": base64.b64encode(value).decode()}

    async def listed(request: OneScope) -> dict[str, Any]:
        """List the secrets of a scope, without their values."""
        return {"secrets": [secret_info(secret) for secret in await secrets.listed(request.scope)]}

    async def delete(request: OneSecret) -> dict[str, Any]:
        """Delete a secret."""
        await secrets.delete(request.scope, request.key)
        return {}

    return (
        json_route("POST", f"{BASE}/put", Permission.TOKEN, put, PutSecret),
        json_route("GET", f"{BASE}/get", Permission.TOKEN, get, OneSecret),
        json_route("GET", f"{BASE}/list", Permission.TOKEN, listed, OneScope),
        json_route("POST", f"{BASE}/delete", Permission.TOKEN, delete, OneSecret),
    )


def _of_acls(secrets: Secrets) -> tuple[Route, ...]:
    async def put(request: PutAcl) -> dict[str, Any]:
        """Give a principal a permission on a scope."""
        await secrets.put_acl(request.scope, request.principal, request.permission or "READ")
        return {}

    async def get(request: OneAcl) -> dict[str, Any]:
        """The permission of a principal on a scope."""
        return acl_info(await secrets.acl(request.scope, request.principal))

    async def listed(request: OneScope) -> dict[str, Any]:
        """List the permissions on a scope."""
        return {"items": [acl_info(acl) for acl in await secrets.acls(request.scope)]}

    async def delete(request: OneAcl) -> dict[str, Any]:
        """Take the permission of a principal on a scope away."""
        await secrets.delete_acl(request.scope, request.principal)
        return {}

    return (
        json_route("POST", f"{BASE}/acls/put", Permission.TOKEN, put, PutAcl),
        json_route("GET", f"{BASE}/acls/get", Permission.TOKEN, get, OneAcl),
        json_route("GET", f"{BASE}/acls/list", Permission.TOKEN, listed, OneScope),
        json_route("POST", f"{BASE}/acls/delete", Permission.TOKEN, delete, OneAcl),
    )


def _value(request: PutSecret) -> bytes:
    """
    Raises:
        MalformedRequest: both values, or none.
        InvalidParameterValue: not base64, or a text that UTF-8 cannot write.
    """
    if (request.string_value is None) == (request.bytes_value is None):
        raise MalformedRequest("Exactly one of string_value and bytes_value must be given.")
    if request.string_value is not None:
        try:
            return request.string_value.encode()
        except UnicodeEncodeError:
            raise InvalidParameterValue("string_value has a surrogate, which UTF-8 cannot write.") from None
    return decode_base64(request.bytes_value or "", "bytes_value")
