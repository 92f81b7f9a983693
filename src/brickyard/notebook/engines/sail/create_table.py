"""CREATE TABLE, with columns or AS a query, read from SQL into a write to the table.

Sail would create tables of its own managed kind, which other Delta readers cannot open, and has no OR REPLACE. So the
statement's head is read here; columns are parsed by the engine, and the text of the query goes to it unchanged.
Grammar: Databricks SQL reference, CREATE TABLE [USING].
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

import pyspark.sql.connect.proto as pb
from pyspark.sql.types import StructField, StructType

from brickyard.notebook.engines import conditions
from brickyard.notebook.engines.constraints import PrimaryKey, read_table_constraint, take_column_key
from brickyard.notebook.engines.plans import EngineCalls
from brickyard.notebook.engines.sail.gaps import gap
from brickyard.notebook.engines.sail.writes import Mode
from brickyard.notebook.engines.sql_text import Reader


@dataclass(frozen=True, kw_only=True, slots=True)
class CreateTable:
    """A CREATE TABLE statement."""

    parts: tuple[str, ...]
    mode: Mode
    columns: tuple[str, ...] = ()
    """The declared columns as they are written, without constraints."""
    key: PrimaryKey | None = None
    source: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    partition_by: tuple[str, ...] = ()
    location: str = ""
    comment: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    query: str = ""


def read_create_table(reader: Reader) -> CreateTable | None:
    """The statement, or None where this is another one.

    Raises:
        ParseException: a clause that CREATE TABLE does not have.
        UnsupportedOperationException: LIKE, CLONE, or CLUSTER BY.
    """
    mode = _mode(reader)
    if mode is None:
        return None
    name = reader.name()
    if name is None:
        raise conditions.syntax_error("CREATE TABLE needs the name of the table.")
    statement = CreateTable(parts=name, mode=mode)
    if (text := reader.in_brackets()) is not None:
        columns, key = _columns(text)
        statement = replace(statement, columns=columns, key=key)
    while not reader.at_end:
        if reader.accept("AS") or (reader.next is not None and reader.next.is_word("SELECT", "WITH", "VALUES")):
            return replace(statement, query=reader.rest())
        statement = _clause(reader, statement)
    return statement


def columns_of(statement: CreateTable, calls: EngineCalls) -> StructType:
    """The declared columns; those of the primary key may not be null."""
    schema = calls.parse_ddl(", ".join(statement.columns)) if statement.columns else StructType([])
    key = statement.key.columns if statement.key else ()
    lower = {name.lower() for name in key}
    fields = []
    for column, text in zip(schema.fields, statement.columns, strict=True):
        may_be_null = column.nullable and column.name.lower() not in lower
        comment = _comment_of(text)  # the engine's parser drops it
        metadata = {"comment": comment} if comment else column.metadata
        fields.append(StructField(column.name, column.dataType, may_be_null, metadata))
    return StructType(fields)


def query_of(statement: CreateTable, sql: pb.SQL) -> pb.Relation:
    """The query of AS. Parameters of the statement are the query's."""
    relation = pb.Relation()
    relation.sql.CopyFrom(sql)
    relation.sql.query = statement.query
    return relation


def _mode(reader: Reader) -> Mode | None:
    if reader.accept("CREATE", "OR", "REPLACE", "TABLE"):
        return Mode.CREATE_OR_REPLACE
    if reader.accept("REPLACE", "TABLE"):
        return Mode.REPLACE
    if reader.accept("CREATE", "TABLE") or reader.accept("CREATE", "EXTERNAL", "TABLE"):
        return Mode.CREATE_IF_MISSING if reader.accept("IF", "NOT", "EXISTS") else Mode.CREATE
    return None


def _clause(reader: Reader, statement: CreateTable) -> CreateTable:
    if reader.accept("USING"):
        return replace(statement, source=_word(reader, "USING"))
    if reader.accept("PARTITIONED", "BY"):
        return replace(statement, partition_by=_names(reader, "PARTITIONED BY"))
    if reader.accept("LOCATION"):
        return replace(statement, location=_text(reader, "LOCATION"))
    if reader.accept("COMMENT"):
        return replace(statement, comment=_text(reader, "COMMENT"))
    if reader.accept("TBLPROPERTIES"):
        return replace(statement, properties=_pairs(reader, "TBLPROPERTIES"))
    if reader.accept("OPTIONS"):
        return replace(statement, options=_pairs(reader, "OPTIONS"))
    at = reader.next
    if at is not None and at.is_word("LIKE", "SHALLOW", "DEEP", "CLONE"):
        raise conditions.not_here(f"the engine sail has no CREATE TABLE … {at.text.upper()}: use {_CLONE.hint}")
    if at is not None and at.is_word("CLUSTER"):
        raise conditions.not_here("the engine sail does not cluster tables: leave CLUSTER BY out, or partition them.")
    raise conditions.syntax_error(f"CREATE TABLE has no clause {at.text if at else ''!r}.")


_CLONE = gap("CREATE TABLE … LIKE, SHALLOW CLONE, DEEP CLONE")


def _columns(text: str) -> tuple[tuple[str, ...], PrimaryKey | None]:
    """The declared columns without constraints, and the primary key."""
    columns: list[str] = []
    key: PrimaryKey | None = None
    for element in _elements(text):
        found = read_table_constraint(Reader(element))
        if found is None:
            element, found = take_column_key(element)
            columns.append(element)
        key = found or key
    return tuple(columns), key


def _comment_of(column: str) -> str:
    tokens = Reader(column).tokens
    pairs = pairwise(tokens)
    return next((text.value for word, text in pairs if word.is_word("COMMENT") and text.kind == "string"), "")


def _elements(text: str) -> list[str]:
    """The parts between the commas that stand in no brackets."""
    reader, depth, start = Reader(text), 0, 0
    parts: list[str] = []
    for token in reader.tokens:
        if token.kind != "symbol":
            continue
        depth += {"(": 1, "<": 1, ")": -1, ">": -1}.get(token.text, 0)
        if token.text == "," and depth == 0:
            parts.append(text[start : token.start].strip())
            start = token.end
    return [part for part in (*parts, text[start:].strip()) if part]


def _word(reader: Reader, clause: str) -> str:
    token = reader.take("word", "quoted")
    if token is None:
        raise conditions.syntax_error(f"{clause} needs a name.")
    return token.value


def _text(reader: Reader, clause: str) -> str:
    token = reader.take("string")
    if token is None:
        raise conditions.syntax_error(f"{clause} needs a text in quotes.")
    return token.value


def _names(reader: Reader, clause: str) -> tuple[str, ...]:
    inside = reader.in_brackets()
    parts = [Reader(part) for part in _elements(inside or "")]
    names = [part.take("word", "quoted") for part in parts]
    if not names or any(name is None or not part.at_end for name, part in zip(names, parts, strict=True)):
        raise conditions.syntax_error(f"{clause} needs the names of declared columns in brackets.")
    return tuple(name.value for name in names if name is not None)


def _pairs(reader: Reader, clause: str) -> dict[str, str]:
    inside = reader.in_brackets()
    if inside is None:
        raise conditions.syntax_error(f"{clause} needs pairs ('key' = 'value') in brackets.")
    pairs: dict[str, str] = {}
    for element in _elements(inside):
        part = Reader(element)
        quoted = part.take("string")
        key = (quoted.value,) if quoted else part.name()
        part.symbol("=")
        value = part.take("string", "number", "word")
        if key is None or value is None:
            raise conditions.syntax_error(f"{clause} needs pairs ('key' = 'value') in brackets.")
        pairs[".".join(key)] = value.value
    return pairs
