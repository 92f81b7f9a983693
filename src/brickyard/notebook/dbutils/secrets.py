"""dbutils.secrets: secrets of the server, by its secrets API."""

import base64
from collections.abc import Sequence
from typing import NamedTuple

from brickyard.notebook.client import ServerClient
from brickyard.notebook.dbutils.help import Documented


class SecretScope(NamedTuple):
    """A named set of secrets."""

    name: str

    def getName(self) -> str:
        """The scope's name."""
        return self.name


class SecretMetadata(NamedTuple):
    """A secret, without its value."""

    key: str


class Secrets(Documented):
    """Secrets: read them, list their names."""

    title = "dbutils.secrets"

    def __init__(self, client: ServerClient) -> None:
        self._client = client

    def get(self, scope: str, key: str) -> str:
        """The value of a secret, as text.

        Raises:
            NotFound: no such scope or key.
        """
        return self.getBytes(scope, key).decode()

    def getBytes(self, scope: str, key: str) -> bytes:
        """The value of a secret, as bytes.

        Raises:
            NotFound: no such scope or key.
        """
        return base64.b64decode(self._client.get("/api/2.0/secrets/get", scope=scope, key=key)["value"])

    def list(self, scope: str) -> "Sequence[SecretMetadata]":
        """The names of a scope's secrets."""
        found = self._client.get("/api/2.0/secrets/list", scope=scope).get("secrets", [])
        return [SecretMetadata(key=entry["key"]) for entry in found]

    def listScopes(self) -> "Sequence[SecretScope]":
        """The scopes."""
        return [SecretScope(name=s["name"]) for s in self._client.get("/api/2.0/secrets/scopes/list").get("scopes", [])]
