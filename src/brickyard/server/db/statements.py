"""SQLAlchemy Core statements, compiled to SQL and run on the bare driver.

SQLAlchemy builds every statement; executing one through its engine costs 40-60 microseconds of Python, several times
what SQLite itself needs for a row. So a statement that does not change is compiled once per dialect, and its text runs
on the driver's own cursor. Values cross as plain str, int, float, bool, bytes or None.
"""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any, TypeAlias

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.sql.elements import ClauseElement

SQLITE: Dialect = sqlite.dialect()
POSTGRES: Dialect = postgresql.psycopg.dialect()  # type: ignore[no-untyped-call]  # as above
SQLITE.supports_native_boolean = False

Parameters: TypeAlias = Sequence[Any] | Mapping[str, Any]


class Statement:
    """A statement of fixed shape whose bound parameters get their values at each execution.

    `postgresql` is its form there, when SQLAlchemy has no common one.
    """

    __slots__ = ("_compiled", "clause", "postgresql")

    def __init__(self, clause: ClauseElement, *, postgresql: ClauseElement | None = None) -> None:
        self.clause = clause
        self.postgresql = clause if postgresql is None else postgresql
        self._compiled: dict[str, tuple[str, tuple[str, ...] | None, dict[str, Any]]] = {}

    def bind(self, dialect: Dialect, values: Mapping[str, Any]) -> tuple[str, Parameters]:
        """SQL text and the driver's parameters; parameters without a value keep the one of the statement."""
        sql, order, defaults = self._compiled.get(dialect.name) or self._compile(dialect)
        if order is None:
            return sql, {**defaults, **values}
        if defaults:
            values = {**defaults, **values}
        return sql, [values[name] for name in order]

    def bind_many(self, dialect: Dialect, rows: Sequence[Mapping[str, Any]]) -> tuple[str, list[Parameters]]:
        sql, order, defaults = self._compiled.get(dialect.name) or self._compile(dialect)
        filled = [{**defaults, **row} for row in rows] if defaults else rows
        if order is None:
            return sql, list(filled)
        if len(order) == 1:
            return sql, [[row[order[0]]] for row in filled]
        return sql, list(map(itemgetter(*order), filled))

    def bind_in_order(self, dialect: Dialect, names: tuple[str, ...], values: Sequence[Any]) -> tuple[str, Parameters]:
        """The same for values that come in the order of `names`, which are all of the statement's parameters."""
        sql, order, _ = self._compiled.get(dialect.name) or self._compile(dialect)
        if order == names:
            return sql, values
        named = dict(zip(names, values, strict=True))
        return sql, named if order is None else [named[name] for name in order]

    def _compile(self, dialect: Dialect) -> tuple[str, tuple[str, ...] | None, dict[str, Any]]:
        clause = self.postgresql if dialect is POSTGRES else self.clause
        compiled = clause.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        binds = compiled.binds  # type: ignore[attr-defined]  # only SQL compilers have it
        # A value of an IN list has no bind of its own.
        defaults = {
            name: value
            for name, value in (compiled.params or {}).items()
            if name not in binds or not binds[name].required
        }
        order = tuple(compiled.positiontup) if compiled.positiontup is not None else None  # type: ignore[attr-defined]
        entry = (str(compiled), order, defaults)
        self._compiled[dialect.name] = entry
        return entry


def compile_once(clause: ClauseElement, dialect: Dialect) -> tuple[str, Parameters]:
    """SQL text and parameters of a statement that was built for one execution, with its values in it."""
    compiled = clause.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    values = compiled.params or {}
    order = compiled.positiontup  # type: ignore[attr-defined]  # only SQL compilers have it
    return str(compiled), values if order is None else [values[name] for name in order]
