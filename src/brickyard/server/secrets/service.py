"""The rules of secrets.

Limits: 1,000 scopes, 1,000 secrets in a scope, 128 KiB in a value, 128 characters in a name.
Source: https://docs.databricks.com/aws/en/security/secrets/
"""

import asyncio
import re

import msgspec

from brickyard.clock import now_ms
from brickyard.errors import AlreadyExists, InvalidParameterValue, InvalidState, LimitExceeded, NotFound
from brickyard.server.db.connection import Connection
from brickyard.server.db.database import Database
from brickyard.server.secrets import store
from brickyard.server.secrets.entities import Acl, AclLevel, Scope, Secret
from brickyard.server.secrets.vault import Vault

MAX_VALUE = 128 * 1024  # bytes
MAX_SCOPES = 1000
MAX_SECRETS = 1000
MAX_PRINCIPAL = 255  # characters
EVERYONE = "users"

_NAME = re.compile(r"[A-Za-z0-9_.@-]{1,128}")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


class Secrets:
    """Scopes, secrets and who may do what with them. Names are alike when they differ by case alone.

    The permissions are kept and shown, not enforced: whoever has a token of this server is its user.
    """

    def __init__(self, database: Database, vault: Vault, user: str) -> None:
        self._database = database
        self._vault = vault
        self._user = user

    async def create_scope(self, name: str, initial_manage_principal: str = "") -> None:
        """
        Raises:
            InvalidParameterValue: a bad name, or a principal other than `users`.
            AlreadyExists: there is one of that name.
            LimitExceeded: there are 1,000 scopes.
        """
        new = Scope(name=_checked_name("scope", name), created_at=now_ms())
        if initial_manage_principal not in {"", EVERYONE}:
            raise InvalidParameterValue(
                f"initial_manage_principal is {initial_manage_principal[:200]!r}; only {EVERYONE!r} is allowed."
            )
        manager = Acl(principal=initial_manage_principal or self._user, permission="MANAGE")

        def write(connection: Connection) -> None:
            if store.scope(connection, name) is not None:
                raise AlreadyExists(f"Scope {name} already exists!")
            if store.count_scopes(connection) >= MAX_SCOPES:
                raise LimitExceeded(f"There are {MAX_SCOPES} secret scopes already; delete some.")
            store.insert_scope(connection, new)
            store.put_acl(connection, name, manager)

        await self._database.write(write)

    async def scopes(self) -> list[Scope]:
        """All scopes by name."""
        return await self._database.read(store.scopes)

    async def delete_scope(self, name: str) -> None:
        """Delete a scope with its secrets.

        Raises:
            NotFound: no such scope.
        """

        def write(connection: Connection) -> None:
            _require_scope(connection, name)
            store.delete_scope(connection, name)

        await self._database.write(write)

    async def put(self, scope: str, key: str, value: bytes) -> None:
        """Store a secret, or give it another value.

        Raises:
            InvalidParameterValue: a bad key, or a value of more than 128 KiB.
            NotFound: no such scope.
            LimitExceeded: the scope has 1,000 secrets.
            InvalidState: the key file is missing although there are secrets, or unreadable.
        """
        _checked_name("scope", scope)
        _checked_name("key", key)
        if len(value) > MAX_VALUE:
            raise InvalidParameterValue(f"The value of {key} has {len(value)} bytes; a secret has at most {MAX_VALUE}.")
        sealed, sealed_by = await self._seal(value, _full_name(scope, key))
        new = Secret(key=key, sealed=sealed, sealed_by=sealed_by, updated_at=now_ms())

        def write(connection: Connection) -> None:
            _require_scope(connection, scope)
            before = store.secret(connection, scope, key)
            if before is None and store.count_secrets(connection, scope) >= MAX_SECRETS:
                raise LimitExceeded(f"Scope {scope} has {MAX_SECRETS} secrets already; delete some.")
            store.put_secret(connection, scope, msgspec.structs.replace(new, key=before.key) if before else new)

        await self._database.write(write)

    async def value(self, scope: str, key: str) -> tuple[Secret, bytes]:
        """A secret and its value.

        Raises:
            NotFound: no such scope or secret.
            InvalidState: it cannot be decrypted; says why.
        """

        def read(connection: Connection) -> Secret:
            _require_scope(connection, scope)
            found = store.secret(connection, scope, key)
            if found is None:
                raise NotFound(f"Secret does not exist with scope: {scope} and key: {key}")
            return found

        found = await self._database.read(read)
        opened = await asyncio.to_thread(self._vault.open, found.sealed, found.sealed_by, _full_name(scope, key))
        return found, opened

    async def listed(self, scope: str) -> list[Secret]:
        """The secrets of a scope by key.

        Raises:
            NotFound: no such scope.
        """

        def read(connection: Connection) -> list[Secret]:
            _require_scope(connection, scope)
            return store.secrets_of(connection, scope)

        return await self._database.read(read)

    async def delete(self, scope: str, key: str) -> None:
        """
        Raises:
            NotFound: no such scope or secret.
        """

        def write(connection: Connection) -> None:
            _require_scope(connection, scope)
            if not store.delete_secret(connection, scope, key):
                raise NotFound(f"Secret does not exist with scope: {scope} and key: {key}")

        await self._database.write(write)

    async def put_acl(self, scope: str, principal: str, permission: AclLevel) -> None:
        """Give a principal a permission on a scope, in place of the one it had.

        Raises:
            InvalidParameterValue: a bad principal.
            NotFound: no such scope.
        """
        if not principal or len(principal) > MAX_PRINCIPAL or _UNPRINTABLE.search(principal):
            raise InvalidParameterValue(f"principal must have 1 to {MAX_PRINCIPAL} printable characters.")

        def write(connection: Connection) -> None:
            _require_scope(connection, scope)
            store.put_acl(connection, scope, Acl(principal=principal, permission=permission))

        await self._database.write(write)

    async def acl(self, scope: str, principal: str) -> Acl:
        """
        Raises:
            NotFound: no such scope, or no permission of this principal.
        """
        found = next((acl for acl in await self.acls(scope) if acl.principal == principal), None)
        if found is None:
            raise NotFound(f"No ACL of principal {principal[:200]!r} exists on scope {scope}.")
        return found

    async def acls(self, scope: str) -> list[Acl]:
        """Who may do what with a scope, by principal.

        Raises:
            NotFound: no such scope.
        """

        def read(connection: Connection) -> list[Acl]:
            _require_scope(connection, scope)
            return store.acls_of(connection, scope)

        return await self._database.read(read)

    async def delete_acl(self, scope: str, principal: str) -> None:
        """
        Raises:
            NotFound: no such scope, or no permission of this principal.
        """

        def write(connection: Connection) -> None:
            _require_scope(connection, scope)
            if not store.delete_acl(connection, scope, principal):
                raise NotFound(f"No ACL of principal {principal[:200]!r} exists on scope {scope}.")

        await self._database.write(write)

    async def _seal(self, value: bytes, name: str) -> tuple[str, str]:
        """Encrypt with the home's key, which is made at the first secret.

        A new key beside secrets of a lost one would make it impossible to put that one back.
        """
        if self._vault.is_new:
            if await self._database.read(store.has_secrets):
                raise InvalidState(
                    "The key of the secrets, keys/secrets.key of the home folder, is missing, and secrets are stored: "
                    "put it back, or delete the scopes that hold secrets."
                )
            await asyncio.to_thread(self._vault.create)
        return await asyncio.to_thread(self._vault.seal, value, name)


def _checked_name(field: str, name: str) -> str:
    if not _NAME.fullmatch(name):
        raise InvalidParameterValue(
            f"{field} is {name[:200]!r}: it must have 1 to 128 characters, each alphanumeric, '-', '_', '@' or '.'."
        )
    return name


def _full_name(scope: str, key: str) -> str:
    """What a value is sealed with; neither part can have a slash."""
    return f"{scope}/{key}".lower()


def _require_scope(connection: Connection, name: str) -> None:
    """
    Raises:
        NotFound: no such scope.
    """
    if store.scope(connection, name) is None:
        raise NotFound(f"Scope {name[:200]} does not exist!")
