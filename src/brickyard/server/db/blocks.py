"""Inserting many rows by few statements.

Python's SQLite driver gives the interpreter up, and waits for it again, at each row of an executemany. A statement with
the values of a hundred rows does so once, and the thread that decodes requests goes on meanwhile.
"""

from collections.abc import Sequence
from itertools import chain
from typing import Any

from sqlalchemy import Table, bindparam

from brickyard.server.db.connection import Connection
from brickyard.server.db.statements import Statement

ROWS = 100  # of one statement; more are no faster, and 999 values are what old SQLite takes


class BlockInsert:
    """An INSERT of rows, given as tuples in the order of the table's columns.

    `insert` is its form for one row. Where it changes a row on conflict, no two rows of a call may have the same keys.
    """

    def __init__(self, table: Table, insert: Statement) -> None:
        columns = [column.name for column in table.c]
        self._one = _Values(insert, columns, 1)
        self._block = _Values(insert, columns, ROWS)

    def run(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
        whole = len(rows) - len(rows) % ROWS
        for at in range(0, whole, ROWS):
            self._block.insert(connection, list(chain.from_iterable(rows[at : at + ROWS])))
        for row in rows[whole:]:
            self._one.insert(connection, row)


class _Values:
    """An INSERT with a VALUES list of some rows."""

    def __init__(self, insert: Statement, columns: Sequence[str], rows: int) -> None:
        self._names = tuple(f"{name}_{row}" for row in range(rows) for name in columns)
        places: list[dict[str, Any]] = [{name: bindparam(f"{name}_{row}") for name in columns} for row in range(rows)]
        one: Any = insert.clause
        on_postgresql: Any = insert.postgresql
        self._statement = Statement(one.values(places), postgresql=on_postgresql.values(places))

    def insert(self, connection: Connection, values: Sequence[Any]) -> None:
        connection.insert_in_order(self._statement, self._names, values)
