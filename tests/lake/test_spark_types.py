import json

import pyarrow as pa
import pytest
from deltalake import Schema
from hypothesis import given
from hypothesis import strategies as st
from pyspark.sql import types as spark

from brickyard.lake.spark_types import field_json, type_name, type_text
from tests.lake.tables import EVERY_TYPE

ATOMS = st.sampled_from(
    [
        spark.ByteType(),
        spark.ShortType(),
        spark.IntegerType(),
        spark.LongType(),
        spark.FloatType(),
        spark.DoubleType(),
        spark.StringType(),
        spark.BinaryType(),
        spark.BooleanType(),
        spark.DateType(),
        spark.TimestampType(),
        spark.TimestampNTZType(),
        spark.NullType(),
        spark.VariantType(),
        spark.DecimalType(38, 18),
    ]
)
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=5)


def _nested(inner: st.SearchStrategy[spark.DataType]) -> st.SearchStrategy[spark.DataType]:
    fields = st.lists(st.builds(spark.StructField, NAMES, inner, st.booleans()), max_size=3)
    return st.one_of(
        st.builds(spark.ArrayType, inner, st.booleans()),
        st.builds(spark.MapType, inner, inner, st.booleans()),
        st.builds(spark.StructType, fields),
    )


@given(st.recursive(ATOMS, _nested, max_leaves=6))
def test_texts_and_json_are_spark_s_own(kind: spark.DataType) -> None:
    field = spark.StructField("c", kind, True, {"comment": "x"})
    stored = json.loads(field.json())
    assert type_text(stored["type"]) == kind.simpleString()
    assert json.loads(field_json(stored)) == stored
    assert spark.StructField.fromJson(json.loads(field_json(stored))) == field


def test_unity_catalog_s_names() -> None:
    fields = json.loads(Schema.from_arrow(EVERY_TYPE.schema).to_json())["fields"]
    assert {field["name"]: type_name(field["type"]) for field in fields} == {
        "tiny": "BYTE",
        "small": "SHORT",
        "whole": "INT",
        "long": "LONG",
        "single": "FLOAT",
        "double": "DOUBLE",
        "money": "DECIMAL",
        "flag": "BOOLEAN",
        "text": "STRING",
        "raw": "BINARY",
        "day": "DATE",
        "instant": "TIMESTAMP",
        "wall": "TIMESTAMP_NTZ",
        "many": "ARRAY",
        "pairs": "MAP",
        "part": "STRUCT",
    }


@pytest.mark.parametrize(("kind", "name"), [("void", "NULL"), ("interval year to month", "INTERVAL")])
def test_odd_types(kind: str, name: str) -> None:
    assert type_name(kind) == name


def test_metadata_of_writers_is_left_out_at_every_depth() -> None:
    inner = {"name": "x", "type": "long", "nullable": True, "metadata": {"delta.columnMapping.id": 2, "comment": "in"}}
    field = {
        "name": "s",
        "type": {"type": "array", "elementType": {"type": "struct", "fields": [inner]}, "containsNull": True},
        "nullable": True,
        "metadata": {"delta.columnMapping.id": 1, "SPARK::metadata::json": "{}", "mine": 1},
    }
    made = json.loads(field_json(field))
    assert made["metadata"] == {"mine": 1}
    assert made["type"]["elementType"]["fields"][0]["metadata"] == {"comment": "in"}


def test_every_arrow_type_that_is_written_has_a_text() -> None:
    stored = json.loads(Schema.from_arrow(pa.schema([pa.field("n", pa.null())])).to_json())["fields"][0]["type"]
    assert type_text(stored) == "void"
