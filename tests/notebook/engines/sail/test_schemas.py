"""Which data fit which table."""

import pytest
from pyspark.errors import AnalysisException
from pyspark.sql.types import (
    ArrayType,
    DataType,
    DecimalType,
    DoubleType,
    FloatType,
    IntegerType,
    LongType,
    NullType,
    ShortType,
    StringType,
    StructField,
    StructType,
)

from brickyard.notebook.engines.sail.schemas import column_infos, conform, nullable


def _one(kind: DataType, name: str = "a", *, null: bool = True) -> StructType:
    return StructType([StructField(name, kind, null)])


@pytest.mark.parametrize(
    ("data", "column"),
    [
        (ShortType(), IntegerType()),
        (IntegerType(), LongType()),
        (IntegerType(), DoubleType()),
        (FloatType(), DoubleType()),
        (DecimalType(5, 2), DecimalType(7, 3)),
        (NullType(), StringType()),
    ],
)
def test_narrower_types_are_cast(data: DataType, column: DataType) -> None:
    made = conform("t", _one(data), _one(column), evolve=False)
    assert made is not None
    assert made[0].alias.expr.HasField("cast")


@pytest.mark.parametrize(
    ("data", "column"),
    [
        (LongType(), IntegerType()),
        (LongType(), DoubleType()),
        (DoubleType(), LongType()),
        (StringType(), LongType()),
        (LongType(), StringType()),
        (DecimalType(7, 2), DecimalType(7, 3)),
        (ArrayType(LongType()), ArrayType(StringType())),
    ],
)
def test_other_types_are_refused(data: DataType, column: DataType) -> None:
    with pytest.raises(AnalysisException, match="`a`"):
        conform("t", _one(data), _one(column), evolve=False)


def test_what_fits_is_left_as_it_is() -> None:
    assert (
        conform("t", _one(ArrayType(LongType(), False), null=False), _one(ArrayType(LongType())), evolve=False) is None
    )


def test_columns_go_by_name_without_case() -> None:
    target = StructType([StructField("a", LongType()), StructField("b", StringType())])
    source = StructType([StructField("B", StringType()), StructField("A", LongType())])
    made = conform("t", source, target, evolve=False)
    assert made is not None
    assert [list(expression.alias.name) for expression in made] == [["a"], ["b"]]


def test_missing_new_and_doubled_columns() -> None:
    target = StructType([StructField("a", LongType(), False), StructField("b", StringType())])
    with pytest.raises(AnalysisException) as refused:
        conform("t", _one(StringType(), "b"), target, evolve=False)
    assert refused.value.getCondition() == "DELTA_MISSING_NOT_NULL_COLUMN_VALUE"
    with pytest.raises(AnalysisException, match="`c`"):
        conform("t", StructType([*target.fields, StructField("c", LongType())]), target, evolve=False)
    with pytest.raises(AnalysisException, match="twice"):
        conform("t", StructType([StructField("a", LongType()), StructField("A", LongType())]), target, evolve=True)
    made = conform("t", StructType([*target.fields, StructField("c", LongType())]), target, evolve=True)
    assert made is not None
    assert len(made) == 3


def test_nullable_reaches_into_nested_types() -> None:
    nested = StructType([StructField("l", ArrayType(StructType([StructField("x", LongType(), False)]), False), False)])
    wanted = StructType([StructField("l", ArrayType(StructType([StructField("x", LongType(), True)]), True), True)])
    assert nullable(nested) == wanted


def test_columns_as_the_catalog_has_them() -> None:
    schema = StructType(
        [
            StructField("a", LongType(), False, {"comment": "x"}),
            StructField("p", DecimalType(9, 2)),
            StructField("n", ArrayType(IntegerType())),
        ]
    )
    first, second, third = column_infos(schema, ("p",))
    assert (first["type_name"], first["type_text"], first["nullable"], first["comment"]) == (
        "LONG",
        "bigint",
        False,
        "x",
    )
    assert (second["type_name"], second["type_text"], second["partition_index"]) == ("DECIMAL", "decimal(9,2)", 0)
    assert (third["type_name"], third["position"]) == ("ARRAY", 2)
