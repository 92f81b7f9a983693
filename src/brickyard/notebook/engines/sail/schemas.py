"""Whether data fit a Delta table's columns, and how they are made to.

Sail stores what it can cast and NULL where it cannot, so data are compared with the table before anything is written.
The rules are Delta's for DataFrame writes: columns by name, upper and lower case alike; a missing column is NULL; a new
column needs mergeSchema; a type may be narrower than the table's where each value keeps its meaning.
"""

import json
from collections.abc import Mapping
from typing import Any

import pyspark.sql.connect.proto as pb
from pyspark.sql.types import (
    ArrayType,
    ByteType,
    DataType,
    DecimalType,
    DoubleType,
    FloatType,
    IntegerType,
    LongType,
    MapType,
    NullType,
    ShortType,
    StructField,
    StructType,
)

from brickyard.notebook.engines import conditions, plans

_WIDER: Mapping[type[DataType], tuple[type[DataType], ...]] = {
    ByteType: (ShortType, IntegerType, LongType, FloatType, DoubleType),
    ShortType: (IntegerType, LongType, FloatType, DoubleType),
    IntegerType: (LongType, DoubleType),
    FloatType: (DoubleType,),
}


def conform(table: str, source: StructType, target: StructType, *, evolve: bool) -> list[pb.Expression] | None:
    """The columns that make data of schema `source` fit the table; None: they fit as they are.

    Args:
        table: the table's name, for messages.
        evolve: columns that the table lacks are appended, as with mergeSchema.

    Raises:
        AnalysisException: they do not fit; names the column.
    """
    columns = _by_name(table, source)
    expressions: list[pb.Expression] = []
    changed = len(source.fields) != len(target.fields)
    for position, field in enumerate(target.fields):
        found = columns.pop(field.name.lower(), None)
        expressions.append(plans.alias(_fit(table, field, found, evolve=evolve), field.name))
        same = position < len(source.fields) and source.fields[position] is found
        changed = changed or not same or found is None or found.name != field.name or not _equal(found, field)
    if columns and not evolve:
        raise conditions.unknown_column(table, next(iter(columns.values())).name, "mergeSchema")
    expressions += [plans.column(field.name) for field in columns.values()]
    return expressions if changed else None


def require_distinct(table: str, schema: StructType) -> None:
    """Refuse columns that differ in case only.

    Raises:
        AnalysisException: names the column.
    """
    _by_name(table, schema)


def nullable(schema: StructType) -> StructType:
    """The same columns, each of which may be null: Spark creates tables so, whatever the query's columns are."""
    made = _nullable(schema)
    assert isinstance(made, StructType)
    return made


def column_infos(schema: StructType, partition_by: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """The schema as ColumnInfo objects of the Unity Catalog REST."""
    return [
        {
            "name": field.name,
            "type_name": _type_name(field.dataType),
            "type_text": field.dataType.simpleString(),
            "type_json": json.dumps(field.jsonValue()),
            "nullable": field.nullable,
            "position": position,
            **({"comment": field.metadata["comment"]} if field.metadata.get("comment") else {}),
            **({"partition_index": partition_by.index(field.name)} if field.name in partition_by else {}),
        }
        for position, field in enumerate(schema.fields)
    ]


def _by_name(table: str, schema: StructType) -> dict[str, StructField]:
    found: dict[str, StructField] = {}
    for field in schema.fields:
        if field.name.lower() in found:
            raise conditions.ambiguous_column(table, field.name)
        found[field.name.lower()] = field
    return found


def _fit(table: str, field: StructField, found: StructField | None, *, evolve: bool) -> pb.Expression:
    if found is None:
        if not field.nullable:
            raise conditions.missing_column(table, field.name)
        return plans.cast(plans.null(NullType()), field.dataType)
    expression = plans.column(found.name)
    if _equal(found, field):
        return expression
    if _fits(found.dataType, field.dataType):
        return plans.cast(expression, field.dataType)
    if evolve and isinstance(found.dataType, StructType | ArrayType | MapType):
        return expression
    wanted, got = field.dataType.simpleString(), found.dataType.simpleString()
    raise conditions.type_mismatch(table, field.name, wanted, got)


def _equal(one: StructField, other: StructField) -> bool:
    return _nullable(one.dataType) == _nullable(other.dataType)


def _fits(data: DataType, column: DataType) -> bool:
    if isinstance(data, NullType):
        return True
    if isinstance(data, DecimalType) and isinstance(column, DecimalType):
        whole = column.precision - column.scale >= data.precision - data.scale
        return whole and column.scale >= data.scale
    return type(column) in _WIDER.get(type(data), ())


def _nullable(kind: DataType) -> DataType:
    if isinstance(kind, StructType):
        return StructType([StructField(f.name, _nullable(f.dataType), True, _bare(f.metadata)) for f in kind.fields])
    if isinstance(kind, ArrayType):
        return ArrayType(_nullable(kind.elementType), True)
    if isinstance(kind, MapType):
        return MapType(_nullable(kind.keyType), _nullable(kind.valueType), True)
    return kind


def _bare(metadata: Mapping[str, Any] | None) -> dict[str, Any]:
    """Without the key under which Sail keeps a copy of the metadata."""
    return {key: value for key, value in (metadata or {}).items() if not key.startswith("SPARK::")}


_TYPE_NAMES = {
    "bigint": "LONG",
    "int": "INT",
    "smallint": "SHORT",
    "tinyint": "BYTE",
    "timestamp_ntz": "TIMESTAMP_NTZ",
    "void": "NULL",
}


def _type_name(kind: DataType) -> str:
    simple = kind.simpleString()
    if simple.startswith("interval"):
        return "INTERVAL"
    return _TYPE_NAMES.get(simple, simple.upper().partition("<")[0].partition("(")[0])
