"""Primary keys in SQL: how Databricks declares feature tables. They live in the catalog; no engine knows TIMESERIES.

Grammar: Databricks SQL reference, CONSTRAINT clause and ADD CONSTRAINT clause.
"""

from dataclasses import dataclass, replace

from brickyard.errors import BrickyardError, NotFound
from brickyard.notebook.catalog import CatalogClient, TableEntry, TableName
from brickyard.notebook.engines import conditions
from brickyard.notebook.engines.sql_text import Reader


@dataclass(frozen=True, kw_only=True, slots=True)
class PrimaryKey:
    """A primary key; `timeseries` are those of its columns that say when."""

    name: str = ""
    columns: tuple[str, ...]
    timeseries: tuple[str, ...] = ()

    def named(self, table: TableName) -> "PrimaryKey":
        """The key with a name: Databricks gives <table>_pk."""
        return self if self.name else replace(self, name=f"{table.table}_pk")


@dataclass(frozen=True, kw_only=True, slots=True)
class AddKey:
    parts: tuple[str, ...]
    key: PrimaryKey


@dataclass(frozen=True, kw_only=True, slots=True)
class DropConstraint:
    parts: tuple[str, ...]
    name: str
    """Empty: the primary key, whatever its name."""
    if_exists: bool = False
    cascade: bool = False


def read_alter_table(reader: Reader) -> AddKey | DropConstraint | None:
    """ALTER TABLE … ADD CONSTRAINT … PRIMARY KEY, or … DROP CONSTRAINT | PRIMARY KEY; None: something else.

    Raises:
        UnsupportedOperationException: another kind of constraint.
    """
    if not reader.accept("ALTER", "TABLE"):
        return None
    parts = reader.name()
    if parts is None:
        return None
    if reader.accept("ADD"):
        key = read_table_constraint(reader)
        return AddKey(parts=parts, key=key) if key else None
    if not reader.accept("DROP"):
        return None
    primary = reader.accept("PRIMARY", "KEY")
    if not primary and not reader.accept("CONSTRAINT"):
        return None
    if_exists = reader.accept("IF", "EXISTS")
    name = "" if primary else ".".join(reader.name() or ())
    return DropConstraint(parts=parts, name=name, if_exists=if_exists, cascade=reader.accept("CASCADE"))


def change_key(catalog: CatalogClient, entry: TableEntry, change: AddKey | DropConstraint) -> None:
    """Do what ALTER TABLE asks for a table's constraints.

    Raises:
        AnalysisException: the catalog refuses it.
    """
    name = entry.name
    try:
        if isinstance(change, AddKey):
            key = change.key.named(name)
            catalog.add_primary_key(name, key.name, key.columns, key.timeseries)
        elif change.name or entry.primary_key:
            catalog.drop_constraint(name, change.name or entry.primary_key, cascade=change.cascade)
        elif not change.if_exists:
            raise NotFound(f"the table {name.full} has no primary key")
    except NotFound as error:
        if not getattr(change, "if_exists", False):
            raise conditions.refused(error.message) from None
    except BrickyardError as error:
        raise conditions.refused(error.message) from None


def read_table_constraint(reader: Reader) -> PrimaryKey | None:
    """[CONSTRAINT name] PRIMARY KEY (column [TIMESERIES], …); None: this is no constraint.

    Raises:
        ParseException: the brackets are missing.
        UnsupportedOperationException: FOREIGN KEY or CHECK.
    """
    name = ""
    named = reader.accept("CONSTRAINT")
    if named:
        name = ".".join(reader.name() or ())
    if not reader.accept("PRIMARY", "KEY"):
        if named or reader.accept("FOREIGN", "KEY"):
            raise conditions.not_here("the catalog keeps primary keys alone: leave other constraints out.")
        return None
    inside = reader.in_brackets()
    if inside is None:
        raise conditions.syntax_error("PRIMARY KEY needs columns in brackets.")
    columns: list[str] = []
    timeseries: list[str] = []
    for text in inside.split(","):
        part = Reader(text)
        token = part.take("word", "quoted")
        if token is None:
            raise conditions.syntax_error("PRIMARY KEY needs the names of columns.")
        columns.append(token.value)
        if part.accept("TIMESERIES"):
            timeseries.append(token.value)
    return PrimaryKey(name=name, columns=tuple(columns), timeseries=tuple(timeseries))


def take_column_key(element: str) -> tuple[str, PrimaryKey | None]:
    """A declared column without `[CONSTRAINT name] PRIMARY KEY` at its end, and that key."""
    reader = Reader(element)
    column = reader.take("word", "quoted")
    tokens = reader.tokens
    for position in range(len(tokens) - 1):
        if not (tokens[position].is_word("PRIMARY") and tokens[position + 1].is_word("KEY")):
            continue
        named = position >= 2 and tokens[position - 2].is_word("CONSTRAINT")
        end = tokens[position - 2].start if named else tokens[position].start
        name = tokens[position - 1].value if named else ""
        late = len(tokens) > position + 2 and tokens[position + 2].is_word("TIMESERIES")
        columns = (column.value,) if column else ()
        return element[:end].rstrip(), PrimaryKey(name=name, columns=columns, timeseries=columns if late else ())
    return element, None
