"""SQL of the secrets. Scopes and keys are found by their names in lower case."""

from sqlalchemy import bindparam, delete, func, insert, select

from brickyard.server.db.connection import Connection
from brickyard.server.db.own_tables import secret_acls, secret_scopes, secrets
from brickyard.server.db.statements import Statement
from brickyard.server.db.upsert import upsert
from brickyard.server.secrets.entities import Acl, Scope, Secret

_SECRET_COLUMNS = (secrets.c.name, secrets.c.sealed, secrets.c.sealed_by, secrets.c.updated_at)

_SCOPE = Statement(
    select(secret_scopes.c.name, secret_scopes.c.created_at).where(secret_scopes.c.scope == bindparam("of"))
)
_SCOPES = Statement(select(secret_scopes.c.name, secret_scopes.c.created_at).order_by(secret_scopes.c.scope))
_COUNT_SCOPES = Statement(select(func.count()).select_from(secret_scopes))
_INSERT_SCOPE = Statement(insert(secret_scopes))
_DELETE_SCOPE = Statement(delete(secret_scopes).where(secret_scopes.c.scope == bindparam("of")))

_SECRET = Statement(
    select(*_SECRET_COLUMNS).where(secrets.c.scope == bindparam("of"), secrets.c.key == bindparam("named"))
)
_SECRETS = Statement(select(*_SECRET_COLUMNS).where(secrets.c.scope == bindparam("of")).order_by(secrets.c.key))
_COUNT_SECRETS = Statement(select(func.count()).select_from(secrets).where(secrets.c.scope == bindparam("of")))
_ANY_SECRET = Statement(select(secrets.c.key).limit(1))
_PUT_SECRET = upsert(secrets, keys=("scope", "key"))
_DELETE_SECRET = Statement(
    delete(secrets).where(secrets.c.scope == bindparam("of"), secrets.c.key == bindparam("named"))
)
_DELETE_SECRETS = Statement(delete(secrets).where(secrets.c.scope == bindparam("of")))

_ACLS = Statement(
    select(secret_acls.c.principal, secret_acls.c.permission)
    .where(secret_acls.c.scope == bindparam("of"))
    .order_by(secret_acls.c.principal)
)
_PUT_ACL = upsert(secret_acls, keys=("scope", "principal"))
_DELETE_ACL = Statement(
    delete(secret_acls).where(secret_acls.c.scope == bindparam("of"), secret_acls.c.principal == bindparam("whose"))
)
_DELETE_ACLS = Statement(delete(secret_acls).where(secret_acls.c.scope == bindparam("of")))


def scope(connection: Connection, name: str) -> Scope | None:
    row = connection.one(_SCOPE, of=name.lower())
    return None if row is None else Scope(name=row[0], created_at=row[1])


def scopes(connection: Connection) -> list[Scope]:
    return [Scope(name=name, created_at=created_at) for name, created_at in connection.all(_SCOPES)]


def count_scopes(connection: Connection) -> int:
    row = connection.one(_COUNT_SCOPES)
    return int(row[0]) if row else 0


def insert_scope(connection: Connection, new: Scope) -> None:
    connection.execute(_INSERT_SCOPE, scope=new.name.lower(), name=new.name, created_at=new.created_at)


def delete_scope(connection: Connection, name: str) -> None:
    """The scope, with its secrets and permissions."""
    for statement in (_DELETE_SECRETS, _DELETE_ACLS, _DELETE_SCOPE):
        connection.execute(statement, of=name.lower())


def secret(connection: Connection, scope_name: str, key: str) -> Secret | None:
    row = connection.one(_SECRET, of=scope_name.lower(), named=key.lower())
    return None if row is None else Secret(key=row[0], sealed=row[1], sealed_by=row[2], updated_at=row[3])


def secrets_of(connection: Connection, scope_name: str) -> list[Secret]:
    rows = connection.all(_SECRETS, of=scope_name.lower())
    return [Secret(key=row[0], sealed=row[1], sealed_by=row[2], updated_at=row[3]) for row in rows]


def count_secrets(connection: Connection, scope_name: str) -> int:
    row = connection.one(_COUNT_SECRETS, of=scope_name.lower())
    return int(row[0]) if row else 0


def has_secrets(connection: Connection) -> bool:
    """Whether any scope has one."""
    return connection.one(_ANY_SECRET) is not None


def put_secret(connection: Connection, scope_name: str, new: Secret) -> None:
    connection.execute(
        _PUT_SECRET,
        scope=scope_name.lower(),
        key=new.key.lower(),
        name=new.key,
        sealed=new.sealed,
        sealed_by=new.sealed_by,
        updated_at=new.updated_at,
    )


def delete_secret(connection: Connection, scope_name: str, key: str) -> bool:
    """Whether there was such a secret."""
    return connection.execute(_DELETE_SECRET, of=scope_name.lower(), named=key.lower()) > 0


def acls_of(connection: Connection, scope_name: str) -> list[Acl]:
    rows = connection.all(_ACLS, of=scope_name.lower())
    return [Acl(principal=principal, permission=permission) for principal, permission in rows]


def put_acl(connection: Connection, scope_name: str, acl: Acl) -> None:
    connection.execute(_PUT_ACL, scope=scope_name.lower(), principal=acl.principal, permission=acl.permission)


def delete_acl(connection: Connection, scope_name: str, principal: str) -> bool:
    """Whether there was such a permission."""
    return connection.execute(_DELETE_ACL, of=scope_name.lower(), whose=principal) > 0
