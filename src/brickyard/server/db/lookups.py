"""Rows by a list of keys: one statement per table and length, compiled once."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, bindparam, select

from brickyard.server.db.connection import Connection, Row
from brickyard.server.db.statements import Statement

CHUNK = 500  # keys of one statement: within the parameter limits of both databases


def rows_by_key(
    connection: Connection, key: Column[Any], columns: Sequence[Column[Any]], keys: Sequence[str]
) -> Iterator[Row]:
    """The columns of all rows whose key is one of the keys, in no order."""
    for at in range(0, len(keys), CHUNK):
        chunk = keys[at : at + CHUNK]
        statement = _statement(key, tuple(columns), len(chunk))
        yield from connection.all(statement, **{f"key_{place}": value for place, value in enumerate(chunk)})


@lru_cache(maxsize=512)
def _statement(key: Column[Any], columns: tuple[Column[Any], ...], length: int) -> Statement:
    return Statement(select(*columns).where(key.in_([bindparam(f"key_{place}") for place in range(length)])))
