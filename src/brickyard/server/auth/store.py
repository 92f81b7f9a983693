"""SQL of the tokens."""

from sqlalchemy import bindparam, delete, insert, select

from brickyard.server.auth.entities import Token
from brickyard.server.db.connection import Connection
from brickyard.server.db.own_tables import tokens
from brickyard.server.db.statements import Statement

_ALL = Statement(select(*tokens.c).order_by(tokens.c.created_at))
_INSERT = Statement(insert(tokens))
_DELETE = Statement(delete(tokens).where(tokens.c.token_id == bindparam("of")))


def all_tokens(connection: Connection) -> list[Token]:
    names = [column.name for column in tokens.c]
    return [Token(**dict(zip(names, row, strict=True))) for row in connection.all(_ALL)]


def insert_token(connection: Connection, token: Token) -> None:
    connection.execute(
        _INSERT,
        token_id=token.token_id,
        token_hash=token.token_hash,
        comment=token.comment,
        owner=token.owner,
        created_at=token.created_at,
        expires_at=token.expires_at,
        pid=token.pid,
    )


def delete_token(connection: Connection, token_id: str) -> bool:
    """Whether there was such a token."""
    return connection.execute(_DELETE, of=token_id) > 0
