"""INSERT … ON CONFLICT, built for both databases."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from brickyard.server.db.statements import Statement


def upsert(table: Table, *, keys: Sequence[str], newer_than: Sequence[str] = ()) -> Statement:
    """Insert a row, or give the row with these keys the new values.

    With `newer_than`, an existing row changes only if the new one is greater in these columns, compared in this order.
    """
    return Statement(
        _upsert(sqlite.insert(table), table, keys, newer_than),
        postgresql=_upsert(postgresql.insert(table), table, keys, newer_than),
    )


def insert_new(table: Table) -> Statement:
    """Insert a row unless one with its keys is there."""
    return Statement(
        sqlite.insert(table).on_conflict_do_nothing(), postgresql=postgresql.insert(table).on_conflict_do_nothing()
    )


def _upsert(statement: Any, table: Table, keys: Sequence[str], newer_than: Sequence[str]) -> Any:
    new = statement.excluded
    changed = {column.name: new[column.name] for column in table.c if column.name not in keys}
    where = None
    if newer_than:
        where = tuple_(*(new[name] for name in newer_than)) > tuple_(*(table.c[name] for name in newer_than))
    return statement.on_conflict_do_update(index_elements=list(keys), set_=changed, where=where)
