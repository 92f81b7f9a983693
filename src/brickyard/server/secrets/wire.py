"""Bytes <-> the secrets API."""

from typing import Any

from brickyard.server.secrets.entities import Acl, AclLevel, Scope, Secret
from brickyard.wire.requests import Request


class CreateScope(Request, frozen=True):
    required = ("scope",)
    scope: str = ""
    initial_manage_principal: str = ""
    scope_backend_type: str = "DATABRICKS"


class OneScope(Request, frozen=True):
    required = ("scope",)
    scope: str = ""


class OneSecret(Request, frozen=True):
    required = ("scope", "key")
    scope: str = ""
    key: str = ""


class PutSecret(Request, frozen=True):
    required = ("scope", "key")
    scope: str = ""
    key: str = ""
    string_value: str | None = None
    bytes_value: str | None = None


class PutAcl(Request, frozen=True):
    required = ("scope", "principal", "permission")
    scope: str = ""
    principal: str = ""
    permission: AclLevel | None = None


class OneAcl(Request, frozen=True):
    required = ("scope", "principal")
    scope: str = ""
    principal: str = ""


def scope_info(scope: Scope) -> dict[str, Any]:
    return {"name": scope.name, "backend_type": "DATABRICKS"}


def secret_info(secret: Secret) -> dict[str, Any]:
    return {"key": secret.key, "last_updated_timestamp": secret.updated_at}


def acl_info(acl: Acl) -> dict[str, Any]:
    return {"principal": acl.principal, "permission": acl.permission}
